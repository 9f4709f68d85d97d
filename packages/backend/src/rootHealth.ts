import {
  coreServices,
  createServiceFactory,
  RootHealthService,
} from '@backstage/backend-plugin-api';
import { tenantsReadinessServiceRef } from '@threewalls/backstage-plugin-tenants-backend';

/**
 * The root health service: as Backstage's own, and not ready either while the
 * tenants plugin can't reach its database, so that a load balancer sends
 * requests to a replica that can.
 */
export default createServiceFactory({
  service: coreServices.rootHealth,
  deps: {
    lifecycle: coreServices.rootLifecycle,
    tenants: tenantsReadinessServiceRef,
  },
  factory({ lifecycle, tenants }): RootHealthService {
    let problem: string | undefined = 'Backend has not started yet';
    lifecycle.addStartupHook(() => {
      problem = undefined;
    });
    lifecycle.addBeforeShutdownHook(() => {
      problem = 'Backend is shutting down';
    });
    return {
      async getLiveness() {
        return { status: 200, payload: { status: 'ok' } };
      },
      async getReadiness() {
        const message = problem ?? (await tenants.problem());
        return message
          ? { status: 503, payload: { message, status: 'error' } }
          : { status: 200, payload: { status: 'ok' } };
      },
    };
  },
});
