import { Entity } from '@backstage/catalog-model';
import {
  TENANT_ANNOTATION,
  TENANT_ENTITY_TYPE,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenants } from '../src/__fixtures__';

/** The team that the guest belongs to, and so owns by. */
export const team: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name: 'acme-team', namespace: 'default' },
  spec: { type: 'team', children: [], profile: { displayName: 'Acme team' } },
  relations: [{ type: 'hasMember', targetRef: 'user:default/guest' }],
};

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
