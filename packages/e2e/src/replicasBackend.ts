import { createBackend } from '@backstage/backend-defaults';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';

/**
 * A replica of a portal, in a process of its own: the tenants plugin with its real
 * database, clusters and proofs. It proves no tenant but those that it has made:
 * its records know no other.
 */
const entity = (kind: string, name: string) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'default' },
});

const backend = createBackend();
backend.add(import('@threewalls/backstage-plugin-tenants-backend'));
backend.add(
  catalogServiceMock.factory({
    entities: [
      entity('Group', 'guests'),
      entity('Group', 'others'),
      entity('Resource', 'taken'),
    ],
  }),
);
backend.start();
