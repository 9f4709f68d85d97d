import { createPermission } from '@backstage/plugin-permission-common';

/**
 * Type of the resource that tenant permissions are conditional on.
 *
 * @public
 */
export const RESOURCE_TYPE_TENANT = 'tenant';

/** @public */
export const tenantCreatePermission = createPermission({
  name: 'tenant.create',
  attributes: { action: 'create' },
});

/** @public */
export const tenantReadPermission = createPermission({
  name: 'tenant.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_TENANT,
});

/** @public */
export const tenantResizePermission = createPermission({
  name: 'tenant.resize',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_TENANT,
});

/** @public */
export const tenantRemovePermission = createPermission({
  name: 'tenant.remove',
  attributes: { action: 'delete' },
  resourceType: RESOURCE_TYPE_TENANT,
});

/** @public */
export const tenantProvePermission = createPermission({
  name: 'tenant.prove',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_TENANT,
});

/**
 * To put a tenant back to what it was last applied as.
 *
 * @public
 */
export const tenantRestorePermission = createPermission({
  name: 'tenant.restore',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_TENANT,
});

/**
 * To act for owners that one is no member of, to adopt what is not the portal's, to
 * see impostors, and to roll out to many tenants at once.
 *
 * @public
 */
export const tenantAdministerPermission = createPermission({
  name: 'tenant.administer',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_TENANT,
});

/**
 * Every permission of the tenants plugin.
 *
 * @public
 */
export const tenantPermissions = [
  tenantCreatePermission,
  tenantReadPermission,
  tenantResizePermission,
  tenantRemovePermission,
  tenantProvePermission,
  tenantRestorePermission,
  tenantAdministerPermission,
];
