import { KubernetesObject, PlannedResource, TenantPlan } from './types';

/** All that a plan holds, in the order in which it is applied. */
export function plannedResources(plan: TenantPlan): PlannedResource[] {
  return plan.stages.flatMap(stage => stage.resources);
}

/** The Kubernetes objects of a plan, or those of some kinds alone. */
export function plannedObjects(
  plan: TenantPlan,
  ...kinds: string[]
): KubernetesObject[] {
  return plannedResources(plan)
    .flatMap(resource =>
      resource.type === 'kubernetes' ? [resource.object] : [],
    )
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
}
