import { ClusterProfile } from '../config/platform';
import { platformContext } from './canary';
import { DRILL } from './names';
import { planWith } from './planTenant';
import { PlannedResource, TenantPlan } from './types';

/** Id of what a tenant's owner is bound by, and nobody owns these. */
const OWNER_BINDING = 'RoleBinding threewalls-owner';

/**
 * The sacrificial pair: two tenants like any other, but that nobody owns them and
 * the bait is what runs in them. The portal breaks their walls on purpose, to see
 * that its own proofs find it.
 *
 * @public
 */
export function planDrill(cluster: ClusterProfile): [TenantPlan, TenantPlan] {
  const [a, b] = DRILL.map(name => {
    const plan = planWith(platformContext(name, cluster));
    return {
      ...plan,
      stages: plan.stages.map(stage => ({
        ...stage,
        resources: stage.resources.filter(isNotOwners),
      })),
    };
  });
  return [a, b];
}

function isNotOwners({ id }: PlannedResource): boolean {
  return id !== OWNER_BINDING;
}
