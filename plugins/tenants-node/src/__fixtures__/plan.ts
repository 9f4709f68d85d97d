import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { plannedObjects, plannedResources } from '../plan/planned';
import { planTenant } from '../plan/planTenant';
import { KubernetesObject, TenantPlan, VaultResource } from '../plan/types';
import { testPlatform, testSpec } from './platform';

/** The plan of a tenant under some config, and its parts. */
export function tenantPlan(
  tenants: Record<string, unknown> = {},
  spec: Partial<TenantSpec> = {},
): { plan: TenantPlan; objects: KubernetesObject[]; vault: VaultResource[] } {
  const plan = planTenant(testSpec(spec), testPlatform(tenants));
  return {
    plan,
    objects: plannedObjects(plan),
    vault: plannedResources(plan).flatMap(r => (r.type === 'vault' ? [r] : [])),
  };
}
