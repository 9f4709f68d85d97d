import {
  createPermission,
  PermissionAttributes,
} from '@backstage/plugin-permission-common';

/**
 * Type of the resource that tenant permissions are conditional on.
 *
 * @public
 */
export const RESOURCE_TYPE_TENANT = 'tenant';

/** A permission that may depend on which tenant it is about. */
const tenantPermission = (
  name: string,
  action: PermissionAttributes['action'],
) =>
  createPermission({
    name: `tenant.${name}`,
    attributes: { action },
    resourceType: RESOURCE_TYPE_TENANT,
  });

/** @public */
export const tenantCreatePermission = createPermission({
  name: 'tenant.create',
  attributes: { action: 'create' },
});

/** @public */
export const tenantReadPermission = tenantPermission('read', 'read');

/** @public */
export const tenantResizePermission = tenantPermission('resize', 'update');

/** @public */
export const tenantRemovePermission = tenantPermission('remove', 'delete');

/** @public */
export const tenantProvePermission = tenantPermission('prove', 'update');

/**
 * To put a tenant back to what it was last applied as.
 *
 * @public
 */
export const tenantRestorePermission = tenantPermission('restore', 'update');

/**
 * To act for owners that one is no member of, to adopt what is not the portal's, to
 * see impostors, and to roll out to many tenants at once.
 *
 * @public
 */
export const tenantAdministerPermission = tenantPermission(
  'administer',
  'update',
);

/** @public */
export const tenantPermissions = [
  tenantCreatePermission,
  tenantReadPermission,
  tenantResizePermission,
  tenantRemovePermission,
  tenantProvePermission,
  tenantRestorePermission,
  tenantAdministerPermission,
];
