/**
 * One resource under one ResourceQuota.
 *
 * @public
 */
export interface QuotaUse {
  /** Name of the ResourceQuota, such as `tenant-quota` */
  quota: string;
  /** Such as `requests.cpu` */
  resource: string;
  /** Kubernetes' quantities, as the cluster reports them */
  used: string;
  hard: string;
  /** `used` over `hard`; 0 where `hard` is 0 */
  ratio: number;
}

/**
 * The n8n that a tenant runs.
 *
 * @public
 */
export interface TenantWorkload {
  /** As the Deployment names it */
  image: string;
  /** Tag of the image; absent where it has none */
  version?: string;
  ready: boolean;
}

/**
 * What a tenant uses now of what it may use.
 *
 * @public
 */
export interface TenantUsage {
  quotas: QuotaUse[];
  /** Absent where there is no Deployment */
  n8n?: TenantWorkload;
}

/**
 * The three figures of a tenant's quota that a list shows, each from 0 to 1.
 *
 * @public
 */
export interface TenantUsageSummary {
  /** `limits.cpu` */
  cpu: number;
  /** `limits.memory` */
  memory: number;
  pods: number;
}
