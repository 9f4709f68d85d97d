import {
  KubernetesObject,
  SeedResource,
  TenantPlan,
  VaultResource,
} from '../../plan/types';

/** The Kubernetes objects of a plan that are of a kind. */
export function plannedObjects(
  plan: TenantPlan,
  ...kinds: string[]
): KubernetesObject[] {
  return resources(plan).flatMap(resource =>
    resource.type === 'kubernetes' && kinds.includes(resource.object.kind)
      ? [resource.object]
      : [],
  );
}

/** The plan's Vault policy and role. */
export function plannedVault(plan: TenantPlan): VaultResource[] {
  return resources(plan).filter(
    (resource): resource is VaultResource => resource.type === 'vault',
  );
}

/** The plan's KV entry. */
export function plannedSeed(plan: TenantPlan): SeedResource | undefined {
  return resources(plan).find(
    (resource): resource is SeedResource => resource.type === 'seed',
  );
}

function resources(plan: TenantPlan) {
  return plan.stages.flatMap(stage => stage.resources);
}
