import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import {
  Clusters,
  Platform,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';
import { ClusterProver } from './ClusterProver';
import { ClusterTenantSource } from './ClusterTenantSource';
import { Prover } from './Prover';
import { clusterProbes, HealthProbe } from './HealthMonitor';
import { ClusterTenantDrift, TenantDrift } from './TenantDrift';
import { clusterPlanInspector, PlanInspector } from './TenantPreviewer';
import { TenantSource } from './TenantSource';
import {
  ClusterTenantUsageReader,
  TenantUsageReader,
} from './TenantUsageReader';
import { UsageSummaries } from './UsageSummaries';
import { readVersions, VersionsReader } from './versions';

/** Config, and the clusters that it names. */
export const platformServiceRef = createServiceRef<{
  platform: Platform;
  clusters: Clusters;
}>({
  id: 'tenants.platform',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { config: coreServices.rootConfig },
      factory({ config }) {
        const platform = readPlatform(config);
        return { platform, clusters: Clusters.fromPlatform(platform) };
      },
    }),
});

/** Where tenants are found. */
export const tenantSourceServiceRef = createServiceRef<TenantSource>({
  id: 'tenants.source',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { platform: platformServiceRef, logger: coreServices.logger },
      factory: ({ platform: { clusters }, logger }) =>
        ClusterTenantSource.create({ clusters, logger }),
    }),
});

/** What makes proofs. */
export const proverServiceRef = createServiceRef<Prover>({
  id: 'tenants.prover',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { platform: platformServiceRef, logger: coreServices.logger },
      factory: ({ platform: { platform, clusters }, logger }) =>
        ClusterProver.create({ platform, clusters, logger }),
    }),
});

/** What finds out how a tenant differs from its plan. */
export const tenantDriftServiceRef = createServiceRef<TenantDrift>({
  id: 'tenants.drift',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { platform: platformServiceRef },
      factory: ({ platform }) => ClusterTenantDrift.create(platform),
    }),
});

/** What a tenant uses of its quotas. */
export const tenantUsageServiceRef = createServiceRef<TenantUsageReader>({
  id: 'tenants.usage',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { platform: platformServiceRef },
      factory: ({ platform }) => ClusterTenantUsageReader.create(platform),
    }),
});

/** The figures of quotas that a list shows. */
export const usageSummariesServiceRef = createServiceRef<
  Pick<UsageSummaries, 'refresh' | 'get' | 'stamp'>
>({
  id: 'tenants.usage-summaries',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { platform: platformServiceRef, logger: coreServices.logger },
      factory: ({ platform: { clusters }, logger }) =>
        UsageSummaries.create({ clusters, logger }),
    }),
});

/** What finds out what an apply of a plan would do. */
export const planInspectorServiceRef = createServiceRef<PlanInspector>({
  id: 'tenants.plan-inspector',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { platform: platformServiceRef },
      factory: ({ platform }) => clusterPlanInspector(platform),
    }),
});

/** Signs of life of clusters and Vaults. */
export const healthProbesServiceRef = createServiceRef<HealthProbe[]>({
  id: 'tenants.health-probes',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { platform: platformServiceRef },
      factory: ({ platform }) => clusterProbes(platform.clusters),
    }),
});

/** What finds out versions for a report. */
export const versionsServiceRef = createServiceRef<VersionsReader>({
  id: 'tenants.versions',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { platform: platformServiceRef },
      factory: ({ platform: { platform, clusters } }) => ({
        read: name =>
          readVersions(clusters.get(name), {
            provider: platform.network.provider,
            externalSecrets: platform.accounts.externalSecrets,
          }),
      }),
    }),
});
