import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

/**
 * A replica of a portal, in a process of its own: the tenants plugin with its real
 * database, clusters and proofs. It proves no tenant but those that it has made:
 * its records know no other.
 */
const group = (name: string) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name, namespace: 'default' },
});

const reader = new PeriodicExportingMetricReader({
  exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
});
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

/** Hands its metrics out, as an exporter would read them at this moment. */
const metricsPlugin = createBackendPlugin({
  pluginId: 'metrics',
  register(env) {
    env.registerInit({
      deps: { http: coreServices.rootHttpRouter },
      async init({ http }) {
        http.use('/metrics', async (_, res) => {
          const { resourceMetrics } = await reader.collect();
          res.json(resourceMetrics.scopeMetrics.flatMap(one => one.metrics));
        });
      },
    });
  },
});

const backend = createBackend();
backend.add(metricsPlugin);
backend.add(import('@threewalls/backstage-plugin-tenants-backend'));
backend.add(
  catalogServiceMock.factory({ entities: ['guests', 'others'].map(group) }),
);
backend.start();
