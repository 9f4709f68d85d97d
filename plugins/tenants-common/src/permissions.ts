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
];
