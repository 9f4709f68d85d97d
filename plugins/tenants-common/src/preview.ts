import { Adoption, AdoptionSource } from './adoption';
import { DriftField } from './drift';
import { PartialSpec } from './operations';

/**
 * What is asked for in {@link TenantsClient.previewTenant}: a spec of which the
 * cluster may be left out where there is one.
 *
 * @public
 */
export type PreviewRequest = PartialSpec & {
  adopt?: boolean;
  /** The hand-made n8n that is to become this tenant; takes `tenant.administer` */
  from?: AdoptionSource;
  /** Whether the answer is to have the plan as files */
  files?: boolean;
};

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
  change: 'create' | 'update' | 'remove' | 'none';
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
  /**
   * Whether there is anything by its names already, whosever it is: its namespace, an
   * archived one too, or its entry, role or policy in Vault
   */
  present: boolean;
  /** Where n8n will be found, where config exposes it */
  url?: string;
  /** Names that the tenant goes by in Kubernetes and Vault */
  names: TenantPlanNames;
  /** In the order of an apply */
  resources: PreviewResource[];
  /**
   * Why an apply would be refused although the spec is good, such as quotas
   * over what the nodes have
   */
  refusal?: string;
  /** Of a hand-made n8n, where that was asked for */
  adoption?: Adoption;
  /** The plan as YAML, HCL and JSON, by path, where that was asked for */
  files?: Record<string, string>;
}

/**
 * Names that a tenant goes by in Kubernetes and Vault.
 *
 * @public
 */
export interface TenantPlanNames {
  namespace: string;
  /** ServiceAccount by which External Secrets and the proof pod log in to Vault */
  loginServiceAccount: string;
  /** ServiceAccount of n8n itself; mounts no token */
  workloadServiceAccount: string;
  /** Its own, or the fixed one of all tenants */
  vaultPolicy: string;
  vaultRole: string;
  /** Path under the KV mount */
  kvPath: string;
  /** Where Vault's KV engine is mounted, such as `secret` */
  kvMount?: string;
}
