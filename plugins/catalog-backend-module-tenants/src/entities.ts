import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  ResourceEntity,
} from '@backstage/catalog-model';
import {
  Tenant,
  TENANT_ANNOTATION,
  TENANT_ENTITY_TYPE,
  UnmanagedNamespace,
} from '@threewalls/backstage-plugin-tenants-common';

/** Annotation of an entity that stands for a namespace which is not ours. */
const UNMANAGED_ANNOTATION = 'threewalls.io/unmanaged';

/**
 * The catalog entity that stands for a tenant.
 *
 * @param appUrl - Of the portal's front end
 */
export function toEntity(tenant: Tenant, appUrl: string): ResourceEntity {
  const { name, cluster, namespace, spec } = tenant;
  return entityOf(tenant, {
    name,
    title: `n8n tenant ${name}`,
    description: `Dedicated n8n in namespace ${namespace} on cluster ${cluster}`,
    annotations: { [TENANT_ANNOTATION]: name },
    tags: ['n8n', `size-${spec.size}`],
    links: [
      {
        url: `${appUrl}/tenants`,
        title: 'All tenants and their walls',
        icon: 'dashboard',
      },
      {
        url: `${appUrl}/create`,
        title: 'Create, resize, restore or offboard a tenant',
        icon: 'scaffolder',
      },
    ],
  });
}

/**
 * The catalog entity of a namespace that somebody else made. It goes by the
 * namespace's own name, in a catalog namespace named after the cluster, so that it
 * never meets a tenant's. It has no tenant annotation: there is no card that
 * would claim walls.
 */
export function toUnmanagedEntity(found: UnmanagedNamespace): ResourceEntity {
  const { cluster, namespace: name } = found;
  return entityOf(found, {
    // A cluster's name may have dots, a catalog namespace may not.
    namespace: cluster.replace(/\./g, '-'),
    name,
    title: `n8n in ${name}`,
    description: `Namespace ${name} of cluster ${cluster}, which Threewalls does not manage: nothing is known of its walls`,
    annotations: { [UNMANAGED_ANNOTATION]: 'true' },
    tags: ['n8n', 'unmanaged'],
  });
}

function entityOf(
  { cluster, namespace, owner }: UnmanagedNamespace,
  { annotations, ...metadata }: ResourceEntity['metadata'],
): ResourceEntity {
  const location = `threewalls:${cluster}/${namespace}`;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      ...metadata,
      annotations: {
        ...annotations,
        [ANNOTATION_LOCATION]: location,
        [ANNOTATION_ORIGIN_LOCATION]: location,
      },
    },
    spec: { type: TENANT_ENTITY_TYPE, owner },
  };
}
