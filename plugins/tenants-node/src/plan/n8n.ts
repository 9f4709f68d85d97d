import { PlanContext } from './context';
import { exposureEnv, planExposure } from './exposure';
import { N8N } from './names';
import { N8N_PORT, N8N_SELECTOR } from './network';
import { tenantObject } from './objects';
import { planPlacement } from './placement';
import { KubernetesResource } from './types';
import { N8N_SEED } from './vault';

/** UID and GID of the `node` user in n8n's image. */
const N8N_UID = 1000;
const DATA = '/home/node/.n8n';

/** Seconds n8n may take to answer its readiness path; its migrations run first. */
const STARTUP_SECONDS = 180;

/** n8n 2.x: volume, Deployment, Service, and a way in from outside. */
export function planN8n(context: PlanContext): KubernetesResource[] {
  const { platform, size } = context;
  return [
    {
      ...tenantObject(context, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: 'n8n-data',
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: size.n8n.storage } },
          ...(platform.n8n.storageClass && {
            storageClassName: platform.n8n.storageClass,
          }),
        },
      }),
      once: true,
    },
    planDeployment(context),
    tenantObject(context, {
      apiVersion: 'v1',
      kind: 'Service',
      name: N8N,
      spec: {
        type: 'ClusterIP',
        selector: N8N_SELECTOR,
        ports: [
          {
            name: 'http',
            port: N8N_PORT,
            targetPort: N8N_PORT,
            protocol: 'TCP',
          },
        ],
      },
    }),
    ...planExposure(context),
  ];
}

function planDeployment(context: PlanContext): KubernetesResource {
  const { platform, size, names } = context;
  const labels = {
    ...N8N_SELECTOR,
    'threewalls.io/tenant': context.spec.name,
  };
  return tenantObject(context, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: N8N,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: N8N_SELECTOR },
      // The smallest quota holds one n8n, not two during a rolling update; and
      // two would share one SQLite file.
      strategy: { type: 'Recreate' },
      template: {
        metadata: { labels },
        spec: {
          ...planPlacement(platform, context.spec.name),
          serviceAccountName: names.workloadServiceAccount,
          automountServiceAccountToken: false,
          // A Service named n8n would set N8N_PORT=tcp://… otherwise.
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: N8N_UID,
            runAsGroup: N8N_UID,
            fsGroup: N8N_UID,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: N8N,
              image: platform.n8n.image,
              imagePullPolicy: platform.n8n.imagePullPolicy,
              env: n8nEnv(context),
              ports: [
                { name: 'http', containerPort: N8N_PORT, protocol: 'TCP' },
              ],
              resources: {
                requests: size.n8n.requests,
                limits: size.n8n.limits,
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
              },
              // /healthz answers 200 before n8n has booted, and after its heap
              // is full: only readiness tells.
              startupProbe: probe({
                periodSeconds: 2,
                failureThreshold: STARTUP_SECONDS / 2,
              }),
              readinessProbe: probe({ periodSeconds: 5, failureThreshold: 3 }),
              volumeMounts: [
                { name: 'data', mountPath: DATA },
                { name: 'tmp', mountPath: '/tmp' },
              ],
            },
          ],
          volumes: [
            { name: 'data', persistentVolumeClaim: { claimName: 'n8n-data' } },
            { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
          ],
        },
      },
    },
  });
}

function probe(times: { periodSeconds: number; failureThreshold: number }) {
  return {
    httpGet: { path: '/healthz/readiness', port: N8N_PORT },
    timeoutSeconds: 3,
    ...times,
  };
}

/** Settings of n8n: secrets by reference, and nothing that calls out. */
function n8nEnv(context: PlanContext): object[] {
  const { excludedNodes, blockEnvAccess, communityPackages } =
    context.platform.n8n;
  const fixed: Record<string, string> = {
    N8N_PORT: String(N8N_PORT),
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
    N8N_SECURE_COOKIE: String(
      context.platform.n8n.exposure?.scheme === 'https',
    ),
    // The first visitor claims an n8n without an owner.
    N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
    N8N_INSTANCE_OWNER_FIRST_NAME: 'Tenant',
    N8N_INSTANCE_OWNER_LAST_NAME: 'Owner',
    ...exposureEnv(context),
  };
  return [
    ...Object.entries(fixed).map(([name, value]) => ({ name, value })),
    ...N8N_SEED.map(({ name }) => ({
      name,
      valueFrom: { secretKeyRef: { name: N8N, key: name } },
    })),
  ];
}
