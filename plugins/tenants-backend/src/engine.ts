import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import {
  checkState,
  Clusters,
  Platform,
  proveTenants,
  readPlatform,
} from '@threewalls/backstage-plugin-tenants-node';

/**
 * Config, the clusters that it names, and what makes proofs: the engine as the
 * plugin uses it. A test puts a cluster of its own under it.
 */
export const engineServiceRef = createServiceRef<{
  platform: Platform;
  clusters: Clusters;
  prove: typeof proveTenants;
  checkState: typeof checkState;
}>({
  id: 'tenants.engine',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { config: coreServices.rootConfig },
      factory({ config }) {
        const platform = readPlatform(config);
        const clusters = Clusters.fromPlatform(platform);
        return { platform, clusters, prove: proveTenants, checkState };
      },
    }),
});
