import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';

/** What is known of the tenants of all clusters. */
export interface TenantInventory {
  /** By name; with the last known ones of a cluster that is away */
  tenants: TenantRecord[];
  /** Clusters that gave no answer, with the reason */
  away: Map<string, string>;
}

/** Where tenants are found. */
export interface TenantSource {
  list(): Promise<TenantInventory>;

  /**
   * @throws NotFoundError where there is no such tenant
   * @throws ServiceUnavailableError where the cluster that may hold it is away
   */
  get(name: string): Promise<TenantRecord>;
}
