import {
  AuthService,
  BackstageCredentials,
  PermissionsService,
  UserInfoService,
  AuditorService,
} from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  BasicPermission,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  TenantsClient,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  applyPlan,
  ApplyResult,
  checkCapacity,
  Clusters,
  diffPlan,
  Platform,
  planTenant,
  readTenant,
  removeTenant,
  ResourceDifference,
  SeedValues,
  Stage,
  tenantNames,
  TenantPlan,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';

/** What an action hands on of its context. */
export interface EngineContext {
  logger: { info(message: string): void; warn(message: string): void };
  isDryRun?: boolean;
  signal?: AbortSignal;
  getInitiatorCredentials(): Promise<BackstageCredentials>;
}

/**
 * The folds of a plan as the actions need them: each authorises whoever started
 * the task before it does anything, since the portal's own rights are wide and a
 * template must be no way around.
 */
export class TenantEngine {
  static create(options: {
    platform: Platform;
    clusters: Clusters;
    tenants: TenantsClient;
    auth: AuthService;
    permissions: PermissionsService;
    userInfo: UserInfoService;
    catalog: CatalogService;
    auditor: AuditorService;
  }) {
    return new TenantEngine(options);
  }

  private constructor(
    private readonly options: Parameters<typeof TenantEngine.create>[0],
  ) {}

  get platform(): Platform {
    return this.options.platform;
  }

  get catalog(): CatalogService {
    return this.options.catalog;
  }

  get tenants(): TenantsClient {
    return this.options.tenants;
  }

  /** A token with which to call the tenants backend as whoever started the task. */
  async token(context: EngineContext): Promise<string> {
    const { token } = await this.options.auth.getPluginRequestToken({
      onBehalfOf: await context.getInitiatorCredentials(),
      targetPluginId: 'tenants',
    });
    return token;
  }

  /**
   * The plan of a spec, for one who may have it.
   *
   * @throws InputError for a bad spec, NotAllowedError for one who may not
   */
  async planFor(
    context: EngineContext,
    spec: TenantSpec,
    permission: BasicPermission,
  ): Promise<TenantPlan> {
    const plan = planTenant(spec, this.platform);
    const credentials = await context.getInitiatorCredentials();
    const [decision] = await this.options.permissions.authorize(
      [{ permission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(`You may not: ${permission.name} is denied`);
    }
    await this.#checkOwner(credentials, plan.spec.owner);
    await this.#checkNameIsFree(plan.spec);
    return plan;
  }

  /**
   * An existing tenant, for one who may do that with it.
   *
   * @throws NotFoundError, NotAllowedError
   */
  async tenantFor(
    context: EngineContext,
    name: string,
    permission: ResourcePermission,
  ): Promise<TenantRecord> {
    const credentials = await context.getInitiatorCredentials();
    const tenant = await readTenant(this.options.clusters, name);
    const [decision] = await this.options.permissions.authorize(
      [{ permission, resourceRef: name }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(`You may not: ${permission.name} is denied`);
    }
    await this.#checkMembership(credentials, tenant.owner);
    return tenant;
  }

  /** Applies stages of a plan, a line in the task's log for each resource. */
  async apply(
    context: EngineContext,
    plan: TenantPlan,
    options: { stages?: Stage[]; adopt?: boolean; seed?: SeedValues },
  ): Promise<{ created: number; updated: number; unchanged: number }> {
    const count = { created: 0, updated: 0, unchanged: 0 };
    const cluster = this.options.clusters.get(plan.spec.cluster);
    // Before anything is changed: a tenant too many is no tenant cut in half.
    if (!options.stages || options.stages.includes('namespace')) {
      await checkCapacity(plan, cluster, this.platform, context);
    }
    if (context.isDryRun) {
      const differences = await this.diff(context, plan, options);
      for (const { change } of differences) {
        count[
          (
            { create: 'created', update: 'updated', none: 'unchanged' } as const
          )[change]
        ]++;
      }
      return count;
    }
    const event = await this.options.auditor.createEvent({
      eventId: 'tenant-apply',
      severityLevel: 'medium',
      meta: { tenant: plan.spec.name, stages: options.stages ?? 'all' },
    });
    try {
      await applyPlan(plan, cluster, {
        ...options,
        signal: context.signal,
        onWait: what => context.logger.info(`waiting    ${what}`),
        onResult: result => {
          if (result.result !== 'ready') {
            count[result.result]++;
          }
          context.logger.info(line(result));
        },
      });
      await event.success({ meta: { ...count } });
    } catch (error) {
      await event.fail({ error: error as Error });
      context.logger.warn(
        `What was applied so far stays in namespace ${plan.names.namespace} (${count.created} created, ${count.updated} updated). Run the template again to resume, or offboard-tenant to remove it.`,
      );
      throw error;
    }
    return count;
  }

  /** What an apply would change, a line in the task's log for each resource. */
  async diff(
    context: EngineContext,
    plan: TenantPlan,
    options: { stages?: Stage[]; adopt?: boolean } = {},
  ): Promise<ResourceDifference[]> {
    const cluster = this.options.clusters.get(plan.spec.cluster);
    const differences = (
      await diffPlan(plan, cluster, {
        adopt: options.adopt,
        signal: context.signal,
      })
    ).filter(d => !options.stages || options.stages.includes(d.stage));
    for (const { change, id, fields } of differences) {
      const said = {
        create: 'would create',
        update: 'would update',
        none: 'unchanged',
      }[change];
      const names = fields.map(f => f.field).join(', ');
      context.logger.info(`${said.padEnd(12)} ${id}${names && `: ${names}`}`);
    }
    return differences;
  }

  /** Takes a tenant away, a line in the task's log for each step. */
  async remove(
    context: EngineContext,
    tenant: TenantRecord,
    options: { confirm: string; keepData?: boolean },
  ): Promise<void> {
    const cluster = this.options.clusters.get(tenant.cluster);
    const names = tenantNames(tenant.name, tenant.owner, this.platform);
    const event = await this.options.auditor.createEvent({
      eventId: 'tenant-remove',
      severityLevel: 'high',
      meta: { tenant: tenant.name, keepData: options.keepData ?? false },
    });
    try {
      await removeTenant({ name: tenant.name, names }, cluster, {
        ...options,
        signal: context.signal,
        onResult: ({ step, ms }) =>
          context.logger.info(`done  ${step}  ${ms} ms`),
      });
      await event.success();
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  }

  async #checkOwner(
    credentials: BackstageCredentials,
    owner: string,
  ): Promise<void> {
    const entity = await this.catalog.getEntityByRef(owner, { credentials });
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
    const refs = ownershipEntityRefs.map(ref => ref.toLowerCase());
    if (!refs.includes(owner.toLowerCase())) {
      throw new NotAllowedError(
        `You may not act for ${owner}: you are not one of its members`,
      );
    }
  }

  /** A name is unique in the portal, whatever the cluster. */
  async #checkNameIsFree(spec: TenantSpec): Promise<void> {
    const existing = await readTenant(this.options.clusters, spec.name).catch(
      (error: Error) => {
        if (error.name === 'NotFoundError') {
          return undefined;
        }
        throw error;
      },
    );
    if (!existing) {
      return;
    }
    if (existing.cluster !== spec.cluster) {
      throw new InputError(
        `Tenant ${spec.name} exists in cluster ${existing.cluster}: a name is unique in the portal`,
      );
    }
    if (existing.owner !== spec.owner) {
      throw new NotAllowedError(
        `Tenant ${spec.name} exists and is owned by ${existing.owner}: choose another name`,
      );
    }
  }
}

function line({ result, id, ms }: ApplyResult): string {
  return `${result.padEnd(9)}  ${id}  ${ms} ms`;
}
