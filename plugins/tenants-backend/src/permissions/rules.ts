import { PermissionsRegistryService } from '@backstage/backend-plugin-api';
import {
  createConditionExports,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import {
  canonicalRef,
  RESOURCE_TYPE_TENANT,
  tenantCreatePermission,
  tenantPermissions,
} from '@threewalls/backstage-plugin-tenants-common';
import { z } from 'zod';
import { TenantStore } from '../database/TenantStore';

/**
 * What tenant permissions are decided about.
 *
 * @public
 */
export interface TenantResource {
  name: string;
  /** Entity ref */
  owner: string;
}

/**
 * Tenants as a filter: those that one of these owns.
 *
 * @public
 */
export interface TenantFilter {
  owners: string[];
}

/**
 * The resource type `tenant` of the permission system.
 *
 * @public
 */
export const tenantPermissionResourceRef = createPermissionResourceRef<
  TenantResource,
  TenantFilter
>().with({ pluginId: 'tenants', resourceType: RESOURCE_TYPE_TENANT });

const isTenantOwner = createPermissionRule({
  name: 'IS_TENANT_OWNER',
  description: 'Allow tenants owned by one of these entities',
  resourceRef: tenantPermissionResourceRef,
  paramsSchema: z.object({
    claims: z
      .array(z.string())
      .describe('Entity refs of which one has to be the owner of the tenant'),
  }),
  apply: (tenant, { claims }) =>
    claims.map(canonicalRef).includes(canonicalRef(tenant.owner)),
  toQuery: ({ claims }) => ({ owners: claims }),
});

/** Every rule by which a policy may decide on tenants. */
export const tenantPermissionRules = { isTenantOwner };

const exported = createConditionExports({
  resourceRef: tenantPermissionResourceRef,
  rules: tenantPermissionRules,
});

/**
 * Conditions for a permission policy, such as
 * `tenantConditions.isTenantOwner({ claims: user.info.ownershipEntityRefs })`.
 *
 * @public
 */
export const tenantConditions = exported.conditions;

/**
 * Makes a policy's decision on a tenant permission conditional.
 *
 * @public
 */
export const createTenantConditionalDecision =
  exported.createConditionalDecision;

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
