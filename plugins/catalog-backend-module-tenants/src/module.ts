import {
  coreServices,
  createBackendModule,
  createServiceFactory,
  createServiceRef,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
} from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import {
  Clusters,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { TenantEntityProvider } from './TenantEntityProvider';
import { NamespaceTenantReader, TenantReader } from './TenantReader';

const DEFAULT_SCHEDULE = {
  frequency: { minutes: 1 },
  timeout: { minutes: 1 },
};

/** One reader for each cluster of config, and one for what is not managed there. */
export const tenantReadersServiceRef = createServiceRef<TenantReader[]>({
  id: 'catalog.tenants.readers',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { config: coreServices.rootConfig },
      factory: ({ config }) => readersOf(config),
    }),
});

/**
 * Makes every tenant of a configured cluster a catalog entity.
 *
 * @public
 */
export const catalogModuleTenants = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'tenants',
  register(env) {
    env.registerInit({
      deps: {
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        readers: tenantReadersServiceRef,
        scheduler: coreServices.scheduler,
      },
      async init({ catalog, config, lifecycle, logger, readers, scheduler }) {
        const stop = new AbortController();
        lifecycle.addShutdownHook(() => stop.abort());
        const schedule = config.getOptionalConfig(
          'catalog.providers.tenants.schedule',
        );
        const taskRunner = scheduler.createScheduledTaskRunner(
          schedule
            ? readSchedulerServiceTaskScheduleDefinitionFromConfig(schedule)
            : DEFAULT_SCHEDULE,
        );
        for (const reader of readers) {
          catalog.addEntityProvider(
            TenantEntityProvider.create({
              reader,
              taskRunner,
              logger,
              signal: stop.signal,
            }),
          );
        }
      },
    });
  },
});

function readersOf(config: Config): TenantReader[] {
  const appUrl = config.getOptionalString('app.baseUrl') ?? 'http://localhost';
  const unmanaged = config.getOptionalConfig('tenants.catalog.unmanaged');
  return Clusters.fromPlatform(readPlatform(config))
    .all()
    .flatMap(cluster => [
      NamespaceTenantReader.create(cluster, {
        appUrl: appUrl.replace(/\/+$/, ''),
      }),
      ...(unmanaged
        ? [
            NamespaceTenantReader.unmanaged(cluster, {
              labelSelector: unmanaged.getString('labelSelector'),
              owner: unmanaged.getOptionalString('owner'),
            }),
          ]
        : []),
    ]);
}
