import { DriftField } from './drift';
import { TenantSpec } from './spec';

/**
 * What is asked for in {@link TenantsApi.previewTenant}: a spec of which the
 * cluster may be left out where there is one.
 *
 * @public
 */
export type PreviewRequest = Pick<TenantSpec, 'name' | 'owner'> &
  Partial<Omit<TenantSpec, 'name' | 'owner'>>;

/**
 * A resource of a plan and what an apply would do to it.
 *
 * @public
 */
export interface PreviewResource {
  /** Stage of the plan, such as `walls` */
  stage: string;
  /** Such as `NetworkPolicy tenant-isolation` */
  id: string;
  change: 'create' | 'update' | 'none';
  /** Fields that differ; empty unless `change` is `update` */
  fields: DriftField[];
}

/**
 * What an apply of a spec would do. Changes nothing and holds no secret.
 *
 * @public
 */
export interface TenantPreview {
  namespace: string;
  cluster: string;
  /** Whether there is such a tenant already */
  exists: boolean;
  /** In the order of an apply */
  resources: PreviewResource[];
  /**
   * Why an apply would be refused although the spec is good, such as quotas
   * over what the nodes have
   */
  refusal?: string;
}
