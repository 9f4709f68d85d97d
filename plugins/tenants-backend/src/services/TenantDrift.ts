import {
  Clusters,
  diffPlan,
  Platform,
  planTenant,
  ResourceDifference,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';

/** What of a tenant is not as planned. Shown, never healed. */
export interface TenantDrift {
  /** Resources that differ from the plan of the tenant's own spec */
  detect(
    tenant: TenantRecord,
    options?: { signal?: AbortSignal },
  ): Promise<ResourceDifference[]>;
}

/** Asks the cluster and its Vault, which takes a dry run of each object. */
export class ClusterTenantDrift implements TenantDrift {
  static create(options: {
    clusters: Clusters;
    platform: Platform;
  }): ClusterTenantDrift {
    return new ClusterTenantDrift(options.clusters, options.platform);
  }

  private constructor(
    private readonly clusters: Clusters,
    private readonly platform: Platform,
  ) {}

  async detect(
    tenant: TenantRecord,
    options: { signal?: AbortSignal } = {},
  ): Promise<ResourceDifference[]> {
    const plan = planTenant(tenant.spec, this.platform);
    const cluster = this.clusters.get(tenant.cluster);
    const differences = await diffPlan(plan, cluster, options);
    return differences.filter(({ change }) => change !== 'none');
  }
}
