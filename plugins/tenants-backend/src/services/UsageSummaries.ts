import { TenantUsageSummary } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterView } from '@threewalls/backstage-plugin-tenants-node';
import { Tenant } from '../inventory/Inventory';
import { ResourceQuota, TENANT_QUOTA, usageSummary } from './readUsage';

const QUOTAS = { apiVersion: 'v1', kind: 'ResourceQuota' };

interface Known {
  /** What the summaries were made of */
  items: ResourceQuota[];
  /** By namespace */
  summaries: Map<string, TenantUsageSummary>;
}

/** The figures of tenants' quotas that a list shows, from the quotas in memory. */
export class UsageSummaries {
  readonly #known = new Map<string, Known>();
  /** Each is made once for as long as its quota is the same: some quota always changes */
  readonly #made = new WeakMap<ResourceQuota, TenantUsageSummary>();

  constructor(private readonly views: ReadonlyMap<string, ClusterView>) {}

  /** Sees to it that the figures of these tenants are as of now; of a cluster that is away they stay. */
  async refresh(tenants: Pick<Tenant, 'cluster'>[]): Promise<void> {
    const clusters = new Set(tenants.map(({ cluster }) => cluster));
    await Promise.all([...clusters].map(cluster => this.#read(cluster)));
  }

  /** `undefined` while it is not known. */
  get(
    tenant: Pick<Tenant, 'cluster' | 'namespace'>,
  ): TenantUsageSummary | undefined {
    return this.#known.get(tenant.cluster)?.summaries.get(tenant.namespace);
  }

  async #read(cluster: string): Promise<void> {
    const seen = await this.views.get(cluster)?.list<ResourceQuota>(QUOTAS);
    if (!seen || 'problem' in seen) {
      return;
    }
    const { items } = seen;
    if (this.#known.get(cluster)?.items === items) {
      return;
    }
    const summaries = new Map<string, TenantUsageSummary>();
    for (const quota of items) {
      const summary =
        quota.metadata.name === TENANT_QUOTA
          ? this.#made.get(quota) ?? usageSummary(quota)
          : undefined;
      if (summary) {
        this.#made.set(quota, summary);
        summaries.set(quota.metadata.namespace!, summary);
      }
    }
    this.#known.set(cluster, { items, summaries });
  }
}
