import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  platformServiceRef,
  tenantSourceServiceRef,
} from '../../../plugins/tenants-backend/src/services/serviceRefs';
import { ClusterTenantSource } from '../../../plugins/tenants-backend/src/services/ClusterTenantSource';

/**
 * A replica of a portal, in a process of its own: the tenants plugin with its real
 * database, clusters and proofs, for the test's own tenants alone.
 */
const prefix = process.env.REPLICA_TENANTS!;

const backend = createBackend();
backend.add(import('@threewalls/backstage-plugin-tenants-backend'));
backend.add(
  createServiceFactory({
    service: tenantSourceServiceRef,
    deps: { platform: platformServiceRef, logger: coreServices.logger },
    factory({ platform: { clusters }, logger }) {
      const source = ClusterTenantSource.create({ clusters, logger });
      const isOurs = ({ name }: { name: string }) => name.startsWith(prefix);
      return {
        get: name => source.get(name),
        find: name => source.find(name),
        async list() {
          const { tenants, away } = await source.list();
          return { tenants: tenants.filter(isOurs), away };
        },
      };
    },
  }),
);
backend.start();
