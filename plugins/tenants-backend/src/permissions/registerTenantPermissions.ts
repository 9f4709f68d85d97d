import { PermissionsRegistryService } from '@backstage/backend-plugin-api';
import {
  tenantCreatePermission,
  tenantPermissions,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantStore } from '../database/TenantStore';
import { tenantPermissionResourceRef, tenantPermissionRules } from './rules';

/** Makes the permissions and rules of tenants known to the permission system. */
export function registerTenantPermissions(
  permissionsRegistry: PermissionsRegistryService,
  store: TenantStore,
): void {
  permissionsRegistry.addPermissions([tenantCreatePermission]);
  permissionsRegistry.addResourceType({
    resourceRef: tenantPermissionResourceRef,
    permissions: tenantPermissions.filter(p => p !== tenantCreatePermission),
    rules: Object.values(tenantPermissionRules),
    getResources: names => Promise.all(names.map(name => store.find(name))),
  });
}
