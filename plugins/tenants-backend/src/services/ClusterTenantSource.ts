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
/** Milliseconds until a cluster that is away is asked again: first, and at most. */
const RETRY_MS = { first: 5_000, max: 60_000 };

interface Known {
  tenants: TenantRecord[];
  /** Time from which the cluster is to be asked again */
  dueAt: number;
  reading?: Promise<void>;
  failures: number;
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
      this.#known.set(cluster, { tenants: [], dueAt: 0, failures: 0 });
    }
  }

  async list(): Promise<TenantInventory> {
    await Promise.all([...this.#known.keys()].map(name => this.#read(name)));
    const tenants = [...this.#known.values()].flatMap(known => known.tenants);
    tenants.sort((a, b) => (a.name < b.name ? -1 : 1));
    const away = new Map<string, string>();
    for (const [cluster, { error }] of this.#known) {
      if (error) {
        away.set(cluster, error);
      }
    }
    return { tenants, away };
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
    // Nobody waits for a cluster that is known to be away.
    if (!known.error) {
      await known.reading;
    }
  }

  async #refresh(cluster: string, known: Known): Promise<void> {
    try {
      known.tenants = await this.reader.readAll(cluster);
      known.dueAt = this.now() + FRESH_MS;
      if (known.error) {
        this.logger.info(`Cluster ${cluster} is back`);
      }
      known.failures = 0;
      known.error = undefined;
    } catch (error) {
      const wait = RETRY_MS.first * 2 ** known.failures++;
      known.dueAt = this.now() + Math.min(wait, RETRY_MS.max);
      if (!known.error) {
        this.logger.warn(
          `Tenants of cluster ${cluster} can't be read, and are shown as last known: ${messageOf(
            error,
          )}`,
        );
      }
      known.error = messageOf(error);
    }
  }
}

function messageOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}
