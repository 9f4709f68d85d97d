import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigReader } from '@backstage/config';
import {
  Cluster,
  Clusters,
  KubernetesClient,
  PlannedResource,
  Platform,
  planTenant,
  readPlatform,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { VAULT_ADDRESS, VaultAdmin } from './wallsVault';

/** Name of the lab's cluster in the tests' config. */
export const LAB = 'lab';

const VAULT_IN_CLUSTER = 'http://sys-vault.sys-vault.svc.cluster.local:8200';
/** Image of the small server that stands in for n8n. */
export const AGNHOST = 'threewalls.local/agnhost:1.36.3';
const N8N = 'threewalls.local/n8n:2.35.7';

const STATE =
  process.env.THREEWALLS_LAB_STATE ??
  join(
    process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'),
    'threewalls',
    'lab',
  );

/** The lab with the portal's own, limited rights, and beside it with an administrator's. */
export interface WallsLab {
  platform: Platform;
  cluster: Cluster;
  /** The portal's kubeconfig */
  kubeconfig: string;
  admin: KubernetesClient;
  vaultAdmin: VaultAdmin;
}

/** @throws Error when the lab is not up: these tests are worth nothing without it */
export function openLab(): WallsLab {
  const portal = (file: string) => join(STATE, 'portal', file);
  if (!existsSync(portal('kubeconfig'))) {
    throw new Error(`The lab is not up (nothing in ${STATE}): npm run lab up`);
  }
  const config = (kubeconfig: string) =>
    new ConfigReader({
      tenants: {
        clusters: [
          {
            name: LAB,
            kubernetes: { kubeconfig },
            vault: {
              address: VAULT_ADDRESS,
              inClusterAddress: VAULT_IN_CLUSTER,
              login: {
                approle: {
                  roleIdFile: portal('vault-role-id'),
                  secretIdFile: portal('vault-secret-id'),
                },
              },
            },
          },
        ],
        n8n: { image: N8N, imagePullPolicy: 'IfNotPresent' },
        network: { provider: 'cilium' },
      },
    });
  const platform = readPlatform(config(portal('kubeconfig')));
  const administrator = readPlatform(config(join(STATE, 'admin.kubeconfig')));
  return {
    platform,
    kubeconfig: portal('kubeconfig'),
    cluster: Clusters.fromPlatform(platform).get(LAB),
    admin: KubernetesClient.fromConfig(administrator.clusters[0]),
    vaultAdmin: new VaultAdmin(
      JSON.parse(readFileSync(join(STATE, 'vault-init.json'), 'utf8')),
    ),
  };
}

/**
 * A tenant as the plan makes it, but with a small server where n8n would be: the
 * walls don't care, and it is there in a second.
 */
export function planSmallTenant(name: string, platform: Platform): TenantPlan {
  const plan = planTenant(
    {
      name,
      owner: `group:default/${name}-owners`,
      cluster: LAB,
      size: 'small',
      egress: { hosts: ['api.saas.test'], cidrs: [] },
      allowInternet: false,
    },
    platform,
  );
  const stages = plan.stages.map(stage => ({
    ...stage,
    resources: stage.resources.filter(isNoVolume).map(withSmallServer),
  }));
  return { ...plan, stages };
}

function isNoVolume(resource: PlannedResource): boolean {
  return (
    resource.type !== 'kubernetes' ||
    resource.object.kind !== 'PersistentVolumeClaim'
  );
}

function withSmallServer(resource: PlannedResource): PlannedResource {
  return resource.type === 'kubernetes' && resource.object.kind === 'Deployment'
    ? { ...resource, object: smallServer(resource.object) }
    : resource;
}

function smallServer(deployment: any): any {
  const { template } = deployment.spec;
  const [{ name, ports, securityContext }] = template.spec.containers;
  const port = ports[0].containerPort;
  return {
    ...deployment,
    spec: {
      ...deployment.spec,
      template: {
        ...template,
        spec: {
          ...template.spec,
          terminationGracePeriodSeconds: 0,
          volumes: [],
          containers: [
            {
              name,
              image: AGNHOST,
              imagePullPolicy: 'IfNotPresent',
              args: ['netexec', `--http-port=${port}`, '--udp-port=-1'],
              ports,
              securityContext,
              resources: {
                requests: { cpu: '10m', memory: '16Mi' },
                limits: { cpu: '200m', memory: '64Mi' },
              },
              readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}
