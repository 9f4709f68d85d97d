import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  ResourceEntity,
} from '@backstage/catalog-model';
import {
  TENANT_ENTITY_TYPE,
  UnmanagedNamespace,
} from '@threewalls/backstage-plugin-tenants-common';

/** Annotation of an entity that stands for a namespace which is not ours. */
export const UNMANAGED_ANNOTATION = 'threewalls.io/unmanaged';

/**
 * The catalog entity of a namespace that somebody else made. It goes by the
 * namespace's own name, in a catalog namespace named after the cluster, so that it
 * never meets a tenant's. It has no tenant annotation: there is no card that
 * would claim walls.
 */
export function toUnmanagedEntity({
  cluster,
  namespace: name,
  owner,
}: UnmanagedNamespace): ResourceEntity {
  const location = `threewalls:${cluster}/${name}`;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      // A cluster's name may have dots, a catalog namespace may not.
      namespace: cluster.replace(/\./g, '-'),
      name,
      title: `n8n in ${name}`,
      description: `Namespace ${name} of cluster ${cluster}, which Threewalls does not manage: nothing is known of its walls`,
      annotations: {
        [UNMANAGED_ANNOTATION]: 'true',
        [ANNOTATION_LOCATION]: location,
        [ANNOTATION_ORIGIN_LOCATION]: location,
      },
      tags: ['n8n', 'unmanaged'],
    },
    spec: { type: TENANT_ENTITY_TYPE, owner },
  };
}
