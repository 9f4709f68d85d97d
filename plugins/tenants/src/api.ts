import {
  createApiRef,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/frontend-plugin-api';
import {
  TenantsApi,
  TenantsClient,
} from '@threewalls/backstage-plugin-tenants-common';

/**
 * The API of the tenants backend.
 *
 * @public
 */
export const tenantsApiRef = createApiRef<TenantsApi>().with({
  id: 'plugin.tenants.client',
  pluginId: 'tenants',
});

/** How each of the two frontend systems makes it. */
export const tenantsApiFactory = {
  api: tenantsApiRef,
  deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
  factory: (deps: ConstructorParameters<typeof TenantsClient>[0]) =>
    new TenantsClient(deps),
};
