import { InputError } from '@backstage/errors';
import type { V1Taint } from '@kubernetes/client-node';
import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '../clients';
import { selects } from '../plan/live/selectors';
import { Placement, planPlacement } from '../plan/placement';
import { TenantPlan } from '../plan/types';
import { ClusterProfile, Toleration } from '../config/platform';
import { listTenants } from '../clients/tenants';

/** What quotas promise and nodes hold: cores and bytes. */
interface Capacity {
  cpu: number;
  memory: number;
}

/**
 * Refuses a tenant whose quota, with those of all other tenants of its cluster,
 * would promise more CPU or memory than the nodes can hold. Limits may exceed
 * them, as they do on any cluster: it is requests that the scheduler reserves.
 * One that is there already and does not grow is never refused.
 *
 * @param options - `ordered`: tenants that are being applied, whose namespaces may
 * not be there yet or have their old size
 * @throws InputError unless `tenants.overcommit` is set
 * @public
 */
export async function checkCapacity(
  plan: TenantPlan,
  cluster: Cluster,
  options: {
    signal?: AbortSignal;
    ordered?: { name: string; size: string }[];
  } = {},
): Promise<void> {
  const profile = cluster.config;
  if (profile.overcommit) {
    return;
  }
  const [{ items: nodes }, { tenants }] = await Promise.all([
    cluster.kubernetes.list<any>({ apiVersion: 'v1', kind: 'Node' }, options),
    listTenants(cluster, profile, options),
  ]);
  const { name, size } = plan.spec;
  // Tenants with nodes of their own do not share these with this one.
  const placement = JSON.stringify(planPlacement(profile, name));
  const live = new Map(tenants.map(tenant => [tenant.name, tenant]));
  const ordered = new Map((options.ordered ?? []).map(o => [o.name, o.size]));
  const others = [...new Set([...live.keys(), ...ordered.keys()])].filter(
    other =>
      other !== name &&
      JSON.stringify(planPlacement(profile, other)) === placement,
  );
  const promisedTo = async (tenant: string): Promise<Capacity> => {
    const now = live.get(tenant);
    const sizes = [
      now &&
        (sizeOf(now.spec.size, profile) ??
          (await quotaOf(now.namespace, cluster, options))),
      sizeOf(ordered.get(tenant) ?? '', profile),
    ].filter(known => known !== undefined);
    return {
      cpu: Math.max(0, ...sizes.map(({ cpu }) => cpu)),
      memory: Math.max(0, ...sizes.map(({ memory }) => memory)),
    };
  };
  const wanted = sizeOf(size, profile)!;
  ordered.delete(name);
  const before = await promisedTo(name);
  const promised = await Promise.all(others.map(promisedTo));
  const schedulable = nodes.filter(node =>
    mayRun(node, planPlacement(profile, name)),
  );

  for (const resource of ['cpu', 'memory'] as const) {
    const all = sum(promised.map(p => p[resource])) + wanted[resource];
    const held = sum(
      schedulable.map(node => number(node.status?.allocatable?.[resource])),
    );
    if (wanted[resource] > before[resource] && all > held) {
      throw new InputError(
        `Tenant ${name} does not fit in cluster ${
          cluster.name
        }: with size ${size} the quotas of its ${
          others.length + 1
        } tenants would promise ${say(resource, all)}, and its ${
          schedulable.length
        } nodes can hold ${say(
          resource,
          held,
        )}. Nothing was changed. Choose a smaller size, add nodes, or set tenants.overcommit`,
      );
    }
  }
}

/** Requests of a size, or `undefined` for one that config no longer has. */
function sizeOf(
  size: string,
  { sizes }: Pick<ClusterProfile, 'sizes'>,
): Capacity | undefined {
  if (!Object.hasOwn(sizes, size)) {
    return undefined;
  }
  const { requestsCpu, requestsMemory } = sizes[size].quota;
  return { cpu: number(requestsCpu), memory: number(requestsMemory) };
}

async function quotaOf(
  namespace: string,
  cluster: Cluster,
  options: { signal?: AbortSignal },
): Promise<Capacity> {
  const quota = await cluster.kubernetes.get<any>(
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      namespace,
      name: 'tenant-quota',
    },
    options,
  );
  return {
    cpu: number(quota?.spec?.hard?.['requests.cpu']),
    memory: number(quota?.spec?.hard?.['requests.memory']),
  };
}

/** Whether a tenant's pods may be put on a node. */
function mayRun(node: any, placement: Placement): boolean {
  const { nodeSelector: matchLabels, tolerations = [] } = placement;
  const labels = node.metadata?.labels ?? {};
  const taints: V1Taint[] = node.spec?.taints ?? [];
  return (
    !node.spec?.unschedulable &&
    selects({ matchLabels }, labels) &&
    taints.every(
      taint =>
        taint.effect === 'PreferNoSchedule' ||
        tolerations.some(toleration => tolerates(toleration, taint)),
    )
  );
}

/** As the scheduler reads it: without a key or an effect, of every one. */
function tolerates(toleration: Toleration, taint: V1Taint): boolean {
  const { key, operator, value = '', effect } = toleration;
  return (
    (key === undefined || key === taint.key) &&
    (effect === undefined || effect === taint.effect) &&
    (operator === 'Exists' || value === (taint.value ?? ''))
  );
}

function number(quantity: unknown): number {
  return parseQuantity(String(quantity ?? '0')) ?? 0;
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function say(resource: 'cpu' | 'memory', value: number): string {
  return resource === 'cpu'
    ? `${Number(value.toFixed(2))} CPUs`
    : `${(value / 2 ** 30).toFixed(1)}Gi of memory`;
}
