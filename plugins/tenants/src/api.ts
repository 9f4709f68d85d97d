import { createApiRef } from '@backstage/frontend-plugin-api';
import { TenantsApi } from '@threewalls/backstage-plugin-tenants-common';

/**
 * The API of the tenants backend.
 *
 * @public
 */
export const tenantsApiRef = createApiRef<TenantsApi>().with({
  id: 'plugin.tenants.client',
  pluginId: 'tenants',
});
