import { ProofSummary, Wall, WallStatus } from './proofs';
import { TenantSpec } from './spec';
import { TenantUsageSummary } from './usage';

/**
 * A wall of a tenant as of now: the last verdict and its age.
 *
 * @public
 */
export interface WallState {
  wall: Wall;
  status: WallStatus;
  /** Set when the proof is older than two rounds as they are really achieved */
  stale: boolean;
  /** One line that says what was proved, or why nothing was */
  summary: string;
  /** ISO 8601, end of the proof; absent when there was none yet */
  provedAt?: string;
}

/**
 * A tenant as the API shows it.
 *
 * @public
 */
export interface Tenant {
  name: string;
  cluster: string;
  namespace: string;
  owner: string;
  /** The spec that lives on the namespace */
  spec: TenantSpec;
  /** `removing` once the namespace is being deleted */
  phase: 'active' | 'removing';
  /** Ref of the catalog entity, such as `resource:default/acme` */
  entityRef: string;
  /** The three walls, in the order network, secret, resource */
  walls: WallState[];
  /** The last proof that came to an end */
  lastProof?: ProofSummary;
  /** The proof that is queued or under way */
  currentProof?: ProofSummary;
  /** Of its quota, as last seen; absent while that is not known */
  usage?: TenantUsageSummary;
  /** ISO 8601, creation of the namespace */
  createdAt: string;
}

/**
 * A page of a list.
 *
 * @public
 */
export interface Page<T> {
  items: T[];
  totalItems: number;
}

/**
 * What {@link TenantsApi.listTenants} can be asked for.
 *
 * @public
 */
export interface ListTenantsRequest {
  status?: WallStatus;
  owner?: string;
  cluster?: string;
  /** Default 100 */
  limit?: number;
  offset?: number;
}

/**
 * Channel on which the backend signals that a proof has moved.
 *
 * @public
 */
export const TENANT_SIGNAL_CHANNEL = 'tenants:proofs';

/**
 * Message on {@link TENANT_SIGNAL_CHANNEL}.
 *
 * @public
 */
export type TenantSignal = {
  tenant: string;
  proofId: string;
  state: ProofSummary['state'];
};
