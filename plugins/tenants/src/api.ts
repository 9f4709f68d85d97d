import { createApiRef } from '@backstage/frontend-plugin-api';
import { TenantOperationsApi } from '@threewalls/backstage-plugin-tenants-common';

/**
 * The API of the tenants backend.
 *
 * @public
 */
export const tenantsApiRef = createApiRef<TenantOperationsApi>().with({
  id: 'plugin.tenants.client',
  pluginId: 'tenants',
});
