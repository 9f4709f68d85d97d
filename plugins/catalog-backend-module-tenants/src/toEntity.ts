import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  ResourceEntity,
} from '@backstage/catalog-model';
import {
  Tenant,
  TENANT_ANNOTATION,
  TENANT_ENTITY_TYPE,
} from '@threewalls/backstage-plugin-tenants-common';

/** The catalog entity that stands for a tenant. */
export function toEntity(
  tenant: Tenant,
  options: { appUrl: string },
): ResourceEntity {
  const { name, cluster, namespace, owner, spec } = tenant;
  const location = `threewalls:${cluster}/${namespace}`;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name,
      title: `n8n tenant ${name}`,
      description: `Dedicated n8n in namespace ${namespace} on cluster ${cluster}`,
      annotations: {
        [TENANT_ANNOTATION]: name,
        [ANNOTATION_LOCATION]: location,
        [ANNOTATION_ORIGIN_LOCATION]: location,
      },
      tags: ['n8n', `size-${spec.size}`],
      links: [
        {
          url: `${options.appUrl}/tenants`,
          title: 'All tenants and their walls',
          icon: 'dashboard',
        },
        {
          url: `${options.appUrl}/create`,
          title: 'Create, resize, restore or offboard a tenant',
          icon: 'scaffolder',
        },
      ],
    },
    spec: { type: TENANT_ENTITY_TYPE, owner },
  };
}
