import {
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
  OWNER_ANNOTATION,
  TENANT_LABEL,
  TenantSpec,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';
import { PlanContext } from './context';
import {
  KubernetesResource,
  PlannedResource,
  PlannedStage,
  Stage,
  Wait,
} from './types';

/** Labels that everything of a tenant carries. */
export function tenantLabels(tenant: string): Record<string, string> {
  return { [MANAGED_BY_LABEL]: FIELD_MANAGER, [TENANT_LABEL]: tenant };
}

/**
 * An object in the tenant's namespace, with the labels and the owner that
 * everything of a tenant carries, and the wall that it belongs to, where it does.
 */
export function tenantObject(
  {
    spec,
    names,
  }: Pick<PlanContext, 'names'> & { spec: Pick<TenantSpec, 'name' | 'owner'> },
  wall: Wall | undefined,
  object: {
    apiVersion: string;
    kind: string;
    name: string;
    /** Absent for the namespace itself */
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  },
): KubernetesResource {
  const { apiVersion, kind, name, labels, annotations, ...rest } = object;
  const namespace = kind === 'Namespace' ? undefined : names.namespace;
  return {
    type: 'kubernetes',
    ...(wall && { wall }),
    id: `${kind} ${name}`,
    object: {
      apiVersion,
      kind,
      metadata: {
        name,
        ...(namespace && { namespace }),
        labels: { ...labels, ...tenantLabels(spec.name) },
        annotations: { ...annotations, [OWNER_ANNOTATION]: spec.owner },
      },
      ...rest,
    },
  };
}

/** A stage, whose resources may be applied at once. */
export function stage(
  name: Stage,
  resources: PlannedResource[],
  waits: Wait[] = [],
): PlannedStage {
  return { name, resources, waits };
}

/** A wait for an object to be, such as `to be Ready`, what its condition says. */
export function waitFor(
  { object }: KubernetesResource,
  toBe: string,
  how: Omit<Wait, 'for' | 'object'>,
): Wait {
  const { apiVersion, kind, metadata } = object;
  const { namespace = '', name } = metadata;
  return {
    for: `${kind} ${name} ${toBe}`,
    object: { apiVersion, kind, namespace, name },
    ...how,
  };
}
