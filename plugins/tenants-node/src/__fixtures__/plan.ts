import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { plannedObjects, plannedResources } from '../plan/planned';
import { planTenant } from '../plan/planTenant';
import { KubernetesObject, TenantPlan, VaultResource } from '../plan/types';
import { testPlatform, testSpec } from './platform';

/** Finds the object of a kind in a plan, by its name where there are more. */
export const finder =
  (plan: TenantPlan) =>
  (kind: string, name?: string): any =>
    plannedObjects(plan, kind).find(o => !name || o.metadata.name === name);

/** The plan of a tenant under some config, and its parts. */
export function tenantPlan(
  tenants: Record<string, unknown> = {},
  spec: Partial<TenantSpec> = {},
): {
  plan: TenantPlan;
  objects: KubernetesObject[];
  find: ReturnType<typeof finder>;
  vault: VaultResource[];
} {
  const plan = planTenant(testSpec(spec), testPlatform(tenants));
  return {
    plan,
    objects: plannedObjects(plan),
    find: finder(plan),
    vault: plannedResources(plan).flatMap(r => (r.type === 'vault' ? [r] : [])),
  };
}
