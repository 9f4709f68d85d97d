import {
  AuditorService,
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  BasicPermission,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import {
  TenantsClient,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  applyPlan,
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
import { ApplyCount, countOf, differenceLine, resultLine } from './taskLog';
import { TenantAuthorizer } from './TenantAuthorizer';

/** What an action hands on of its context. */
export interface EngineContext {
  logger: { info(message: string): void; warn(message: string): void };
  isDryRun?: boolean;
  signal?: AbortSignal;
  getInitiatorCredentials(): Promise<BackstageCredentials>;
}

/**
 * The folds of a plan as the actions need them. A plan or a tenant is to be had
 * only for whoever may do that with it.
 */
export class TenantEngine {
  static create(options: {
    platform: Platform;
    clusters: Clusters;
    tenants: TenantsClient;
    authorizer: TenantAuthorizer;
    auth: AuthService;
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
    await this.options.authorizer.checkSpec(
      await context.getInitiatorCredentials(),
      plan.spec,
      permission,
    );
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
    const tenant = await readTenant(this.options.clusters, name);
    await this.options.authorizer.checkTenant(
      await context.getInitiatorCredentials(),
      tenant,
      permission,
    );
    return tenant;
  }

  /**
   * Whether there is anything of a tenant already: its namespace, an archived one
   * too, or its entry in Vault.
   */
  async isThere(plan: TenantPlan): Promise<boolean> {
    const { kubernetes, vault, config } = this.options.clusters.get(
      plan.spec.cluster,
    );
    const { namespace, kvPath } = plan.names;
    const [live, entry] = await Promise.all([
      kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }),
      vault.read(`${config.vault.kvMount}/metadata/${kvPath}`),
    ]);
    return Boolean(live || entry);
  }

  /** Applies stages of a plan, a line in the task's log for each resource. */
  async apply(
    context: EngineContext,
    plan: TenantPlan,
    options: { stages?: Stage[]; adopt?: boolean; seed?: SeedValues },
  ): Promise<ApplyCount> {
    const count = countOf([]);
    const cluster = this.options.clusters.get(plan.spec.cluster);
    // Before anything is changed: a tenant too many is no tenant cut in half.
    if (!options.stages || options.stages.includes('namespace')) {
      await checkCapacity(plan, cluster, this.platform, context);
    }
    if (context.isDryRun) {
      return countOf(await this.diff(context, plan, options));
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
          context.logger.info(resultLine(result));
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
    differences.forEach(d => context.logger.info(differenceLine(d)));
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
}
