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
  /** The same object while nothing has changed. */
  list(): Promise<TenantInventory>;

  /**
   * The tenant as its cluster has it now.
   *
   * @throws NotFoundError where there is no such tenant
   * @throws ServiceUnavailableError where the cluster that may hold it is away
   */
  get(name: string): Promise<TenantRecord>;

  /**
   * The tenant as it was last listed, moments ago; one that was not is looked up.
   *
   * @throws as `get` does
   */
  find(name: string): Promise<TenantRecord>;
}
