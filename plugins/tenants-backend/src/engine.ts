import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import { ConflictError, InputError } from '@backstage/errors';
import {
  AddedCheck,
  CHECKS,
  checkState,
  Clusters,
  Platform,
  proveTenants,
  readPlatform,
  TenantsChecksExtensionPoint,
} from '@threewalls/backstage-plugin-tenants-node';

interface Engine {
  platform: Platform;
  clusters: Clusters;
  prove: typeof proveTenants;
  checkState: typeof checkState;
}

/**
 * Config, the clusters that it names, and what makes proofs: the engine as the
 * plugin uses it. A test puts a cluster of its own under it.
 */
export const engineServiceRef = createServiceRef<Engine>({
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

/** The parts of an id, such as `res.in-cmdb`; those of `net.custom` are config's. */
const ID = /^(?!net\.custom\.)[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)+$/;

/** Checks that modules have added, and the engine that makes them with its own. */
export class AddedChecks implements TenantsChecksExtensionPoint {
  readonly #added: AddedCheck[] = [];

  addCheck(check: AddedCheck): void {
    const { id } = check;
    if (!ID.test(id)) {
      throw new InputError(
        `${id} can't be the id of a check: it is words of small letters and digits, such as res.in-cmdb, and not one of net.custom, which are config's`,
      );
    }
    if ([...CHECKS, ...this.#added].some(known => known.id === id)) {
      throw new ConflictError(`There is a check ${id} already`);
    }
    this.#added.push(check);
  }

  /** Not for drills: their pair is no tenant of anybody's. */
  in(engine: Engine) {
    const added = this.#added;
    return {
      ...engine,
      added,
      prove: (options: Parameters<Engine['prove']>[0]) =>
        engine.prove({ ...options, added }),
      checkState: (options: Parameters<Engine['checkState']>[0]) =>
        engine.checkState({ ...options, added }),
    };
  }
}
