import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  actionsRegistryServiceRef,
  metricsServiceRef,
} from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { tenantsChecksExtensionPoint } from '@threewalls/backstage-plugin-tenants-node';
import { registerTenantActions } from './actions';
import { DrillStore } from './database/DrillStore';
import { AttentionStore } from './database/AttentionStore';
import { openDatabase } from './database/migrate';
import { OperationStore } from './database/OperationStore';
import { ProofStore } from './database/ProofStore';
import { prune } from './database/prune';
import { RolloutStore } from './database/RolloutStore';
import { StoredOperation } from './database/rows';
import { TenantStore } from './database/TenantStore';
import { AddedChecks, engineServiceRef } from './engine';
import { createCaches } from './inventory/caches';
import { Inventory } from './inventory/Inventory';
import { ProofOnly } from './inventory/ProofOnly';
import { applyExecutor } from './operations/apply';
import { Canaries } from './operations/Canaries';
import { Drills } from './operations/Drills';
import { OperationRunner } from './operations/OperationRunner';
import { Operations } from './operations/Operations';
import { proveExecutor } from './operations/prove';
import { removeExecutor } from './operations/remove';
import { Rollouts } from './operations/Rollouts';
import { roundsAtOnce } from './operations/roundsAtOnce';
import { registerTenantPermissions } from './permissions/rules';
import { TenantAuthorizer } from './permissions/TenantAuthorizer';
import { createRouter } from './router';
import { Announcer } from './services/Announcer';
import { Confinement } from './services/Confinement';
import {
  clusterProbes,
  DATABASE,
  HealthMonitor,
} from './services/HealthMonitor';
import { HiddenNames } from './services/HiddenNames';
import { Metrics } from './services/Metrics';
import { Outdated } from './services/Outdated';
import {
  readinessProblem,
  tenantsReadinessServiceRef,
} from './services/readiness';
import { Scheduler } from './services/Scheduler';
import { TenantViews } from './services/TenantViews';
import { Unmanaged } from './services/unmanaged';
import { UsageSummaries } from './services/UsageSummaries';
import { Healer } from './state/Healer';
import { StateWatch } from './state/StateWatch';

/**
 * The tenants backend: the one door to clusters and Vault. REST API, operations,
 * proofs and their history.
 *
 * @public
 */
export const tenantsPlugin = createBackendPlugin({
  pluginId: 'tenants',
  register(env) {
    const addedChecks = new AddedChecks();
    env.registerExtensionPoint(tenantsChecksExtensionPoint, addedChecks);
    env.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        engine: engineServiceRef,
        events: eventsServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        readiness: tenantsReadinessServiceRef,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init(deps) {
        const { logger } = deps;
        const engine = addedChecks.in(deps.engine);
        const { platform, clusters } = engine;
        const { intervalMs, maxAgeMs, retention } = platform.proofs;
        const knex = await openDatabase(deps.database);
        const store = new TenantStore(knex);
        const operationStore = new OperationStore(knex);
        const proofs = new ProofStore(knex, operationStore);
        const attention = new AttentionStore(knex);
        const names = new HiddenNames({ store, platform });
        const announcer = new Announcer(deps, {
          names,
          platform:
            deps.config.getOptionalStringArray(
              'tenants.notifications.recipients',
            ) ?? [],
          isMuted: uid => attention.isMuted(uid),
        });
        const caches = createCaches(clusters);
        const inventory = new Inventory({ ...engine, caches, store });
        const canaries = new Canaries({ ...engine, logger });
        const drills = new Drills({
          ...deps,
          ...deps.engine,
          canaries,
          store: new DrillStore(knex),
          onDoubt: (name, problem) => announcer.doubted(name, problem),
        });
        const outdated = new Outdated(platform);
        const isOutdated = outdated.isOutdated.bind(outdated);
        const healer = new Healer({
          ...engine,
          store,
          operations: operationStore,
          logger,
          onGivenUp: (tenant, reason) => announcer.notHealed(tenant, reason),
        });
        const state = new StateWatch({
          ...engine,
          caches,
          store,
          operations: operationStore,
          proofs,
          inventory,
          logger,
          async onTurned(tenant, proof, changes) {
            await announcer.moved(proof);
            for (const change of changes) {
              await announcer.wallChanged(tenant, change);
            }
          },
          onBreached: tenant => healer.breached(tenant),
        });
        const views = new TenantViews({
          inventory,
          proofs,
          state,
          drills,
          usage: new UsageSummaries(caches),
          attention,
          names,
          platform,
          maxAgeMs,
          intervalMs,
          isOutdated,
        });
        const metrics = new Metrics(deps.metrics, {
          views,
          inventory,
          operations: operationStore,
          caches,
        });
        const executed = {
          ...engine,
          store,
          operations: operationStore,
          onChanged: (name: string) => announcer.tenantChanged(name),
        };
        const followers = [
          announcer.moved.bind(announcer),
          state.moved.bind(state),
          healer.moved.bind(healer),
        ];
        const onMoved = async (operation: StoredOperation) => {
          for (const follow of followers) {
            await follow(operation);
          }
        };
        const runner = new OperationRunner({
          store: operationStore,
          executors: {
            apply: applyExecutor(executed),
            remove: removeExecutor(executed),
            prove: proveExecutor({
              ...executed,
              inventory,
              caches,
              vaultOf: name => state.vaultOf(name),
              stateOf: tenant => state.verdictsOf(tenant),
              doubtOf: name => drills.doubtOf(name),
              proofs,
              canaries,
              logger,
              onChanged: (tenant, changed) =>
                announcer.objectsChanged(tenant, changed),
              async onFinished(tenant, proof, result, changes) {
                metrics.finished(proof, result);
                await attention.proved(tenant.uid, result.verdicts);
                for (const change of changes) {
                  await announcer.wallChanged(tenant, change);
                }
                if (result.verdicts.some(v => v.status === 'breached')) {
                  await healer.breached(tenant);
                }
              },
            }),
          },
          logger,
          concurrency: roundsAtOnce(clusters, caches),
          onMoved,
        });
        deps.lifecycle.addShutdownHook(async () => {
          state.stop();
          await runner.stop();
          await announcer.stop();
          caches.forEach(cache => cache.stop());
        });
        registerTenantPermissions(deps.permissionsRegistry, store);
        const authorizer = new TenantAuthorizer(deps);
        const operations = new Operations({
          ...deps,
          platform,
          store,
          operations: operationStore,
          inventory,
          authorizer,
          runner,
          onMoved,
        });
        const rollouts = new Rollouts({
          store: new RolloutStore(knex),
          operationStore,
          operations,
          inventory,
          authorizer,
          isOutdated,
        });
        followers.push(async ({ rolloutId, finishedAt }) => {
          if (rolloutId && finishedAt) {
            // Not awaited: it places the next wave, which may take a while.
            rollouts.advance().catch(error => {
              logger.warn(`Roll-outs were not taken on: ${error}`);
            });
          }
        });
        const confinement = new Confinement({ clusters, logger });
        const health = new HealthMonitor({
          probes: [
            { ...DATABASE, check: () => store.ping() },
            ...clusterProbes(clusters),
          ],
          warnings: () => confinement.warnings,
          logger,
        });
        const enqueue = operations.enqueue.bind(operations);
        healer.start(enqueue);
        state.start({ enqueue, renew: runner.renew.bind(runner) });
        deps.readiness.use(() => readinessProblem(store));
        const options = {
          ...deps,
          ...engine,
          attention,
          authorizer,
          health,
          intervalMs,
          inventory,
          names,
          operations,
          operationStore,
          proofs,
          rollouts,
          store,
          unmanaged: Unmanaged.fromConfig(deps.config, clusters, logger),
          views,
        };
        deps.httpRouter.use(createRouter(options));
        registerTenantActions(options);
        const proofOnly = new ProofOnly({
          ...options,
          caches,
          enqueue,
          onChanged: executed.onChanged,
        });
        await new Scheduler({
          ...options,
          proofOnly,
          operations: operationStore,
          runner,
          canaries,
          confinement,
          drills,
          announcer,
          prune: () => prune(knex, retention),
        }).start();
      },
    });
  },
});
