import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  isPermission,
  isResourcePermission,
  PolicyDecision,
} from '@backstage/plugin-permission-common';
import {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  createTenantConditionalDecision,
  tenantConditions,
} from '@threewalls/backstage-plugin-tenants-backend';
import {
  RESOURCE_TYPE_TENANT,
  tenantCreatePermission,
  tenantAdministerPermission,
  tenantProvePermission,
  tenantReadPermission,
  tenantRestorePermission,
} from '@threewalls/backstage-plugin-tenants-common';

/** Answers for all tenants, whoever owns them. */
const PLATFORM_TEAM = 'group:default/platform-team';

/** What the platform team may do with every tenant. */
const FOR_THE_PLATFORM_TEAM = [
  tenantAdministerPermission,
  tenantProvePermission,
  tenantRestorePermission,
];

/**
 * Everyone sees every tenant and its walls; only its owners change it, they and
 * the platform team prove and restore it, the platform team alone administers, and
 * members of a group order one. All else is allowed.
 */
export class TenantsPolicy implements PermissionPolicy {
  async handle(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    const { permission } = request;
    const claims = user?.info.ownershipEntityRefs ?? [];
    const isPlatform = claims.includes(PLATFORM_TEAM);
    const isForAll =
      isPlatform &&
      FOR_THE_PLATFORM_TEAM.some(p => isPermission(permission, p));
    if (isPermission(permission, tenantAdministerPermission)) {
      return allowIf(isPlatform);
    }
    if (isPermission(permission, tenantCreatePermission)) {
      return allowIf(claims.some(claim => claim.startsWith('group:')));
    }
    if (
      isResourcePermission(permission, RESOURCE_TYPE_TENANT) &&
      !isPermission(permission, tenantReadPermission) &&
      !isForAll
    ) {
      return createTenantConditionalDecision(
        permission,
        tenantConditions.isTenantOwner({ claims }),
      );
    }
    return allowIf(true);
  }
}

function allowIf(isAllowed: boolean): PolicyDecision {
  return { result: isAllowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY };
}

export default createBackendModule({
  pluginId: 'permission',
  moduleId: 'tenants-policy',
  register(env) {
    env.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy(new TenantsPolicy());
      },
    });
  },
});
