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
import { ClusterTenantDrift, TenantDrift } from './TenantDrift';
import { TenantSource } from './TenantSource';

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
