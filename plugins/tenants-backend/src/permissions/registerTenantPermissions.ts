import { PermissionsRegistryService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import {
  tenantCreatePermission,
  tenantPermissions,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantSource } from '../services/TenantSource';
import {
  tenantPermissionResourceRef,
  tenantPermissionRules,
  TenantResource,
} from './rules';

/** Makes the permissions and rules of tenants known to the permission system. */
export function registerTenantPermissions(
  permissionsRegistry: PermissionsRegistryService,
  source: TenantSource,
): void {
  permissionsRegistry.addPermissions([tenantCreatePermission]);
  permissionsRegistry.addResourceType({
    resourceRef: tenantPermissionResourceRef,
    permissions: tenantPermissions.filter(p => p !== tenantCreatePermission),
    rules: Object.values(tenantPermissionRules),
    getResources: names => Promise.all(names.map(name => find(source, name))),
  });
}

async function find(
  source: TenantSource,
  name: string,
): Promise<TenantResource | undefined> {
  try {
    return await source.get(name);
  } catch (error) {
    if (isError(error) && error.name === 'NotFoundError') {
      return undefined;
    }
    throw error;
  }
}
