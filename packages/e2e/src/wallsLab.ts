import { existsSync } from 'node:fs';
import {
  Cluster,
  KubernetesClient,
  PlannedResource,
  Platform,
  planTenant,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import {
  adminLab,
  IMAGES,
  labState,
  portalAccess,
  portalLab,
  testSpec,
} from './support/lab';

/** The lab with the portal's own, limited rights, and beside it with an administrator's. */
export interface WallsLab {
  platform: Platform;
  cluster: Cluster;
  admin: KubernetesClient;
  vaultAdmin: Cluster['vault'];
}

/** @throws Error when the lab is not up: these tests are worth nothing without it */
export function openLab(): WallsLab {
  if (!existsSync(portalAccess.kubeconfig)) {
    throw new Error(
      `The lab is not up (nothing in ${labState}): npm run lab up`,
    );
  }
  const { platform, cluster } = portalLab();
  const { kubernetes: admin, vault: vaultAdmin } = adminLab();
  return { platform, cluster, admin, vaultAdmin };
}

/**
 * A tenant as the plan makes it, but with a small server where n8n would be: the
 * walls don't care, and it is there in a second.
 */
export function planSmallTenant(name: string, platform: Platform): TenantPlan {
  const [{ network }] = platform.clusters;
  // Only Cilium's policies know names.
  const hosts = network.provider === 'cilium' ? ['api.saas.test'] : [];
  const plan = planTenant(
    testSpec(name, {
      owner: `group:default/${name}-owners`,
      egress: { hosts, cidrs: [] },
    }),
    platform,
  );
  const stages = plan.stages.map(stage => ({
    ...stage,
    resources: stage.resources.flatMap(smallOf),
  }));
  return { ...plan, stages };
}

function smallOf(resource: PlannedResource): PlannedResource[] {
  const kind = resource.type === 'kubernetes' && resource.object.kind;
  if (kind === 'PersistentVolumeClaim') {
    return [];
  }
  return resource.type === 'kubernetes' && kind === 'Deployment'
    ? [{ ...resource, object: smallServer(resource.object) }]
    : [resource];
}

function smallServer(deployment: any): any {
  const { template } = deployment.spec;
  const [{ name, ports, securityContext }] = template.spec.containers;
  const port = ports[0].containerPort;
  const server = {
    name,
    image: IMAGES.agnhost,
    imagePullPolicy: 'IfNotPresent',
    args: ['netexec', `--http-port=${port}`, '--udp-port=-1'],
    ports,
    securityContext,
    resources: {
      requests: { cpu: '10m', memory: '16Mi' },
      limits: { cpu: '200m', memory: '64Mi' },
    },
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
  };
  const spec = {
    ...template.spec,
    terminationGracePeriodSeconds: 0,
    volumes: [],
    containers: [server],
  };
  return {
    ...deployment,
    spec: { ...deployment.spec, template: { ...template, spec } },
  };
}
