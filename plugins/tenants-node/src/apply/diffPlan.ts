import { Cluster } from '../clients';
import { foreignFields, writerOf } from '../clients/managedFields';
import { FieldDifference, notAsSent } from '../plan/compare';
import { shown } from '../plan/live/shown';
import { changedVaultFields } from '../plan/live/vault';
import { plannedResources } from '../plan/planned';
import {
  KubernetesObject,
  KubernetesResource,
  PlannedResource,
  Stage,
  TenantPlan,
} from '../plan/types';
import { AppliedResources, plannedNoMore } from './applied';
import { LiveObjects, readLive } from './live';
import { checkOwnership, checkVaultOwnership, Ownership } from './ownership';

/**
 * A field that an apply would change, and who has written it where that was
 * somebody else.
 *
 * @public
 */
export interface ChangedField extends FieldDifference {
  /** Field manager, such as `kubectl-edit` */
  manager?: string;
  /** RFC 3339 */
  since?: string;
}

/**
 * What an apply would do to one resource.
 *
 * @public
 */
export interface ResourceDifference {
  stage: Stage;
  /** Such as `NetworkPolicy tenant-isolation` */
  id: string;
  /** `remove` of what was applied, holds no wall up and is planned no more */
  change: 'create' | 'update' | 'remove' | 'none';
  fields: ChangedField[];
}

/**
 * Asks the world what differs from a plan. Changes nothing.
 *
 * With what was last applied it shows fields that the plan has no more; of what is
 * somebody else's none, and nothing at all where the namespace is.
 *
 * @throws ConflictError for an object of somebody else's
 * @public
 */
export async function diffPlan(
  plan: TenantPlan,
  cluster: Cluster,
  options: Partial<Ownership> & {
    signal?: AbortSignal;
    /** Is told whose an apply would be refused for, in place of a throw */
    onRefusal?: (error: Error) => void;
  } = {},
): Promise<ResourceDifference[]> {
  const live = await readLive(plan, cluster, options);
  const theirs = new Set<string>();
  for (const resource of plannedResources(plan)) {
    const { id } = resource;
    const object = live.get(id);
    try {
      if (object && resource.type === 'kubernetes') {
        checkOwnership(object, plan, options);
      } else if (object && resource.type === 'vault' && !resource.given) {
        checkVaultOwnership(id, object, plan.names, options);
      }
    } catch (error) {
      if (!options.onRefusal) {
        throw error;
      }
      options.onRefusal(error as Error);
      theirs.add(id);
    }
  }
  return theirs.has(`Namespace ${plan.names.namespace}`)
    ? []
    : differences(plan, live, options.applied).map(difference =>
        theirs.has(difference.id) ? { ...difference, fields: [] } : difference,
      );
}

/** What differs between a plan and what there is, in the order of an apply. */
export function differences(
  plan: TenantPlan,
  live: LiveObjects,
  applied: AppliedResources = {},
): ResourceDifference[] {
  const gone = plannedNoMore(plan, applied);
  return plan.stages.flatMap(({ name: stage, resources }) => [
    ...resources.map(resource => {
      const { id } = resource;
      const object = live.get(id);
      if (!object) {
        return { stage, id, change: 'create' as const, fields: [] };
      }
      const fields = fieldsOf(resource, object, applied[id]?.resource).map(
        ({ live: value, ...rest }) => ({
          ...rest,
          live: shown(rest.field.split('.'), value),
        }),
      );
      const change = fields.length > 0 ? 'update' : 'none';
      return { stage, id, change: change as 'update' | 'none', fields };
    }),
    ...gone
      .filter(([, before]) => before.stage === stage)
      .map(([id]) => ({ stage, id, change: 'remove' as const, fields: [] })),
  ]);
}

function fieldsOf(
  resource: PlannedResource,
  live: any,
  before: PlannedResource | undefined,
): ChangedField[] {
  switch (resource.type) {
    case 'vault':
      return changedVaultFields(resource, live).map(({ path, ...rest }) => ({
        field: path.join('.'),
        ...rest,
      }));
    case 'kubernetes':
      return resource.once ? [] : objectFields(resource, live, before);
    default:
      return [];
  }
}

function objectFields(
  { object }: KubernetesResource,
  live: KubernetesObject,
  before: PlannedResource | undefined,
): ChangedField[] {
  const changed = notAsSent(object, live)
    .map(difference => ({ difference, by: writerOf(live, difference.field) }))
    // Who may scale a workload, and nothing else of it, has done just that.
    .filter(({ by }) => by?.subresource !== 'scale')
    .map(({ difference, by }) => ({
      ...difference,
      ...(by && { manager: by.manager, since: by.time }),
    }));
  const unplanned = (field: string) => ({
    field,
    live: at(live, field),
    planned: undefined,
  });
  const added = foreignFields(live)
    .filter(({ field }) => at(object, field) === undefined)
    .map(({ field, ...by }) => ({ ...unplanned(field), ...by }));
  const dropped =
    before?.type === 'kubernetes'
      ? notAsSent(before.object, object).filter(
          ({ field, live: planned }) =>
            planned === undefined && at(live, field) !== undefined,
        )
      : [];
  return [
    ...changed,
    ...added,
    ...dropped.map(({ field }) => unplanned(field)),
  ];
}

/** What a path of dots leads to; a key may have dots of its own. */
function at(object: unknown, path: string): unknown {
  if (typeof object !== 'object' || object === null) {
    return undefined;
  }
  const entries = Object.entries(object);
  const exact = entries.find(([key]) => key === path);
  if (exact) {
    return exact[1];
  }
  const inner = entries.find(([key]) => path.startsWith(`${key}.`));
  return inner && at(inner[1], path.slice(inner[0].length + 1));
}
