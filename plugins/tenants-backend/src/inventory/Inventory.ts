import {
  NotFoundError,
  ServiceUnavailableError,
  toError,
} from '@backstage/errors';
import {
  Impostor,
  isProofOnly,
  MANAGED_BY_LABEL,
  Said,
  say,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  KubernetesObject,
  Platform,
  readNamespace,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';
import { KnownTenant } from '../database/rows';
import { TenantStore } from '../database/TenantStore';
import { isNew } from '../operations/isNew';
import { Caches } from './caches';
import { ClusterReader, Found, Listing } from './ClusterReader';
import { shared } from './shared';

/**
 * A tenant: the records know its namespace's UID, and its cluster says now that it
 * is one; or says otherwise, and then it is lost.
 */
export interface Tenant extends Omit<KnownTenant, 'lost'> {
  phase: 'active' | 'removing' | 'lost';
  /** Why it can't be read */
  lost?: Said;
  /** ISO 8601, when that was first seen */
  lostSince?: string;
  /** Whether it is lost because its cluster gives no answer */
  isAway?: boolean;
}

/** All tenants of all clusters, and what only looks like one. */
export interface TenantList {
  /** By name */
  tenants: Tenant[];
  /** None where only some namespaces were asked for */
  impostors: Impostor[];
}

/** Which tenants there are: what the records know, held against what the clusters say. */
export class Inventory {
  readonly #readers: Map<string, ClusterReader>;

  constructor(
    private readonly options: {
      clusters: Clusters;
      caches: Caches;
      platform: Platform;
      store: TenantStore;
    },
  ) {
    const { caches, platform } = options;
    this.#readers = new Map(
      [...caches].map(([name, cache]) => [
        name,
        new ClusterReader(name, cache, platform),
      ]),
    );
  }

  /** Callers at the same time share one list, which none of them may change. */
  readonly #all = shared(() => this.#list());

  /** @param namespaces - Of any cluster; default all */
  async list(namespaces?: ReadonlySet<string>): Promise<TenantList> {
    return namespaces ? this.#list(namespaces) : this.#all();
  }

  async #list(namespaces?: ReadonlySet<string>): Promise<TenantList> {
    const [known, listings] = await Promise.all([
      this.options.store.list(namespaces),
      Promise.all(
        [...this.#readers].map(
          async ([name, reader]): Promise<[string, Listing]> => [
            name,
            await reader.list(),
          ],
        ),
      ),
    ]);
    const uids = new Set(known.map(({ uid }) => uid));
    const others = namespaces ? [] : listings;
    const byCluster = new Map(listings);
    return {
      tenants: await Promise.all(
        known.map(tenant =>
          this.#listed(tenant, byCluster.get(tenant.cluster)),
        ),
      ),
      impostors: others.flatMap(([, { found }]) =>
        [...found.values()].filter(({ uid }) => !uids.has(uid)).map(toImpostor),
      ),
    };
  }

  /**
   * The tenant as it was last listed, moments ago.
   *
   * @throws NotFoundError where there is no such tenant
   */
  async find(name: string): Promise<Tenant> {
    const known = await this.#known(name);
    return this.#listed(known, await this.#readers.get(known.cluster)?.list());
  }

  /**
   * The tenant as its cluster has it now.
   *
   * @throws NotFoundError where there is no such tenant
   */
  async get(name: string): Promise<Tenant> {
    return this.#look(await this.#known(name));
  }

  /**
   * The tenant as its cluster has it now, which must be so that it can be worked
   * with.
   *
   * @throws NotFoundError, ServiceUnavailableError for one that is lost
   */
  async expect(name: string): Promise<Tenant> {
    const tenant = await this.get(name);
    if (tenant.lost) {
      throw new ServiceUnavailableError(
        `Tenant ${name} is lost: ${tenant.lost.summary}`,
      );
    }
    return tenant;
  }

  /** What an impostor says that it is, for an administrator who adopts it. */
  async claimOf(name: string): Promise<TenantRecord | undefined> {
    const { platform } = this.options;
    const namespace = `${platform.naming.namespacePrefix}${name}`;
    for (const { name: cluster } of platform.clusters) {
      const found = await this.#namespace({ cluster, namespace });
      const read = found && readNamespace(found, cluster, platform);
      if (read && !('problem' in read)) {
        return read;
      }
    }
    return undefined;
  }

  async #known(name: string): Promise<KnownTenant> {
    const known = await this.options.store.find(name);
    if (!known) {
      throw new NotFoundError(`There is no tenant ${name}`);
    }
    return known;
  }

  #namespace(of: Pick<KnownTenant, 'cluster' | 'namespace'>) {
    const { kubernetes } = this.options.clusters.get(of.cluster);
    return kubernetes.get({
      apiVersion: 'v1',
      kind: 'Namespace',
      name: of.namespace,
    });
  }

  #listed(known: KnownTenant, listing?: Listing): Tenant | Promise<Tenant> {
    const { cluster, uid, name, namespace } = known;
    if (!listing) {
      return asLost(known, say('clusterUnknown', { cluster }));
    }
    const { found, namespaces, error } = listing;
    if (error) {
      return asLost(
        known,
        say('clusterAway', { cluster, reason: error }),
        true,
      );
    }
    const own = found.get(uid);
    if (own && !('problem' in own) && own.name === name) {
      return { ...known, phase: own.phase, lost: undefined };
    }
    // One that has just come may not be in memory yet.
    return isNew(known)
      ? this.#look(known)
      : this.#judged(known, namespaces.get(namespace));
  }

  /** Asks for a tenant's namespace. */
  async #look(known: KnownTenant): Promise<Tenant> {
    try {
      return this.#judged(known, await this.#namespace(known));
    } catch (error) {
      return asLost(known, { summary: toError(error).message }, true);
    }
  }

  #judged(known: KnownTenant, namespace?: KubernetesObject): Tenant {
    const lost = problemOf(known, namespace, this.options.platform);
    const isGoing = namespace?.metadata.deletionTimestamp;
    return lost
      ? asLost(known, lost)
      : { ...known, phase: isGoing ? 'removing' : 'active', lost: undefined };
  }
}

function asLost(known: KnownTenant, lost: Said, isAway?: true): Tenant {
  return {
    ...known,
    phase: 'lost',
    lost,
    lostSince: known.lost?.since,
    ...(isAway && { isAway }),
  };
}

/** Why a namespace is not the tenant that the records know. */
function problemOf(
  known: KnownTenant,
  namespace: KubernetesObject | undefined,
  platform: Platform,
): Said | undefined {
  const { namespace: name } = known;
  if (!namespace) {
    return say('namespaceGone', { namespace: name });
  }
  if (namespace.metadata.uid !== known.uid) {
    return say('namespaceReplaced', { namespace: name });
  }
  if (isProofOnly(known.spec)) {
    // It carries nothing of the portal's.
    return undefined;
  }
  const read = readNamespace(namespace, known.cluster, platform);
  if ('problem' in read) {
    return { summary: read.problem };
  }
  return namespace.metadata.labels?.[MANAGED_BY_LABEL] === 'threewalls'
    ? undefined
    : say('labelLost', {
        namespace: name,
        label: `${MANAGED_BY_LABEL}=threewalls`,
      });
}

function toImpostor(found: Found): Impostor {
  const { uid, name, cluster, namespace, createdAt } = found;
  return {
    uid,
    name,
    cluster,
    namespace,
    createdAt,
    problem:
      'problem' in found
        ? found.problem
        : `The portal's records do not know its UID: it was not made here, or has been created again`,
  };
}
