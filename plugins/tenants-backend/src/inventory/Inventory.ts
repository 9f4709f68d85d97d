import { LoggerService } from '@backstage/backend-plugin-api';
import {
  isError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { Impostor } from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  KubernetesObject,
  listTenants,
  Platform,
  readNamespace,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';
import { KnownTenant } from '../database/rows';
import { TenantStore } from '../database/TenantStore';
import { ClusterReader, Found } from './ClusterReader';

/** Milliseconds that a look at a missing namespace is good for. */
const LOOK_MS = 10_000;

/**
 * A tenant: the records know its namespace's UID, and its cluster says now that it
 * is one; or says otherwise, and then it is lost.
 */
export interface Tenant extends Omit<KnownTenant, 'lost'> {
  phase: 'active' | 'removing' | 'lost';
  /** Why it can't be read */
  lost?: string;
  /** ISO 8601, when that was first seen */
  lostSince?: string;
  /** Whether it is lost because its cluster gives no answer */
  isAway?: boolean;
}

/** All tenants of all clusters, and what only looks like one. */
export interface TenantList {
  /** By name */
  tenants: Tenant[];
  impostors: Impostor[];
}

/** Which tenants there are: what the records know, held against what the clusters say. */
export class Inventory {
  readonly #readers: Map<string, ClusterReader>;
  readonly #looks = new Map<
    string,
    { at: number; reason: Promise<string | undefined> }
  >();

  static create(options: {
    clusters: Clusters;
    platform: Platform;
    store: TenantStore;
    logger: LoggerService;
  }): Inventory {
    return new Inventory(options);
  }

  private constructor(
    private readonly options: Parameters<typeof Inventory.create>[0],
  ) {
    const { clusters, platform, logger } = options;
    this.#readers = new Map(
      clusters
        .all()
        .map(cluster => [
          cluster.name,
          new ClusterReader(
            cluster.name,
            () => listTenants(cluster, platform),
            logger,
          ),
        ]),
    );
  }

  async list(): Promise<TenantList> {
    const [known] = await Promise.all([
      this.options.store.list(),
      ...[...this.#readers.values()].map(reader => reader.refresh()),
    ]);
    const uids = new Set(known.map(({ uid }) => uid));
    return {
      tenants: await Promise.all(known.map(tenant => this.#listed(tenant))),
      impostors: [...this.#readers.values()].flatMap(({ found }) =>
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
    await this.#readers.get(known.cluster)?.refresh();
    return this.#listed(known);
  }

  /**
   * The tenant as its cluster has it now.
   *
   * @throws NotFoundError where there is no such tenant
   */
  async get(name: string): Promise<Tenant> {
    const known = await this.#known(name);
    try {
      const namespace = await this.#namespace(known);
      const lost = problemOf(known, namespace, this.options.platform);
      const isGoing = namespace?.metadata.deletionTimestamp;
      return lost
        ? asLost(known, lost)
        : { ...known, phase: isGoing ? 'removing' : 'active', lost: undefined };
    } catch (error) {
      return asLost(known, isError(error) ? error.message : `${error}`, true);
    }
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
        `Tenant ${name} is lost: ${tenant.lost}`,
      );
    }
    return tenant;
  }

  /** What an impostor says that it is, for an administrator who adopts it. */
  async claimOf(
    name: string,
    cluster: string,
  ): Promise<TenantRecord | undefined> {
    const { namespacePrefix } = this.options.platform.naming;
    const namespace = await this.#namespace({
      cluster,
      namespace: `${namespacePrefix}${name}`,
    });
    const read =
      namespace && readNamespace(namespace, cluster, this.options.platform);
    return read && !('problem' in read) ? read : undefined;
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

  async #listed(known: KnownTenant): Promise<Tenant> {
    const reader = this.#readers.get(known.cluster);
    const lost = (reason: string, isAway?: true): Tenant =>
      asLost(known, reason, isAway);
    if (!reader) {
      return lost(`Config has no cluster ${known.cluster} any more`);
    }
    if (reader.error) {
      return lost(
        `Cluster ${known.cluster} gives no answer: ${reader.error}`,
        true,
      );
    }
    const found = reader.found.get(known.uid);
    if (found && !('problem' in found) && found.name === known.name) {
      return { ...known, phase: found.phase, lost: undefined };
    }
    const reason =
      found && 'problem' in found ? found.problem : await this.#reasonOf(known);
    return reason === undefined
      ? { ...known, phase: 'active', lost: undefined }
      : lost(reason);
  }

  /** Why a tenant is not listed, looked up now and then; one may have just come. */
  async #reasonOf(known: KnownTenant): Promise<string | undefined> {
    const last = this.#looks.get(known.uid);
    if (last && performance.now() - last.at < LOOK_MS) {
      return last.reason;
    }
    const reason = this.#namespace(known).then(
      namespace => problemOf(known, namespace, this.options.platform),
      error => (isError(error) ? error.message : String(error)),
    );
    this.#looks.set(known.uid, { at: performance.now(), reason });
    return reason;
  }
}

function asLost(known: KnownTenant, lost: string, isAway?: true): Tenant {
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
): string | undefined {
  if (!namespace) {
    return `Namespace ${known.namespace} is gone: somebody has deleted it`;
  }
  if (namespace.metadata.uid !== known.uid) {
    return `Namespace ${known.namespace} is another: the tenant's was deleted and this one created in its place`;
  }
  const read = readNamespace(namespace, known.cluster, platform);
  if ('problem' in read) {
    return read.problem;
  }
  return namespace.metadata.labels?.['app.kubernetes.io/managed-by'] ===
    'threewalls'
    ? undefined
    : `Namespace ${known.namespace} has lost its label app.kubernetes.io/managed-by=threewalls`;
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
