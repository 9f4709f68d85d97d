import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterProfile, MOST_ROUNDS } from '../config/platform';
import { bait, BAIT_RESOURCES } from './bait';
import { planAccess } from './access';
import { PlanContext } from './context';
import { CANARY, RAM, tenantNames } from './names';
import { planNamespace } from './namespace';
import { stage, tenantObject } from './objects';
import { PROOF_POD_RESOURCES, proofPods, times } from './quota';
import { planServiceAccounts } from './secrets';
import { KubernetesResource, PlannedStage, TenantPlan } from './types';
import { planSeed, planVault } from './vault';
import { planWorkload } from './workload';

/** Nobody's: the platform keeps both itself. */
const OWNER = 'group:default/platform';

/**
 * The canary: a namespace of the platform's own beside the tenants', open to
 * everyone on purpose, with nothing of value in it. As bait it shows that a tenant
 * is held by its own egress half.
 *
 * @public
 */
export function planCanary(cluster: ClusterProfile): TenantPlan {
  const context = platformContext(CANARY, cluster);
  return {
    spec: context.spec,
    names: context.names,
    workload: bait,
    stages: [
      ...planOpenNamespace(context, [
        quota(context, 'tenant-quota', 'NotIn', BAIT_RESOURCES, 2),
        quota(context, 'tenant-probe-quota', 'In', PROOF_POD_RESOURCES, 0),
      ]),
      planWorkload(context),
    ],
  };
}

/**
 * Where the canary's test client runs, the ram: another namespace of the
 * platform's own. It may go anywhere, so that a tenant which it can't reach is
 * held by its own ingress half; and it is neither a tenant nor the canary's
 * neighbour, so that its reaching the bait shows that the bait is open. Its entry
 * in Vault is what tenants try to read.
 *
 * @public
 */
export function planRam(cluster: ClusterProfile): TenantPlan {
  const context = platformContext(RAM, cluster);
  // Two of them a proof, and a drill is one more: one may still be going away.
  const rams = 2 * ((cluster.proofs.concurrency ?? MOST_ROUNDS) + 1);
  const [namespace, walls, identity] = planOpenNamespace(context, [
    quota(context, 'tenant-quota', 'NotIn', BAIT_RESOURCES, 0),
    quota(context, 'tenant-probe-quota', 'In', PROOF_POD_RESOURCES, rams),
  ]);
  const seed = planSeed(context);
  return {
    spec: context.spec,
    names: context.names,
    workload: bait,
    stages: [
      namespace,
      { ...walls, resources: [...walls.resources, ...planVault(context)] },
      { ...identity, resources: [...identity.resources, seed] },
    ],
  };
}

/** Of a namespace of the platform's own. */
export function platformContext(
  name: string,
  cluster: ClusterProfile,
): PlanContext {
  const spec: TenantSpec = {
    name,
    owner: OWNER,
    cluster: cluster.name,
    size: 'small',
    egress: { hosts: [], cidrs: [] },
    allowInternet: false,
  };
  return {
    spec,
    names: tenantNames(name, OWNER, cluster, cluster),
    cluster,
    size: Object.values(cluster.sizes)[0],
    workload: bait,
  };
}

/** A namespace that everyone reaches, and that reaches everyone. */
function planOpenNamespace(
  context: PlanContext,
  quotas: KubernetesResource[],
): PlannedStage[] {
  return [
    // Nobody owns it, and no SecretStore is in it: only the portal is bound.
    stage('namespace', [planNamespace(context), planAccess(context)[0]]),
    stage('walls', [planOpenPolicy(context), ...quotas]),
    stage('identity', planServiceAccounts(context)),
  ];
}

function planOpenPolicy(context: PlanContext): KubernetesResource {
  return tenantObject(context, 'network', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    name: 'canary-open',
    spec: {
      podSelector: {},
      policyTypes: ['Egress', 'Ingress'],
      egress: [{}],
      ingress: [{}],
    },
  });
}

/** Room for so many pods alike, of proofs or of anything else. */
function quota(
  context: PlanContext,
  name: string,
  operator: 'In' | 'NotIn',
  { requests, limits }: typeof BAIT_RESOURCES,
  pods: number,
): KubernetesResource {
  return tenantObject(context, 'resource', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    name,
    spec: {
      hard: {
        pods: String(pods),
        'requests.cpu': times(requests.cpu, pods),
        'requests.memory': times(requests.memory, pods),
        'limits.cpu': times(limits.cpu, pods),
        'limits.memory': times(limits.memory, pods),
      },
      scopeSelector: proofPods(operator),
    },
  });
}
