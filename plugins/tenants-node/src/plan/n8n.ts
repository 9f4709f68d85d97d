import { PlanContext } from './context';
import { exposureEnv, planExposure } from './exposure';
import { N8N } from './names';
import { tenantObject } from './objects';
import { planPlacement } from './placement';
import { SeedField } from './types';
import { Workload } from './workload';

const PORT = 5678;
const DATA = '/home/node/.n8n';
const CLAIM = 'n8n-data';
const CA = '/etc/threewalls/ca';

/** Fields of the tenant's KV entry, under the names that n8n reads them by. */
const SEED: SeedField[] = [
  { name: 'N8N_ENCRYPTION_KEY', from: 'encryption-key' },
  { name: 'N8N_INSTANCE_OWNER_EMAIL', from: 'owner-email' },
  { name: 'N8N_INSTANCE_OWNER_PASSWORD_HASH', from: 'owner-password-hash' },
];

/** n8n 2.x, one process on a volume of its own, with a way in from outside. */
export const n8n: Workload = {
  name: N8N,
  port: PORT,
  selector: { 'app.kubernetes.io/name': N8N },
  seed: SEED,
  startupMs: ({ cluster }) => cluster.n8n.startupTimeout,
  before: context => [
    {
      ...tenantObject(context, 'resource', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: CLAIM,
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: context.size.n8n.storage } },
          ...(context.cluster.n8n.storageClass && {
            storageClassName: context.cluster.n8n.storageClass,
          }),
        },
      }),
      once: true,
    },
  ],
  pod: context => {
    const { cluster, size, spec } = context;
    const { caBundle } = cluster.n8n;
    return {
      spec: {
        ...planPlacement(cluster, spec.name),
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: CLAIM } },
          { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
          ...(caBundle
            ? [
                {
                  name: 'ca',
                  // What the API server would add is written out: no diff sees it.
                  configMap: { name: caBundle.configMap, defaultMode: 0o644 },
                },
              ]
            : []),
        ],
      },
      container: {
        image: cluster.n8n.image,
        env: n8nEnv(context),
        resources: { requests: size.n8n.requests, limits: size.n8n.limits },
        // /healthz answers 200 before n8n has booted, and after its heap is full:
        // only readiness tells. And nothing kills an n8n that takes its time: the
        // migrations of a large database may take longer than any limit, and a
        // killed one begins them again.
        readinessProbe: {
          httpGet: { path: '/healthz/readiness', port: PORT },
          timeoutSeconds: 3,
          periodSeconds: 3,
          failureThreshold: 5,
        },
        volumeMounts: [
          { name: 'data', mountPath: DATA },
          { name: 'tmp', mountPath: '/tmp' },
          ...(caBundle ? [{ name: 'ca', mountPath: CA, readOnly: true }] : []),
        ],
      },
    };
  },
  after: planExposure,
};

/** Settings of n8n: secrets by reference, and nothing that calls out. */
function n8nEnv(context: PlanContext): object[] {
  const { excludedNodes, blockEnvAccess, communityPackages } =
    context.cluster.n8n;
  const fixed: Record<string, string> = {
    N8N_PORT: String(PORT),
    N8N_USER_FOLDER: '/home/node',
    N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_DISABLED_MODULES: 'mcp-registry',
    // The list takes the place of n8n's own, it does not add to it.
    NODES_EXCLUDE: JSON.stringify(excludedNodes),
    // n8n's environment holds the key of all credentials.
    N8N_BLOCK_ENV_ACCESS_IN_NODE: String(blockEnvAccess),
    N8N_COMMUNITY_PACKAGES_ENABLED: String(communityPackages),
    N8N_UNVERIFIED_PACKAGES_ENABLED: 'false',
    // Over a port-forward there is no TLS, and n8n would refuse to be signed in to.
    N8N_SECURE_COOKIE: String(context.cluster.n8n.exposure?.scheme === 'https'),
    // The first visitor claims an n8n without an owner.
    N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
    N8N_INSTANCE_OWNER_FIRST_NAME: 'Tenant',
    N8N_INSTANCE_OWNER_LAST_NAME: 'Owner',
    ...exposureEnv(context),
    ...outsideEnv(context.cluster),
  };
  return [
    ...Object.entries(fixed).map(([name, value]) => ({ name, value })),
    ...SEED.map(({ name }) => ({
      name,
      valueFrom: { secretKeyRef: { name: N8N, key: name } },
    })),
  ];
}

/** The way to the outside that n8n knows: a proxy, and whom to trust on it. */
function outsideEnv({
  n8n: { proxy, caBundle },
  network,
}: PlanContext['cluster']): Record<string, string> {
  const inside = [
    'localhost',
    '127.0.0.1',
    '.svc',
    `.${network.clusterDomain}`,
  ];
  return {
    ...(proxy && {
      HTTP_PROXY: proxy.url,
      HTTPS_PROXY: proxy.url,
      NO_PROXY: [...inside, ...proxy.noProxy].join(','),
    }),
    ...(caBundle && { NODE_EXTRA_CA_CERTS: `${CA}/${caBundle.key}` }),
  };
}
