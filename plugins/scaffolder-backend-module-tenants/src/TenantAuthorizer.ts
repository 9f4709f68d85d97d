import {
  AuthService,
  BackstageCredentials,
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
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import {
  checkMembership,
  checkName,
  Clusters,
  readTenant,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';

/**
 * Whether whoever started a task may do what it does. The portal's own rights
 * are wide, and a template must be no way around.
 */
export class TenantAuthorizer {
  static create(options: {
    clusters: Clusters;
    auth: AuthService;
    permissions: PermissionsService;
    userInfo: UserInfoService;
    catalog: CatalogService;
  }) {
    return new TenantAuthorizer(options);
  }

  private constructor(
    private readonly options: Parameters<typeof TenantAuthorizer.create>[0],
  ) {}

  /**
   * Returns where one may have a tenant of that spec.
   *
   * @throws NotAllowedError for one who may not, InputError for an owner that
   * does not exist or a name that another cluster has
   */
  async checkSpec(
    credentials: BackstageCredentials,
    spec: TenantSpec,
    permission: BasicPermission,
  ): Promise<void> {
    const [decision] = await this.options.permissions.authorize(
      [{ permission }],
      { credentials },
    );
    expectAllowed(decision, permission);
    await this.#checkOwner(credentials, spec.owner);
    await this.#checkNameIsFree(spec);
  }

  /**
   * Returns where one may do that with an existing tenant.
   *
   * @throws NotAllowedError for one who may not
   */
  async checkTenant(
    credentials: BackstageCredentials,
    tenant: TenantRecord,
    permission: ResourcePermission,
  ): Promise<void> {
    const [decision] = await this.options.permissions.authorize(
      [{ permission, resourceRef: tenant.name }],
      { credentials },
    );
    expectAllowed(decision, permission);
    await this.#checkMembership(credentials, tenant.owner);
  }

  async #checkOwner(
    credentials: BackstageCredentials,
    owner: string,
  ): Promise<void> {
    const entity = await this.options.catalog.getEntityByRef(owner, {
      credentials,
    });
    if (!entity) {
      throw new InputError(
        `There is no ${owner} in the catalog to own the tenant`,
      );
    }
    await this.#checkMembership(credentials, owner);
  }

  async #checkMembership(
    credentials: BackstageCredentials,
    owner: string,
  ): Promise<void> {
    if (!this.options.auth.isPrincipal(credentials, 'user')) {
      return;
    }
    const { ownershipEntityRefs } = await this.options.userInfo.getUserInfo(
      credentials,
    );
    checkMembership(ownershipEntityRefs, owner);
  }

  async #checkNameIsFree(spec: TenantSpec): Promise<void> {
    const existing = await readTenant(this.options.clusters, spec.name).catch(
      (error: Error) => {
        if (error.name === 'NotFoundError') {
          return undefined;
        }
        throw error;
      },
    );
    checkName(spec, existing);
  }
}

function expectAllowed(
  decision: { result: AuthorizeResult },
  permission: { name: string },
): void {
  if (decision.result !== AuthorizeResult.ALLOW) {
    throw new NotAllowedError(`You may not: ${permission.name} is denied`);
  }
}
