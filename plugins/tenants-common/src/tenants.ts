import { ProverState } from './drills';
import { Acknowledgement, Mute } from './attention';
import { TenantPlanNames } from './preview';
import { ProofSummary, Wall, WallStatus } from './proofs';
import {
  Operation,
  OperationKind,
  RemovalCertificate,
  TenantChange,
} from './operations';
import { TenantSpec } from './spec';
import { TenantUsageSummary } from './usage';
import { Said, Wording } from './wording';

/**
 * A wall of a tenant as of now: the last verdict and its age, and what objects have
 * shown since; it says what was proved, or why nothing was.
 *
 * @public
 */
export interface WallState extends Said {
  wall: Wall;
  /** A wall that was last seen to hold is `unproven` once its proof is stale */
  status: WallStatus;
  /** Set when the last proof is older than three intervals as configured */
  stale: boolean;
  /** What the last proof has shown, where that is too old to be the status */
  lastStatus?: WallStatus;
  /** ISO 8601, end of the proof; absent when there was none yet */
  provedAt?: string;
  /** The proof that says so, where it is another than the tenant's last one */
  proofId?: string;
}

/**
 * A tenant as the API shows it.
 *
 * @public
 */
export interface Tenant {
  /** UID of its namespace: what the tenant is, whatever it is called */
  uid: string;
  name: string;
  cluster: string;
  namespace: string;
  /** Entity ref, canonical */
  owner: string;
  /** As last applied */
  spec: TenantSpec;
  /**
   * `removing` once the namespace is being deleted; `lost` where the portal knows
   * the tenant and can't read it any more
   */
  phase: 'active' | 'removing' | 'lost';
  /** Why it is lost, and since when (ISO 8601) */
  lost?: { reason: string; wording?: Wording; since: string };
  /** What others have changed, as last seen; empty or absent where nothing is */
  changed?: TenantChange[];
  /** Whether the plan of today is another than was last applied */
  outdated?: boolean;
  /** Ref of the catalog entity, such as `resource:default/acme` */
  entityRef: string;
  /** Names that it goes by in Kubernetes and Vault */
  names: TenantPlanNames;
  /** Where n8n is, where config exposes it */
  url?: string;
  /** While walls that somebody has acknowledged still do not hold */
  acknowledged?: Acknowledgement;
  /** While nobody is notified of it */
  muted?: Mute;
  /** The three walls, in the order network, secret, resource */
  walls: WallState[];
  /** What drills have shown of the proofs of its cluster */
  prover?: ProverState;
  /** The last proof that came to an end */
  lastProof?: ProofSummary;
  /** The proof that is queued or under way */
  currentProof?: ProofSummary;
  /** The apply or removal that is queued or under way */
  currentOperation?: Pick<Operation, 'id' | 'state' | 'createdAt'> & {
    kind: OperationKind;
  };
  /** Of its quota, as last seen; absent while that is not known */
  usage?: TenantUsageSummary;
  /** ISO 8601, creation of the namespace */
  createdAt: string;
}

/**
 * A namespace that looks like a tenant's and is none of this portal's: shown, and
 * never acted on until an administrator adopts or deletes it.
 *
 * @public
 */
export interface Impostor {
  uid: string;
  /** As its label says */
  name: string;
  cluster: string;
  namespace: string;
  /** Why it is none */
  problem: string;
  /** ISO 8601 */
  createdAt: string;
}

/**
 * A tenant that was removed. Its name may have come back since, as another.
 *
 * @public
 */
export interface Removed {
  uid: string;
  name: string;
  cluster: string;
  owner: string;
  /** ISO 8601 */
  removedAt: string;
  /** The operation that has removed it */
  operationId?: string;
  certificate?: RemovalCertificate;
}

/**
 * A namespace that runs n8n and that Threewalls did not make: nothing is known of
 * its walls.
 *
 * @public
 */
export interface UnmanagedNamespace {
  cluster: string;
  namespace: string;
  /** Entity ref, of its annotation or of config */
  owner: string;
}

/**
 * A page of tenants, with the impostors for who may administer tenants.
 *
 * @public
 */
export interface TenantsPage extends Page<Tenant> {
  impostors?: Impostor[];
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
 * What {@link TenantsClient.listTenants} can be asked for.
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
 * Topic of the events service on which the backend says that a tenant has come, has
 * changed, or is gone.
 *
 * @public
 */
export const TENANT_EVENT_TOPIC = 'threewalls.tenants';

/**
 * Payload of an event on {@link TENANT_EVENT_TOPIC}.
 *
 * @public
 */
export interface TenantEventPayload {
  name: string;
}

/**
 * Channel on which the backend signals that an operation has moved.
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
  /**
   * UID of the tenant, which tells nothing to who may not read it; absent while it
   * has no namespace yet
   */
  uid?: string;
  /** Id of the operation; that of a proof is the proof's */
  proofId: string;
  /** What kind of operation it is; a proof where it is not said */
  kind?: OperationKind;
  state: ProofSummary['state'];
};
