import { Entity } from '@backstage/catalog-model';
import {
  TENANT_ANNOTATION,
  TENANT_ENTITY_TYPE,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenants } from '../src/__fixtures__';

/** An entity for each tenant; `gone` is one that the backend does not know. */
export const entities: Entity[] = [...Object.keys(tenants), 'gone'].map(
  name => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name,
      namespace: 'default',
      annotations: { [TENANT_ANNOTATION]: name },
    },
    spec: { type: TENANT_ENTITY_TYPE, owner: `${name}-team` },
  }),
);
