import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { DatabaseProofStore } from './database/DatabaseProofStore';
import { registerTenantPermissions } from './permissions/registerTenantPermissions';
import { TenantAuthorizer } from './permissions/TenantAuthorizer';
import { createRouter } from './router';
import { ProofMetrics } from './services/ProofMetrics';
import { ProofRunner } from './services/ProofRunner';
import { ProofScheduler } from './services/ProofScheduler';
import {
  platformServiceRef,
  proverServiceRef,
  tenantDriftServiceRef,
  tenantSourceServiceRef,
} from './services/serviceRefs';
import { TenantAnnouncer } from './services/TenantAnnouncer';
import { TenantOverview } from './services/TenantOverview';

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
        auditor: coreServices.auditor,
        database: coreServices.database,
        drift: tenantDriftServiceRef,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        platform: platformServiceRef,
        prover: proverServiceRef,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
        source: tenantSourceServiceRef,
      },
      async init(deps) {
        const { auditor, httpAuth, lifecycle, logger, source, prover } = deps;
        const { proofs } = deps.platform.platform;
        const { intervalMs, retention } = proofs;
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
          concurrency: proofs.concurrency,
          deadlineMs: proofs.deadlineMs,
          onFinished: (proof, result) => metrics.finished(proof, result),
        });
        lifecycle.addShutdownHook(() => runner.stop());
        registerTenantPermissions(deps.permissionsRegistry, source);
        deps.httpRouter.use(
          createRouter({
            auditor,
            authorizer: TenantAuthorizer.create(deps),
            drift: deps.drift,
            httpAuth,
            overview: TenantOverview.create({ source, store, intervalMs }),
            runner,
            source,
            store,
          }),
        );
        await ProofScheduler.create({
          scheduler: deps.scheduler,
          store,
          source,
          runner,
          prover,
          logger,
          intervalMs,
          retention,
        }).start();
      },
    });
  },
});
