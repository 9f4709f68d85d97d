import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterConfig, Platform } from '../config/platform';
import { bait, BAIT_RESOURCES } from './bait';
import { planAccess } from './access';
import { PlanContext } from './context';
import { CANARY, tenantNames } from './names';
import { planNamespace } from './namespace';
import { tenantObject } from './objects';
import { PROOF_POD_RESOURCES, PROOF_PRIORITY_CLASS } from './quota';
import { planServiceAccounts } from './secrets';
import { KubernetesResource, TenantPlan } from './types';
import { planSeed, planVault } from './vault';
import { planWorkload } from './workload';

/** Nobody's: the platform keeps the canary itself. */
const OWNER = 'group:default/platform';

/**
 * The platform's own namespace beside the tenants: open to everyone on purpose,
 * with nothing of value in it. As bait it shows that a tenant is held by its own
 * egress half, as ram by its own ingress half.
 *
 * @public
 */
export function planCanary(
  cluster: { name: string; config: ClusterConfig },
  platform: Platform,
): TenantPlan {
  const spec: TenantSpec = {
    name: CANARY,
    owner: OWNER,
    cluster: cluster.name,
    size: 'small',
    egress: { hosts: [], cidrs: [] },
    allowInternet: false,
  };
  const names = tenantNames(CANARY, OWNER, platform, cluster.config);
  const context: PlanContext = {
    spec,
    names,
    platform,
    cluster: cluster.config,
    size: Object.values(platform.sizes)[0],
    workload: bait,
  };
  return {
    spec,
    names,
    workload: bait,
    stages: [
      {
        name: 'namespace',
        resources: [planNamespace(context), ...planPortalAccess(context)],
        waits: [],
      },
      {
        name: 'walls',
        resources: [
          planOpenPolicy(context),
          ...planCanaryQuotas(context),
          ...planVault(context),
        ],
        waits: [],
      },
      {
        name: 'identity',
        resources: [...planServiceAccounts(context), planSeed(context)],
        waits: [],
      },
      planWorkload(context),
    ],
  };
}

/** Nobody owns it, and no SecretStore is in it: only the portal is bound. */
function planPortalAccess(context: PlanContext): KubernetesResource[] {
  return planAccess(context).filter(
    ({ object }) => object.metadata.name === 'threewalls-portal',
  );
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

/** Room for the bait, and for two rams a proof: one may still be going away. */
function planCanaryQuotas(context: PlanContext): KubernetesResource[] {
  const rams = 2 * context.platform.proofs.concurrency;
  const quota = (
    name: string,
    operator: 'In' | 'NotIn',
    { requests, limits }: typeof BAIT_RESOURCES,
    pods: number,
  ) =>
    tenantObject(context, 'resource', {
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
        scopeSelector: {
          matchExpressions: [
            {
              scopeName: 'PriorityClass',
              operator,
              values: [PROOF_PRIORITY_CLASS],
            },
          ],
        },
      },
    });
  return [
    quota('tenant-quota', 'NotIn', BAIT_RESOURCES, 2),
    quota('tenant-probe-quota', 'In', PROOF_POD_RESOURCES, rams),
  ];
}

/** A quantity that is `factor` times as much. */
function times(quantity: string, factor: number): string {
  const [, digits, suffix] = /^([\d.]+)(.*)$/.exec(quantity) ?? [];
  return `${Number(digits) * factor}${suffix}`;
}
