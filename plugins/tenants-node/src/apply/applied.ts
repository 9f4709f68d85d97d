import { createHash } from 'node:crypto';
import { canonicalJson } from '../plan/live/digest';
import { plannedResources } from '../plan/planned';
import { TenantPlan } from '../plan/types';
import { AppliedResource } from './live';

/**
 * What was last sent of each resource of a tenant, by id, with its stage: what
 * the portal's records keep of an apply. Holds no secret, as no plan does.
 *
 * @public
 */
export type AppliedResources = Record<
  string,
  { stage: string; resource: AppliedResource }
>;

/**
 * A plan with its resources as they were last applied: what a tenant is to be
 * compared with, and proved against, whatever has become of the plan since.
 *
 * @public
 */
export function asApplied(
  plan: TenantPlan,
  applied: AppliedResources,
): TenantPlan {
  if (Object.keys(applied).length === 0) {
    return plan;
  }
  return {
    ...plan,
    stages: plan.stages.map(stage => ({
      ...stage,
      resources: [
        ...Object.values(applied)
          .filter(({ stage: name }) => name === stage.name)
          .map(({ resource }) => resource),
        ...stage.resources.filter(({ type }) => type === 'seed'),
      ],
    })),
  };
}

/**
 * Ids of resources that the plan of today has otherwise than they were last
 * applied, or did not have then, or has no more.
 *
 * @public
 */
export function outdatedResources(
  plan: TenantPlan,
  applied: AppliedResources,
): string[] {
  const planned = toApplied(plan);
  const ids = new Set([...Object.keys(planned), ...Object.keys(applied)]);
  return [...ids].filter(
    id => canonical(applied[id]) !== canonical(planned[id]),
  );
}

/** What was applied, holds no wall up, and is planned no more: the platform's own. */
export function plannedNoMore(
  plan: TenantPlan,
  applied: AppliedResources = {},
): [id: string, AppliedResources[string]][] {
  const planned = new Set(plannedResources(plan).map(({ id }) => id));
  return Object.entries(applied).filter(
    ([id, { resource }]) =>
      resource.type === 'kubernetes' && !resource.wall && !planned.has(id),
  );
}

/**
 * One digest of all that was applied, or that a plan would apply: where the two
 * differ the tenant is outdated.
 *
 * @public
 */
export function appliedDigest(applied: AppliedResources | TenantPlan): string {
  const resources = isPlan(applied) ? toApplied(applied) : applied;
  const hash = createHash('sha256');
  for (const id of Object.keys(resources).sort()) {
    hash.update(`${id} ${canonical(resources[id])}\n`);
  }
  return hash.digest('hex');
}

/** All that an apply of a plan sends. */
function toApplied(plan: TenantPlan): AppliedResources {
  return Object.fromEntries(
    plan.stages.flatMap(({ name, resources }) =>
      resources.flatMap(resource =>
        resource.type === 'seed'
          ? []
          : [[resource.id, asRecorded(name, resource)]],
      ),
    ),
  );
}

/** As it comes back from the records: JSON knows no `undefined`. */
export function asRecorded(
  stage: string,
  resource: AppliedResource,
): AppliedResources[string] {
  return JSON.parse(JSON.stringify({ stage, resource }));
}

/** The same text for the same content; what is made once is the same for ever. */
function canonical(applied: AppliedResources[string] | undefined): string {
  const { resource } = applied ?? {};
  const isOnce = resource?.type === 'kubernetes' && resource.once;
  return isOnce ? 'once' : canonicalJson(resource);
}

function isPlan(value: AppliedResources | TenantPlan): value is TenantPlan {
  return Array.isArray((value as TenantPlan).stages);
}
