import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  ResourceEntity,
} from '@backstage/catalog-model';
import {
  TENANT_ANNOTATION,
  TENANT_ENTITY_TYPE,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';

/** The catalog entity that stands for a tenant. */
export function toEntity(
  tenant: TenantRecord,
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
      description: `n8n of its own in namespace ${namespace} of cluster ${cluster}`,
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
          title: 'Create, resize or offboard a tenant',
          icon: 'scaffolder',
        },
      ],
    },
    spec: { type: TENANT_ENTITY_TYPE, owner },
  };
}
