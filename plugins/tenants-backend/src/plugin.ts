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
import { outdatedBy } from './services/outdatedBy';
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
        const knex = await openDatabase(deps.database);
        const store = new TenantStore(knex);
        const operations = new OperationStore(knex);
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
        const known = {
          ...deps,
          ...engine,
          store,
          operations,
          proofs: new ProofStore(knex, operations),
          attention,
          names,
          announcer,
          caches: createCaches(clusters),
          isOutdated: outdatedBy(platform),
          onChanged: (name: string) => announcer.tenantChanged(name),
        };
        const { caches } = known;
        const inventory = new Inventory(known);
        const canaries = new Canaries(known);
        const drills = new Drills({
          ...known,
          prove: deps.engine.prove,
          canaries,
          store: new DrillStore(knex),
          onDoubt: (name, problem) => announcer.doubted(name, problem),
        });
        const healer = new Healer({
          ...known,
          onGivenUp: (tenant, reason) => announcer.notHealed(tenant, reason),
        });
        const state = new StateWatch({
          ...known,
          inventory,
          async onTurned(tenant, proof, changes) {
            await announcer.moved(proof);
            for (const change of changes) {
              await announcer.wallChanged(tenant, change);
            }
          },
          onBreached: healer.breached.bind(healer),
        });
        const views = new TenantViews({
          ...known,
          inventory,
          state,
          drills,
          usage: new UsageSummaries(caches),
        });
        const metrics = new Metrics(deps.metrics, {
          ...known,
          views,
          inventory,
        });
        const followers: Pick<Healer, 'moved'>[] = [announcer, state, healer];
        const onMoved = async (operation: StoredOperation) => {
          for (const follower of followers) {
            await follower.moved(operation);
          }
        };
        const runner = new OperationRunner({
          store: operations,
          executors: {
            apply: applyExecutor(known),
            remove: removeExecutor(known),
            prove: proveExecutor({
              ...known,
              inventory,
              vaultOf: name => state.vaultOf(name),
              stateOf: tenant => state.verdictsOf(tenant),
              doubtOf: name => drills.doubtOf(name),
              canaries,
              onChanged: (tenant, changed) =>
                announcer.objectsChanged(tenant, changed),
              async onFinished(tenant, proof, result, changes) {
                metrics.finished(proof, result);
                await attention.proved(tenant.uid, result.verdicts);
                for (const change of changes) {
                  await announcer.wallChanged(tenant, change);
                }
                if (result.verdicts.some(v => v.status === 'breached')) {
                  await healer.breached(tenant, result.receipts);
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
        const door = new Operations({
          ...known,
          inventory,
          authorizer,
          runner,
          onMoved,
        });
        const rollouts = new Rollouts({
          ...known,
          rolloutStore: new RolloutStore(knex),
          door,
          inventory,
          authorizer,
        });
        followers.push({
          async moved({ rolloutId, finishedAt }) {
            if (rolloutId && finishedAt) {
              // Not awaited: it places the next wave, which may take a while.
              rollouts.advance().catch(error => {
                logger.warn(`Roll-outs were not taken on: ${error}`);
              });
            }
          },
        });
        const confinement = new Confinement(known);
        const health = new HealthMonitor({
          probes: [
            { ...DATABASE, check: () => store.ping() },
            ...clusterProbes(clusters),
          ],
          warnings: () => confinement.warnings,
          logger,
        });
        const enqueue = door.enqueue.bind(door);
        healer.start(enqueue);
        state.start({ enqueue, renew: runner.renew.bind(runner) });
        deps.readiness.use(() => readinessProblem(store));
        const options = {
          ...known,
          authorizer,
          door,
          health,
          inventory,
          rollouts,
          unmanaged: Unmanaged.fromConfig(deps.config, clusters, logger),
          views,
        };
        deps.httpRouter.use(createRouter(options));
        registerTenantActions(options);
        await new Scheduler({
          ...options,
          proofOnly: new ProofOnly({ ...known, enqueue }),
          runner,
          canaries,
          confinement,
          drills,
          prune: () => prune(knex, platform.proofs.retention),
        }).start();
      },
    });
  },
});
