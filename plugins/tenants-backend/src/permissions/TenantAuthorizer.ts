import { createHash } from 'node:crypto';
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
import { LruMap } from '../services/LruMap';
import { tenantPermissionResourceRef, TenantResource } from './rules';

/** Milliseconds that a decision on reading is good for. */
const REMEMBER_MS = 1_000;
/** Callers, and sets of conditions, that are remembered. */
const MAX_REMEMBERED = 1_000;

/** What of tenants somebody may have. */
export interface Viewer {
  /** The same for all who may have the same */
  key: string;
  mayHave(tenant: TenantResource): boolean;
}

const EVERYTHING: Viewer = { key: 'all', mayHave: () => true };
const NOTHING: Viewer = { key: 'none', mayHave: () => false };

/**
 * Decides who may do what with which tenant. Conditions are applied here, upon
 * tenants that are at hand, without asking the permission backend for each.
 */
export class TenantAuthorizer {
  readonly #viewers = new LruMap<string, Viewer>(MAX_REMEMBERED);
  readonly #decided = new LruMap<
    string,
    { viewer: Promise<Viewer>; until: number }
  >(MAX_REMEMBERED);

  static create(options: {
    permissions: PermissionsService;
    permissionsRegistry: PermissionsRegistryService;
    now?: () => number;
  }): TenantAuthorizer {
    return new TenantAuthorizer(
      options.permissions,
      options.permissionsRegistry,
      options.now ?? Date.now,
    );
  }

  private constructor(
    private readonly permissions: PermissionsService,
    private readonly permissionsRegistry: PermissionsRegistryService,
    private readonly now: () => number,
  ) {}

  /** What of tenants these credentials have the permission for. */
  async viewer(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
  ): Promise<Viewer> {
    const [decision] = await this.permissions.authorizeConditional(
      [{ permission }],
      { credentials },
    );
    if (decision.result === AuthorizeResult.ALLOW) {
      return EVERYTHING;
    }
    if (decision.result === AuthorizeResult.DENY) {
      return NOTHING;
    }
    const key = JSON.stringify(decision);
    const known = this.#viewers.get(key);
    if (known) {
      return known;
    }
    const isAllowed = createConditionAuthorizer(
      this.permissionsRegistry.getPermissionRuleset(
        tenantPermissionResourceRef,
      ),
    );
    const viewer = {
      key,
      mayHave: (tenant: TenantResource) => isAllowed(decision, tenant),
    };
    this.#viewers.set(key, viewer);
    return viewer;
  }

  /**
   * As `viewer`, remembered for a second: a page asks several things at once, and
   * each decision is a request to the permission backend. For reading alone.
   *
   * @param token - What the caller has shown; the decision is for its bearer only
   */
  async reader(
    token: string | undefined,
    credentials: BackstageCredentials,
    permission: ResourcePermission,
  ): Promise<Viewer> {
    if (!token) {
      return this.viewer(credentials, permission);
    }
    // Not the token itself: what is remembered is of no use to anybody else.
    const hash = createHash('sha256').update(token).digest('base64');
    const key = `${permission.name} ${hash}`;
    const known = this.#decided.get(key);
    if (known && known.until > this.now()) {
      return known.viewer;
    }
    const viewer = this.viewer(credentials, permission);
    viewer.catch(() => this.#decided.delete(key));
    this.#decided.set(key, { viewer, until: this.now() + REMEMBER_MS });
    return viewer;
  }

  /** @throws NotAllowedError unless the viewer may have the tenant */
  check<T extends TenantResource>(
    viewer: Viewer,
    permission: ResourcePermission,
    tenant: T,
  ): T {
    if (!viewer.mayHave(tenant)) {
      throw new NotAllowedError(
        `You lack the permission ${permission.name} for tenant ${tenant.name}`,
      );
    }
    return tenant;
  }
}
