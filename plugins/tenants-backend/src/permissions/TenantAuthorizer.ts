import {
  AuthService,
  BackstageCredentials,
  PermissionsRegistryService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  AuthorizeResult,
  BasicPermission,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import {
  canonicalRef,
  tenantAdministerPermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantPermissionResourceRef, TenantResource } from './rules';

/** Returns whether somebody may do something with a tenant. */
export interface Viewer {
  (tenant: TenantResource): boolean;
  /** Whether the answer is yes for every tenant */
  all?: boolean;
}

/**
 * Decides who may do what with which tenant: the one place that does. Conditions
 * are applied here, to tenants that are at hand, without asking the permission
 * backend for each.
 */
export class TenantAuthorizer {
  constructor(
    private readonly options: {
      auth: AuthService;
      catalog: CatalogService;
      permissions: PermissionsService;
      permissionsRegistry: PermissionsRegistryService;
      userInfo: UserInfoService;
    },
  ) {}

  /** Which tenants these credentials have the permission for. */
  async viewer(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
  ): Promise<Viewer> {
    const { permissions, permissionsRegistry } = this.options;
    const [decision] = await permissions.authorizeConditional(
      [{ permission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.CONDITIONAL) {
      const all = decision.result === AuthorizeResult.ALLOW;
      return Object.assign(() => all, { all });
    }
    const isAllowed = createConditionAuthorizer(
      permissionsRegistry.getPermissionRuleset(tenantPermissionResourceRef),
    );
    return tenant => isAllowed(decision, tenant);
  }

  /** @throws NotAllowedError unless the permission is given for that tenant */
  async check(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
    tenant: TenantResource,
  ): Promise<void> {
    const canAccess = await this.viewer(credentials, permission);
    this.expect(canAccess, permission, tenant);
  }

  /** @throws NotAllowedError unless what was decided allows that tenant */
  expect(
    canAccess: Viewer,
    permission: ResourcePermission,
    tenant: TenantResource,
  ): void {
    if (!canAccess(tenant)) {
      throw new NotAllowedError(
        `You don't have permission (${permission.name}) for tenant ${tenant.name}`,
      );
    }
  }

  /**
   * Returns where one may change an existing tenant: with the permission, and as a
   * member of its owner or an administrator of tenants.
   *
   * @throws NotAllowedError
   */
  async checkChange(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
    tenant: TenantResource,
  ): Promise<void> {
    await this.check(credentials, permission, tenant);
    if (!(await this.#isMember(credentials, tenant.owner))) {
      const administers = await this.viewer(
        credentials,
        tenantAdministerPermission,
      );
      if (!administers(tenant)) {
        throw notAMember(tenant.owner);
      }
    }
  }

  /**
   * Returns where one may order a tenant for an owner: with the permission, and only
   * as a member.
   *
   * @throws NotAllowedError, or InputError for an owner that does not exist
   */
  async checkOrder(
    credentials: BackstageCredentials,
    permission: BasicPermission,
    owner: string,
  ): Promise<void> {
    const { permissions, catalog } = this.options;
    const [decision] = await permissions.authorize([{ permission }], {
      credentials,
    });
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        `You don't have permission (${permission.name})`,
      );
    }
    if (!(await catalog.getEntityByRef(owner, { credentials }))) {
      throw new InputError(
        `owner: there is no ${owner} in the catalog to own the tenant`,
      );
    }
    if (!(await this.#isMember(credentials, owner))) {
      throw notAMember(owner);
    }
  }

  /** Users act for themselves and their groups, services for anybody. */
  async #isMember(
    credentials: BackstageCredentials,
    owner: string,
  ): Promise<boolean> {
    const { auth, userInfo } = this.options;
    if (!auth.isPrincipal(credentials, 'user')) {
      return true;
    }
    const { ownershipEntityRefs } = await userInfo.getUserInfo(credentials);
    return ownershipEntityRefs.map(canonicalRef).includes(canonicalRef(owner));
  }
}

function notAMember(owner: string): Error {
  return new NotAllowedError(
    `You can't act for ${owner}: you are not one of its members`,
  );
}
