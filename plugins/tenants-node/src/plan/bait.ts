import { PlanContext } from './context';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';
import { CANARY, CANARY_PORT, CANARY_SELECTOR } from './names';

/** The bait: it answers whoever connects. */
const BAIT_SCRIPT = `require('node:http').createServer((_, res) => res.end('canary\\n')).listen(${CANARY_PORT}); process.on('SIGTERM', () => process.exit(0));`;
/** What the bait may use. */
export const BAIT_RESOURCES = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { cpu: '500m', memory: '128Mi' },
};

/** The bait: a Deployment and a Service that everyone reaches. */
export function planBait(context: PlanContext): KubernetesResource[] {
  const { platform, names } = context;
  const ports = [{ name: 'http', containerPort: CANARY_PORT, protocol: 'TCP' }];
  return [
    tenantObject(context, 'resource', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: CANARY,
      spec: {
        replicas: 1,
        revisionHistoryLimit: 1,
        selector: { matchLabels: CANARY_SELECTOR },
        strategy: { type: 'Recreate' },
        template: {
          metadata: {
            labels: { ...CANARY_SELECTOR, 'threewalls.io/tenant': CANARY },
          },
          spec: {
            serviceAccountName: names.workloadServiceAccount,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 1000,
              runAsGroup: 1000,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [
              {
                name: CANARY,
                image: platform.proofs.image,
                imagePullPolicy: platform.n8n.imagePullPolicy,
                command: ['node', '-e', BAIT_SCRIPT],
                ports,
                resources: BAIT_RESOURCES,
                readinessProbe: {
                  tcpSocket: { port: CANARY_PORT },
                  periodSeconds: 2,
                },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ['ALL'] },
                },
              },
            ],
          },
        },
      },
    }),
    tenantObject(context, 'network', {
      apiVersion: 'v1',
      kind: 'Service',
      name: CANARY,
      spec: {
        type: 'ClusterIP',
        selector: CANARY_SELECTOR,
        ports: [
          {
            name: 'http',
            port: CANARY_PORT,
            targetPort: CANARY_PORT,
            protocol: 'TCP',
          },
        ],
      },
    }),
  ];
}
