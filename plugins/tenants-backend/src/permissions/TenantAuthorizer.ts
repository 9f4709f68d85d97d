import {
  BackstageCredentials,
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import { tenantPermissionResourceRef, TenantResource } from './rules';

/**
 * Decides who may do what with which tenant. Conditions are applied here, upon
 * tenants that are at hand, without asking the permission backend for each.
 */
export class TenantAuthorizer {
  static create(options: {
    permissions: PermissionsService;
    permissionsRegistry: PermissionsRegistryService;
  }): TenantAuthorizer {
    return new TenantAuthorizer(
      options.permissions,
      options.permissionsRegistry,
    );
  }

  private constructor(
    private readonly permissions: PermissionsService,
    private readonly permissionsRegistry: PermissionsRegistryService,
  ) {}

  /** Says of each tenant whether these credentials have the permission for it. */
  async filter(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
  ): Promise<(tenant: TenantResource) => boolean> {
    const [decision] = await this.permissions.authorizeConditional(
      [{ permission }],
      { credentials },
    );
    if (decision.result === AuthorizeResult.ALLOW) {
      return () => true;
    }
    if (decision.result === AuthorizeResult.DENY) {
      return () => false;
    }
    const isAllowed = createConditionAuthorizer(
      this.permissionsRegistry.getPermissionRuleset(
        tenantPermissionResourceRef,
      ),
    );
    return tenant => isAllowed(decision, tenant);
  }

  /** @throws NotAllowedError unless the tenant may be had by these credentials */
  async require<T extends TenantResource>(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
    load: () => Promise<T>,
  ): Promise<T> {
    const isAllowed = await this.filter(credentials, permission);
    const tenant = await load();
    if (!isAllowed(tenant)) {
      throw new NotAllowedError(
        `You lack the permission ${permission.name} for tenant ${tenant.name}`,
      );
    }
    return tenant;
  }
}
