import {
  ApplyResult,
  Cluster,
  diffPlan,
  removeTenant,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';

/** Removes all that a plan has made. */
export const removePlan = (
  { spec: { name }, names }: Pick<TenantPlan, 'spec' | 'names'>,
  cluster: Cluster,
) => removeTenant({ name, names }, cluster, { confirm: name });

/** All that a plan holds, in its order. */
export const resourcesOf = ({ stages }: Pick<TenantPlan, 'stages'>) =>
  stages.flatMap(({ resources }) => resources);

/** Of that what is an object of the cluster's. */
export const objectsOf = (plan: TenantPlan) =>
  resourcesOf(plan).flatMap(r => (r.type === 'kubernetes' ? r.object : []));

/** What an apply would change still. */
export async function changesOf(plan: TenantPlan, cluster: Cluster) {
  const differences = await diffPlan(plan, cluster);
  return differences.filter(({ change }) => change !== 'none');
}

/** What an apply has written: neither what it found nor what it waited for. */
export const written = (results: ApplyResult[]) =>
  results.filter(({ result }) => result !== 'unchanged' && result !== 'ready');
