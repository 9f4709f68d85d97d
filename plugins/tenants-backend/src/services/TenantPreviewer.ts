import {
  AuthService,
  BackstageCredentials,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { InputError, isError, NotAllowedError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  PreviewRequest,
  PreviewResource,
  tenantCreatePermission,
  tenantResizePermission,
  TenantPreview,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  checkCapacity,
  checkMembership,
  checkName,
  Clusters,
  diffPlan,
  Platform,
  planTenant,
  ResourceDifference,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { parseSpec } from '../requests';
import { TenantSource } from './TenantSource';

const DEFAULT_SIZE = 'small';
/** Errors by which an apply of a good spec is refused. */
const REFUSALS = ['InputError', 'ConflictError'];

/** What is done with a plan to see what an apply of it would do. */
export interface PlanInspector {
  checkCapacity(plan: TenantPlan, signal?: AbortSignal): Promise<void>;
  diff(plan: TenantPlan, signal?: AbortSignal): Promise<ResourceDifference[]>;
}

export interface TenantPreviewerOptions {
  platform: Platform;
  inspector: PlanInspector;
  source: TenantSource;
  auth: AuthService;
  catalog: CatalogService;
  permissions: PermissionsService;
  userInfo: UserInfoService;
}

/** Says what an apply of a spec would do, to one who could have it applied. */
export class TenantPreviewer {
  static create(options: TenantPreviewerOptions): TenantPreviewer {
    return new TenantPreviewer(options);
  }

  private constructor(private readonly options: TenantPreviewerOptions) {}

  /**
   * @throws InputError for a bad spec, with the field
   * @throws NotAllowedError for one who may neither create nor resize it
   */
  async preview(
    request: PreviewRequest,
    credentials: BackstageCredentials,
    signal?: AbortSignal,
  ): Promise<TenantPreview> {
    await this.#checkPermission(credentials, request?.name);
    const spec = parseSpec(this.#withDefaults(request));
    const plan = planTenant(spec, this.options.platform);
    await this.#checkOwner(credentials, spec.owner);
    const exists = await this.#checkName(spec);
    const { inspector } = this.options;
    const preview = {
      namespace: plan.names.namespace,
      cluster: spec.cluster,
      exists,
    };
    try {
      const [resources, refusal] = await Promise.all([
        inspector.diff(plan, signal),
        refusalOf(inspector.checkCapacity(plan, signal)),
      ]);
      return {
        ...preview,
        // What differs was read as JSON.
        resources: resources as PreviewResource[],
        ...(refusal && { refusal }),
      };
    } catch (error) {
      // Somebody else's namespace or object is in the way.
      return { ...preview, resources: [], refusal: messageOfRefusal(error) };
    }
  }

  /** As the scaffolder's actions fill them in. */
  #withDefaults(request: PreviewRequest): PreviewRequest {
    const { clusters } = this.options.platform;
    const cluster = clusters.length === 1 ? clusters[0].name : undefined;
    if (!request?.cluster && !cluster) {
      throw new InputError(
        clusters.length === 0
          ? 'cluster: none is configured under tenants.clusters'
          : `cluster: which? There is ${clusters.map(c => c.name).join(', ')}`,
      );
    }
    return {
      ...request,
      cluster: request?.cluster || cluster,
      size: request?.size || DEFAULT_SIZE,
      email: request?.email || undefined,
    };
  }

  /** An apply creates a tenant, or changes one that there is. */
  async #checkPermission(
    credentials: BackstageCredentials,
    name: unknown,
  ): Promise<void> {
    const permission = tenantCreatePermission;
    const decisions = await this.options.permissions.authorize(
      [
        { permission },
        ...(typeof name === 'string'
          ? [{ permission: tenantResizePermission, resourceRef: name }]
          : []),
      ],
      { credentials },
    );
    if (!decisions.some(({ result }) => result === AuthorizeResult.ALLOW)) {
      throw new NotAllowedError(`You may not: ${permission.name} is denied`);
    }
  }

  /** Users may preview for themselves and their groups, services for anybody. */
  async #checkOwner(
    credentials: BackstageCredentials,
    owner: string,
  ): Promise<void> {
    const { auth, catalog, userInfo } = this.options;
    if (auth.isPrincipal(credentials, 'user')) {
      const { ownershipEntityRefs } = await userInfo.getUserInfo(credentials);
      checkMembership(ownershipEntityRefs, owner);
    }
    if (!(await catalog.getEntityByRef(owner, { credentials }))) {
      throw new InputError(
        `owner: there is no ${owner} in the catalog to own the tenant`,
      );
    }
  }

  /** Whether there is that tenant. */
  async #checkName(spec: TenantSpec): Promise<boolean> {
    const existing = await this.options.source
      .get(spec.name)
      .catch((error: Error) => {
        if (error.name === 'NotFoundError') {
          return undefined;
        }
        throw error;
      });
    checkName(spec, existing);
    return existing !== undefined;
  }
}

/** The engine's own, upon real clusters. */
export function clusterPlanInspector(options: {
  clusters: Clusters;
  platform: Platform;
}): PlanInspector {
  const { clusters, platform } = options;
  return {
    checkCapacity: (plan, signal) =>
      checkCapacity(plan, clusters.get(plan.spec.cluster), platform, {
        signal,
      }),
    diff: (plan, signal) =>
      diffPlan(plan, clusters.get(plan.spec.cluster), { signal }),
  };
}

async function refusalOf(check: Promise<void>): Promise<string | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    return messageOfRefusal(error);
  }
}

function messageOfRefusal(error: unknown): string {
  if (isError(error) && REFUSALS.includes(error.name)) {
    return error.message;
  }
  throw error;
}
