import {
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import { TenantStore } from '../database/TenantStore';
import { untilAborted } from '../operations/untilAborted';

/** Milliseconds for the database to answer; who asks waits for less than 5 s. */
const TIMEOUT_MS = 2_000;

/**
 * What the tenants plugin knows of the portal's readiness. There is no way for a
 * plugin to take part in Backstage's root health service; a portal that wants
 * `/.backstage/health/v1/readiness` to say so asks here from a root health
 * service of its own.
 *
 * @public
 */
export interface TenantsReadiness {
  /** Why no request can be served, or `undefined` when it can */
  problem(): Promise<string | undefined>;
  /** For the plugin itself: how to find out */
  use(problem: () => Promise<string | undefined>): void;
}

/**
 * Readiness of the tenants plugin: not ready while its database is away.
 *
 * @public
 */
export const tenantsReadinessServiceRef = createServiceRef<TenantsReadiness>({
  id: 'tenants.readiness',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {},
      factory() {
        let ask = async (): Promise<string | undefined> => undefined;
        return {
          problem: () => ask(),
          use(problem: () => Promise<string | undefined>) {
            ask = problem;
          },
        };
      },
    }),
});

/** Why the plugin can serve nothing now; `undefined` while its database answers. */
export async function readinessProblem(
  store: Pick<TenantStore, 'ping'>,
): Promise<string | undefined> {
  return untilAborted(AbortSignal.timeout(TIMEOUT_MS), store.ping()).then(
    () => undefined,
    () => "Can't reach the database of the tenants plugin",
  );
}
