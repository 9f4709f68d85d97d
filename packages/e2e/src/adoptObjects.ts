import { KubernetesObject } from '@threewalls/backstage-plugin-tenants-node';
import { objectOf, RESTRICTED } from './support/lab';

/**
 * An n8n as its official chart makes one that stands alone (release `acme`): SQLite on
 * a volume of its own, the key from a Secret, settings from a ConfigMap.
 */
export function handMade(options: {
  theirs: string;
  /** Of its volume */
  name: string;
  /** Where that is on the node */
  folder: string;
  key: string;
  image: string;
}): KubernetesObject[] {
  const { theirs: namespace, name, folder, key, image } = options;
  const labels = {
    'app.kubernetes.io/name': 'n8n',
    'app.kubernetes.io/instance': 'acme',
    'app.kubernetes.io/component': 'main',
  };
  const storage = '1Gi';
  const claimSpec = { accessModes: ['ReadWriteOnce'], storageClassName: name };
  const of = (kind: string, object: string, rest: object) =>
    objectOf(kind, { name: object, namespace, labels }, rest);
  const ref = (kind: 'secretKeyRef' | 'configMapKeyRef', setting: string) => ({
    name: setting,
    valueFrom: {
      [kind]: {
        name: kind === 'secretKeyRef' ? 'n8n-secrets' : 'acme-n8n',
        key: setting,
      },
    },
  });
  return [
    objectOf('Namespace', { name: namespace }),
    objectOf(
      'PersistentVolume',
      { name },
      {
        spec: {
          ...claimSpec,
          capacity: { storage },
          persistentVolumeReclaimPolicy: 'Delete',
          hostPath: { path: folder },
        },
      },
    ),
    of('PersistentVolumeClaim', 'acme-n8n', {
      spec: { ...claimSpec, resources: { requests: { storage } } },
    }),
    of('Secret', 'n8n-secrets', { stringData: { N8N_ENCRYPTION_KEY: key } }),
    of('ConfigMap', 'acme-n8n', {
      data: { DB_TYPE: 'sqlite', GENERIC_TIMEZONE: 'Europe/Berlin' },
    }),
    of('Service', 'acme-n8n-main', {
      spec: { selector: labels, ports: [{ port: 5678, targetPort: 5678 }] },
    }),
    of('Deployment', 'acme-n8n-main', {
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            securityContext: {
              ...RESTRICTED.pod,
              runAsGroup: 1000,
              fsGroup: 1000,
            },
            containers: [
              {
                name: 'n8n-main',
                image,
                imagePullPolicy: 'IfNotPresent',
                env: [
                  ref('secretKeyRef', 'N8N_ENCRYPTION_KEY'),
                  ref('configMapKeyRef', 'DB_TYPE'),
                  ref('configMapKeyRef', 'GENERIC_TIMEZONE'),
                  // It calls nobody.
                  ...['DIAGNOSTICS', 'VERSION_NOTIFICATIONS', 'TEMPLATES'].map(
                    what => ({ name: `N8N_${what}_ENABLED`, value: 'false' }),
                  ),
                ],
                ports: [{ name: 'http', containerPort: 5678 }],
                readinessProbe: {
                  httpGet: { path: '/healthz/readiness', port: 'http' },
                  periodSeconds: 3,
                },
                securityContext: RESTRICTED.container,
                volumeMounts: [{ name: 'data', mountPath: '/home/node/.n8n' }],
              },
            ],
            volumes: [
              {
                name: 'data',
                persistentVolumeClaim: { claimName: 'acme-n8n' },
              },
            ],
          },
        },
      },
    }),
  ];
}
