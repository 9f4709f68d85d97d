import { setTimeout as sleep } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import {
  isError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { tenantNameProblem } from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  readTenant,
  readTenants,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';
import { TenantInventory, TenantSource } from './TenantSource';

/** Milliseconds that a list of a cluster's tenants is good for. */
const FRESH_MS = 2_000;
/** Milliseconds that it will do while the next one is under way. */
const USABLE_MS = 4_000;
/** Milliseconds until a cluster that is away is asked again by whoever needs it. */
const RETRY_MS = 1_000;
/** Milliseconds that one who needs it waits for a cluster that was away. */
const PATIENCE_MS = 300;

interface Known {
  tenants: TenantRecord[];
  /** Time of the last answer */
  readAt: number;
  /** Time from which the cluster is to be asked again */
  dueAt: number;
  reading?: Promise<void>;
  error?: string;
}

/** The part of the engine by which clusters are read. */
export interface TenantReader {
  clusters: string[];
  readAll(cluster: string): Promise<TenantRecord[]>;
  readOne(name: string): Promise<TenantRecord>;
}

/** Tenants as the clusters have them, remembered for a moment. */
export class ClusterTenantSource implements TenantSource {
  readonly #known = new Map<string, Known>();
  #inventory:
    | (TenantInventory & { byName: Map<string, TenantRecord> })
    | undefined;

  static create(options: {
    clusters: Clusters;
    logger: LoggerService;
  }): ClusterTenantSource {
    const { clusters, logger } = options;
    return ClusterTenantSource.fromReader({
      logger,
      reader: {
        clusters: clusters.all().map(cluster => cluster.name),
        readAll: name => readTenants(clusters.get(name)),
        readOne: name => readTenant(clusters, name),
      },
    });
  }

  static fromReader(options: {
    reader: TenantReader;
    logger: LoggerService;
    now?: () => number;
  }): ClusterTenantSource {
    const { reader, logger, now = Date.now } = options;
    return new ClusterTenantSource(reader, logger, now);
  }

  private constructor(
    private readonly reader: TenantReader,
    private readonly logger: LoggerService,
    private readonly now: () => number,
  ) {
    for (const cluster of reader.clusters) {
      this.#known.set(cluster, {
        tenants: [],
        readAt: -Infinity,
        dueAt: 0,
      });
    }
  }

  async list(): Promise<TenantInventory> {
    await Promise.all([...this.#known.keys()].map(name => this.#read(name)));
    return this.#merged();
  }

  async find(name: string): Promise<TenantRecord> {
    await this.list();
    const { byName, away } = this.#merged();
    const tenant = byName.get(name);
    return tenant && !away.has(tenant.cluster) ? tenant : this.get(name);
  }

  async get(name: string): Promise<TenantRecord> {
    // What can't be a name must not reach a label selector.
    if (tenantNameProblem(name)) {
      throw new NotFoundError(`There is no tenant ${name}`);
    }
    try {
      return await this.reader.readOne(name);
    } catch (error) {
      if (isError(error) && error.name === 'NotFoundError') {
        throw error;
      }
      throw new ServiceUnavailableError(
        `Tenant ${name} can't be looked up now: ${messageOf(error)}`,
      );
    }
  }

  async #read(cluster: string): Promise<void> {
    const known = this.#known.get(cluster)!;
    if (!known.reading && known.dueAt <= this.now()) {
      known.reading = this.#refresh(cluster, known).finally(() => {
        known.reading = undefined;
      });
    }
    if (known.error && known.reading) {
      // It may be back, and says so at once; or its requests are swallowed.
      const timer = new AbortController();
      const patience = sleep(PATIENCE_MS, undefined, { signal: timer.signal });
      await Promise.race([known.reading, patience.catch(() => {})]);
      timer.abort();
    } else if (known.readAt + USABLE_MS <= this.now()) {
      // Nobody waits for a list that is hardly newer than the one at hand.
      await known.reading;
    }
  }

  /** All clusters' tenants in one; the same until something has changed. */
  #merged() {
    if (!this.#inventory) {
      const all = [...this.#known];
      const tenants = all.flatMap(([, known]) => known.tenants);
      tenants.sort((a, b) => (a.name < b.name ? -1 : 1));
      const away = new Map<string, string>();
      for (const [cluster, { error }] of all) {
        if (error) {
          away.set(cluster, error);
        }
      }
      const byName = new Map(tenants.map(tenant => [tenant.name, tenant]));
      this.#inventory = { tenants, away, byName };
    }
    return this.#inventory;
  }

  async #refresh(cluster: string, known: Known): Promise<void> {
    try {
      const tenants = await this.reader.readAll(cluster);
      known.readAt = this.now();
      known.dueAt = known.readAt + FRESH_MS;
      if (known.error || !isSame(tenants, known.tenants)) {
        known.tenants = keepUnchanged(tenants, known.tenants);
        this.#inventory = undefined;
      }
      if (known.error) {
        this.logger.info(`Cluster ${cluster} is back`);
      }
      known.error = undefined;
    } catch (error) {
      known.dueAt = this.now() + RETRY_MS;
      if (!known.error) {
        this.logger.warn(
          `Tenants of cluster ${cluster} can't be read, and are shown as last known: ${messageOf(
            error,
          )}`,
        );
      }
      if (known.error !== messageOf(error)) {
        known.error = messageOf(error);
        this.#inventory = undefined;
      }
    }
  }
}

/** The new list, with the very records of the old one where nothing has changed. */
function keepUnchanged(
  tenants: TenantRecord[],
  before: TenantRecord[],
): TenantRecord[] {
  const known = new Map(before.map(tenant => [tenant.name, tenant]));
  return tenants.map(tenant => {
    const old = known.get(tenant.name);
    return old?.resourceVersion === tenant.resourceVersion ? old : tenant;
  });
}

/** Whether two lists of a cluster's tenants have the same versions of the same. */
function isSame(a: TenantRecord[], b: TenantRecord[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ name, resourceVersion }, i) =>
        name === b[i].name && resourceVersion === b[i].resourceVersion,
    )
  );
}

function messageOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}
