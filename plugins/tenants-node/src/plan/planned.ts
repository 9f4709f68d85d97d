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

/** Of which every tenant has some: a plan as applied that lacks one was cut off. */
const EVERY_TENANTS = [
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'SecretStore',
  'ExternalSecret',
  'Deployment',
];

/**
 * What a tenant that was made in part lacks, and what helps; nothing where all is applied.
 *
 * @public
 */
export function notApplied(plan: TenantPlan): string | undefined {
  const missing = plan.proofOnly
    ? []
    : EVERY_TENANTS.filter(kind => plannedObjects(plan, kind).length === 0);
  return missing.length > 0
    ? `It was created only in part, without ${missing.join(
        ', ',
      )}: order it again, which resumes`
    : undefined;
}
