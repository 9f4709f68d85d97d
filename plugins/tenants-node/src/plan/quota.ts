import {
  canonicalQuantity,
  parseQuantity,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantSize } from '../config/platform';
import { PlanContext } from './context';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';

/** PriorityClass of proof pods, made by deploy/. */
export const PROOF_PRIORITY_CLASS = 'threewalls-proof';

/** What one proof pod may use. */
export const PROOF_POD_RESOURCES = {
  requests: { cpu: '50m', memory: '64Mi' },
  limits: { cpu: '1', memory: '256Mi' },
} as const;

/**
 * Proof pods that a tenant has room for: one more than a round makes. The pod of the
 * round before may still be going away, or that of a round in which the tenant was the
 * neighbour still run; and where the API server dies between charging a quota and
 * writing its pod down, the quota counts that pod until Kubernetes counts anew, which
 * the end of the next one makes it do.
 */
const PROOF_PODS = 2;

/** Room beside it in `tenant-probe-quota`: for what a cluster adds to every pod. */
const SIDECARS = {
  requests: { cpu: '200m', memory: '256Mi' },
  limits: { cpu: '2', memory: '1Gi' },
} as const;

const MI = 2 ** 20;
const GI = 2 ** 30;

/**
 * Most memory and CPU that one pod may ask for as a whole.
 *
 * A Container limit does not see pod-level resources. This one has to lie above
 * the quota's total and at 4Gi or more, or it answers before the quota does.
 */
export function podMax(size: PlanContext['size']): {
  cpu: string;
  memory: string;
} {
  const memory = parseQuantity(size.quota.limitsMemory) ?? 0;
  const cpu = parseQuantity(size.quota.limitsCpu) ?? 0;
  return {
    cpu: String(Math.ceil(Math.max(4, 2 * cpu))),
    memory: `${Math.ceil(Math.max(4 * GI, 2 * memory) / GI)}Gi`,
  };
}

/** Totals of the namespace, and bounds and defaults of what runs in it. */
export function planQuotas(context: PlanContext): KubernetesResource[] {
  const { quota, objects, container } = context.size;
  const resourceQuota = (name: string, spec: Record<string, unknown>) =>
    tenantObject(context, 'resource', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      name,
      spec,
    });
  return [
    resourceQuota('tenant-quota', {
      hard: {
        'requests.cpu': quota.requestsCpu,
        'requests.memory': quota.requestsMemory,
        'limits.cpu': quota.limitsCpu,
        'limits.memory': quota.limitsMemory,
        pods: String(quota.pods),
      },
      // A tenant that has used everything up must still be provable.
      scopeSelector: proofPods('NotIn'),
    }),
    // Object counts can't be in a scoped quota.
    resourceQuota('tenant-objects', {
      hard: {
        'services.loadbalancers': '0',
        'services.nodeports': '0',
        persistentvolumeclaims: String(objects.volumeClaims),
        'requests.storage': objects.storage,
      },
    }),
    resourceQuota('tenant-probe-quota', {
      hard: {
        pods: String(PROOF_PODS),
        ...charged(
          [PROOF_POD_RESOURCES, SIDECARS],
          context.cluster.n8n.runtimeOverhead,
        ),
      },
      scopeSelector: proofPods('In'),
    }),
    tenantObject(context, 'resource', {
      apiVersion: 'v1',
      kind: 'LimitRange',
      name: 'tenant-limits',
      spec: {
        limits: [
          {
            type: 'Container',
            // Nor can ephemeral storage: these two hold it.
            default: {
              ...container.default,
              'ephemeral-storage': container.ephemeralStorage.default,
            },
            defaultRequest: {
              ...container.defaultRequest,
              'ephemeral-storage': '64Mi',
            },
            max: {
              ...container.max,
              'ephemeral-storage': container.ephemeralStorage.max,
            },
          },
          { type: 'Pod', max: podMax(context.size) },
        ],
      },
    }),
  ];
}

/** What a quota counts of proof pods: their containers', and their RuntimeClass's overhead. */
function charged(
  containers: Pick<TenantSize['n8n'], 'requests' | 'limits'>[],
  overhead = { cpu: '0', memory: '0' },
): Record<string, string> {
  type Part = 'requests' | 'limits';
  const total = (part: Part, resource: 'cpu' | 'memory') =>
    PROOF_PODS *
    sum(...containers.map(each => each[part][resource]), overhead[resource]);
  const cpu = (part: Part) =>
    canonicalQuantity(`${Math.round(1000 * total(part, 'cpu'))}m`);
  const memory = (part: Part) =>
    canonicalQuantity(`${Math.ceil(total(part, 'memory') / MI)}Mi`);
  return {
    'requests.cpu': cpu('requests'),
    'requests.memory': memory('requests'),
    'limits.cpu': cpu('limits'),
    'limits.memory': memory('limits'),
  };
}

function sum(...quantities: string[]): number {
  return quantities.reduce((all, each) => all + (parseQuantity(each) ?? 0), 0);
}

/** A quantity that is `factor` times as much. */
export function times(quantity: string, factor: number): string {
  const [, digits, suffix] = /^([\d.]+)(.*)$/.exec(quantity) ?? [];
  return `${Number(digits) * factor}${suffix}`;
}

/** Selects the proof pods of a namespace, or all others. */
export function proofPods(operator: 'In' | 'NotIn') {
  return {
    matchExpressions: [
      { scopeName: 'PriorityClass', operator, values: [PROOF_PRIORITY_CLASS] },
    ],
  };
}
