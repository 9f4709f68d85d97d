import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { TenantsClient } from '@threewalls/backstage-plugin-tenants-common';
import { TenantEntityProvider } from './TenantEntityProvider';

const DEFAULT_SCHEDULE = { frequency: { minutes: 1 }, timeout: { minutes: 1 } };

/**
 * Makes every tenant a catalog entity.
 *
 * @public
 */
export const catalogModuleTenants = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'tenants',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        events: eventsServiceRef,
        logger: coreServices.logger,
        scheduler: coreServices.scheduler,
      },
      async init({ catalog, config, discovery, scheduler, ...services }) {
        const schedule = config.getOptionalConfig(
          'catalog.providers.tenants.schedule',
        );
        const appUrl =
          config.getOptionalString('app.baseUrl') ?? 'http://localhost';
        catalog.addEntityProvider(
          new TenantEntityProvider({
            ...services,
            tenants: new TenantsClient({ discoveryApi: discovery }),
            taskRunner: scheduler.createScheduledTaskRunner(
              schedule
                ? readSchedulerServiceTaskScheduleDefinitionFromConfig(schedule)
                : DEFAULT_SCHEDULE,
            ),
            appUrl: appUrl.replace(/\/+$/, ''),
          }),
        );
      },
    });
  },
});
