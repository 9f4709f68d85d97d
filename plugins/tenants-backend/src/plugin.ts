import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  actionsRegistryServiceRef,
  metricsServiceRef,
} from '@backstage/backend-plugin-api/alpha';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { registerTenantActions } from './actions';
import { DatabaseProofStore } from './database/DatabaseProofStore';
import { registerTenantPermissions } from './permissions/registerTenantPermissions';
import { TenantAuthorizer } from './permissions/TenantAuthorizer';
import { createRouter } from './router';
import { DATABASE, HealthMonitor } from './services/HealthMonitor';
import { MatrixPages } from './services/MatrixPages';
import { ProofMetrics } from './services/ProofMetrics';
import { ProofRunner } from './services/ProofRunner';
import { ProofScheduler } from './services/ProofScheduler';
import { ProofView } from './services/ProofView';
import {
  readinessProblem,
  tenantsReadinessServiceRef,
} from './services/readiness';
import {
  healthProbesServiceRef,
  planInspectorServiceRef,
  platformServiceRef,
  proverServiceRef,
  tenantDriftServiceRef,
  tenantSourceServiceRef,
  tenantUsageServiceRef,
  usageSummariesServiceRef,
  versionsServiceRef,
} from './services/serviceRefs';
import { TenantAnnouncer } from './services/TenantAnnouncer';
import { TenantMatrixOverview } from './services/TenantMatrixOverview';
import { TenantOverview } from './services/TenantOverview';
import { TenantPreviewer } from './services/TenantPreviewer';
import { VisibleTenants } from './services/VisibleTenants';

/**
 * The tenants backend: REST API, proof runs and their history.
 *
 * @public
 */
export const tenantsPlugin = createBackendPlugin({
  pluginId: 'tenants',
  register(env) {
    env.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        database: coreServices.database,
        drift: tenantDriftServiceRef,
        healthProbes: healthProbesServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        planInspector: planInspectorServiceRef,
        platform: platformServiceRef,
        prover: proverServiceRef,
        readiness: tenantsReadinessServiceRef,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
        source: tenantSourceServiceRef,
        usage: tenantUsageServiceRef,
        usageSummaries: usageSummariesServiceRef,
        userInfo: coreServices.userInfo,
        versions: versionsServiceRef,
      },
      async init(deps) {
        const { auditor, httpAuth, lifecycle, logger, source, prover } = deps;
        const { platform } = deps.platform;
        const { intervalMs, retention, concurrency, deadlineMs } =
          platform.proofs;
        const store = await DatabaseProofStore.create({
          database: deps.database,
          intervalMs,
        });
        const announcer = TenantAnnouncer.create({
          signals: deps.signals,
          notifications: deps.notifications,
          auditor,
          logger,
        });
        const metrics = ProofMetrics.create({ metrics: deps.metrics, store });
        const runner = ProofRunner.create({
          store,
          source,
          prover,
          announcer,
          logger,
          concurrency,
          deadlineMs,
          onFinished: (proof, result) => metrics.finished(proof, result),
        });
        lifecycle.addShutdownHook(() => runner.stop());
        registerTenantPermissions(deps.permissionsRegistry, source);
        const proofs = ProofView.create({ store });
        const visible = new VisibleTenants();
        const authorizer = TenantAuthorizer.create(deps);
        const overview = TenantOverview.create({
          source,
          proofs,
          visible,
          usage: deps.usageSummaries,
          intervalMs,
        });
        const health = HealthMonitor.create({
          probes: [
            { part: DATABASE, check: () => store.ping() },
            ...deps.healthProbes,
          ],
          logger,
        });
        deps.readiness.use(() => readinessProblem(store));
        deps.httpRouter.use(
          createRouter({
            auditor,
            authorizer,
            drift: deps.drift,
            health,
            httpAuth,
            matrix: TenantMatrixOverview.create({
              source,
              proofs,
              visible,
              pages: MatrixPages.create({ store, proofs }),
            }),
            overview,
            platform,
            previewer: TenantPreviewer.create({
              ...deps,
              platform,
              inspector: deps.planInspector,
            }),
            runner,
            source,
            store,
            usage: deps.usage,
            versions: deps.versions,
          }),
        );
        registerTenantActions({
          ...deps,
          authorizer,
          overview,
          runner,
        });
        await ProofScheduler.create({
          scheduler: deps.scheduler,
          store,
          source,
          runner,
          prover,
          health,
          logger,
          intervalMs,
          retention,
        }).start();
      },
    });
  },
});
