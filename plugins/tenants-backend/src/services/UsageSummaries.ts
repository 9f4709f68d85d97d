import { setTimeout as sleep } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import { TenantUsageSummary } from '@threewalls/backstage-plugin-tenants-common';
import { Clusters } from '@threewalls/backstage-plugin-tenants-node';
import pLimit from 'p-limit';
import { Tenant } from '../inventory/Inventory';
import { ResourceQuota, TENANT_QUOTA, usageSummary } from './quotaUse';

/** Milliseconds that a cluster's quotas are good for. */
const FRESH_MS = 15_000;
/** Milliseconds that a list waits for the first answer, and never again. */
const FIRST_WAIT_MS = 1_000;
/** Milliseconds until one request for all is tried again where it is forbidden. */
const FORBIDDEN_MS = 10 * 60_000;
/** Namespaces asked at once where they have to be asked one by one. */
const CONCURRENCY = 8;

/** Reads quotas named `tenant-quota`: of all namespaces, or of one. */
export interface QuotaReader {
  read(cluster: string, namespace?: string): Promise<ResourceQuota[]>;
}

interface Known {
  /** By namespace */
  summaries: Map<string, TenantUsageSummary>;
  dueAt: number;
  hasAnswer: boolean;
  reading?: Promise<void>;
  /** Time until which all are not asked for at once */
  forbiddenUntil: number;
  isSaid: boolean;
}

/**
 * The figures of tenants' quotas that a list shows, remembered for a moment: one
 * request a cluster where the portal may list ResourceQuotas in all namespaces,
 * else one a tenant.
 */
export class UsageSummaries {
  readonly #known = new Map<string, Known>();

  static create(options: {
    clusters: Clusters;
    logger: LoggerService;
  }): UsageSummaries {
    const { clusters, logger } = options;
    return UsageSummaries.fromReader({
      logger,
      reader: {
        read: async (cluster, namespace) => {
          const { items } = await clusters
            .get(cluster)
            .kubernetes.list<ResourceQuota>(
              { apiVersion: 'v1', kind: 'ResourceQuota', namespace },
              { fieldSelector: `metadata.name=${TENANT_QUOTA}` },
            );
          return items;
        },
      },
    });
  }

  static fromReader(options: {
    reader: QuotaReader;
    logger: LoggerService;
    now?: () => number;
  }): UsageSummaries {
    const { reader, logger, now = Date.now } = options;
    return new UsageSummaries(reader, logger, now);
  }

  private constructor(
    private readonly reader: QuotaReader,
    private readonly logger: LoggerService,
    private readonly now: () => number,
  ) {}

  /** Sees to it that the figures of these tenants are as fresh as they can be. */
  async refresh(
    tenants: Pick<Tenant, 'cluster' | 'namespace'>[],
  ): Promise<void> {
    const clusters = new Set(tenants.map(tenant => tenant.cluster));
    const first: Promise<void>[] = [];
    for (const cluster of clusters) {
      const known = this.#of(cluster);
      if (!known.reading && known.dueAt <= this.now()) {
        known.reading = this.#read(cluster, known, tenants).finally(() => {
          known.reading = undefined;
        });
      }
      if (known.reading && !known.hasAnswer) {
        first.push(known.reading);
      }
    }
    if (first.length) {
      const timer = new AbortController();
      await Promise.race([
        Promise.all(first),
        sleep(FIRST_WAIT_MS, undefined, { signal: timer.signal }).catch(
          () => {},
        ),
      ]);
      timer.abort();
      clusters.forEach(cluster => {
        this.#of(cluster).hasAnswer = true;
      });
    }
  }

  /** `undefined` while it is not known. */
  get(
    tenant: Pick<Tenant, 'cluster' | 'namespace'>,
  ): TenantUsageSummary | undefined {
    return this.#known.get(tenant.cluster)?.summaries.get(tenant.namespace);
  }

  #of(cluster: string): Known {
    let known = this.#known.get(cluster);
    if (!known) {
      known = {
        summaries: new Map(),
        dueAt: 0,
        hasAnswer: false,
        forbiddenUntil: 0,
        isSaid: false,
      };
      this.#known.set(cluster, known);
    }
    return known;
  }

  async #read(
    cluster: string,
    known: Known,
    tenants: Pick<Tenant, 'cluster' | 'namespace'>[],
  ): Promise<void> {
    try {
      const quotas = await this.#quotas(cluster, known, tenants);
      const summaries = new Map<string, TenantUsageSummary>();
      for (const quota of quotas) {
        const summary = usageSummary(quota);
        if (summary) {
          summaries.set(quota.metadata.namespace!, summary);
        }
      }
      known.summaries = summaries;
      known.isSaid = false;
    } catch (error) {
      if (!known.isSaid) {
        known.isSaid = true;
        this.logger.info(
          `What tenants of cluster ${cluster} use is shown as last known: ${
            isError(error) ? error.message : error
          }`,
        );
      }
    } finally {
      known.hasAnswer = true;
      known.dueAt = this.now() + FRESH_MS;
    }
  }

  async #quotas(
    cluster: string,
    known: Known,
    tenants: Pick<Tenant, 'cluster' | 'namespace'>[],
  ): Promise<ResourceQuota[]> {
    if (known.forbiddenUntil <= this.now()) {
      try {
        return await this.reader.read(cluster);
      } catch (error) {
        if ((error as { status?: number }).status !== 403) {
          throw error;
        }
        known.forbiddenUntil = this.now() + FORBIDDEN_MS;
      }
    }
    const limit = pLimit(CONCURRENCY);
    const answers = await Promise.allSettled(
      tenants
        .filter(tenant => tenant.cluster === cluster)
        .map(({ namespace }) =>
          limit(() => this.reader.read(cluster, namespace)),
        ),
    );
    // One that has just gone is no reason to know nothing of the others.
    return answers.flatMap(a => (a.status === 'fulfilled' ? a.value : []));
  }
}
