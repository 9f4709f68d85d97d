import { AdoptionSource } from './adoption';
import { DriftItem } from './drift';
import { ProofProgress, ProofTrigger, WallVerdict } from './proofs';
import { TenantSpec } from './spec';

/**
 * What can be done with a tenant: everything that changes or proves it is one of
 * these.
 *
 * @public
 */
export type OperationKind = 'apply' | 'remove' | 'prove';

/** @public */
export type OperationState =
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/**
 * A spec of which what has a default may be left out.
 *
 * @public
 */
export type PartialSpec = Pick<TenantSpec, 'name' | 'owner'> &
  Partial<Omit<TenantSpec, 'name' | 'owner'>>;

/**
 * Makes a tenant what a spec says. With `size` alone an existing one keeps its
 * spec but for that; with neither it is restored to what it was last applied as.
 *
 * @public
 */
export interface ApplyRequest {
  kind: 'apply';
  spec?: PartialSpec;
  size?: string;
  /** Stages of the plan; default all */
  stages?: string[];
  /** Take over what is there and not the tenant's; takes `tenant.administer` */
  adopt?: boolean;
  /**
   * The hand-made n8n that becomes this tenant with its volume and its key, once the
   * steps before are done that its preview names; takes `tenant.administer`
   */
  from?: AdoptionSource;
  /**
   * Write a new encryption key although n8n has data that it can't read: the
   * credentials stored in n8n are lost. Takes `tenant.administer`
   */
  beginAnew?: boolean;
  /**
   * What others have changed, where the portal restores a tenant by itself, to
   * what was last applied; nobody can ask for it
   */
  restores?: TenantChange[];
  /** What was asked for where no spec was; the portal notes it itself */
  purpose?: 'resize' | 'restore';
}

/** @public */
export interface RemoveRequest {
  kind: 'remove';
  /** The tenant's name, typed again */
  confirm: string;
  /** Keep the namespace with its volumes and the entry in Vault */
  keepData?: boolean;
  /**
   * End the records of a tenant that is lost, and touch neither its cluster nor
   * Vault: for where its cluster is gone for good. Takes `tenant.administer`
   */
  recordsOnly?: boolean;
  /**
   * For a clean-up: remove it only if all that was ever applied of it is what this
   * task asked for, and nobody else has asked for the same
   */
  ifMadeBy?: string;
}

/** @public */
export interface ProveRequest {
  kind: 'prove';
  /** Of what the portal itself notes between two proofs; nobody can ask for it */
  scope?: 'state';
}

/** @public */
export type OperationRequest = ApplyRequest | RemoveRequest | ProveRequest;

/**
 * What an operation is started with, beside what it is to do.
 *
 * @public
 */
export interface StartOperationOptions {
  /** Default `user` */
  trigger?: Exclude<ProofTrigger, 'schedule' | 'event'>;
  /** Id of the task that asks */
  task?: string;
  /** First password of n8n's owner, for an apply that writes the entry in Vault */
  ownerPassword?: string;
}

/**
 * How many resources an apply created, updated and left alone.
 *
 * @public
 */
export interface ApplyCount {
  created: number;
  updated: number;
  unchanged: number;
}

/**
 * What a removal did, readable after the tenant is gone.
 *
 * @public
 */
export interface RemovalCertificate {
  tenant: string;
  uid: string;
  cluster: string;
  namespace: string;
  owner: string;
  /** Entity ref of who asked for it */
  requestedBy?: string;
  /** ISO 8601 */
  removedAt: string;
  steps: { step: string; ms: number }[];
  /** What was there and is gone, such as `Vault role tenant-acme` */
  removed: string[];
  /** What is still there, and why: such as a volume with reclaim policy Retain */
  kept: string[];
}

/**
 * One operation: who did what to which tenant, when, and what came of it.
 *
 * @public
 */
export interface Operation {
  id: string;
  /** Name of the tenant */
  tenant: string;
  cluster: string;
  /** UID of the tenant's namespace; absent until there is one */
  uid?: string;
  state: OperationState;
  trigger: ProofTrigger;
  /** Entity ref of who asked; absent for the schedule */
  requestedBy?: string;
  /** What was asked for, without secrets */
  request: OperationRequest;
  /** ISO 8601 */
  createdAt: string;
  /** ISO 8601 */
  startedAt?: string;
  /** ISO 8601 */
  finishedAt?: string;
  /** Of an operation that runs */
  progress?: ProofProgress;
  /** Why it failed */
  error?: string;
  /** What an apply came to */
  applied?: ApplyCount & { namespace: string; url?: string };
  /** What a removal came to */
  certificate?: RemovalCertificate;
  /** What a proof came to */
  verdicts?: WallVerdict[];
  /** The roll-out that it is a part of */
  rolloutId?: string;
}

/**
 * What an operation did, in the order in which it did it: an object applied, a
 * wait begun, a step done.
 *
 * @public
 */
export interface OperationEvent {
  position: number;
  /** ISO 8601 */
  at: string;
  /** One line, as for a log */
  message: string;
  /** Stage of the plan, such as `walls` */
  stage?: string;
  /** Such as `NetworkPolicy tenant-isolation`, or the step that is done */
  resource?: string;
  result?:
    | 'created'
    | 'updated'
    | 'unchanged'
    | 'ready'
    | 'waiting'
    | 'found'
    | 'removed'
    | 'done';
  /** Milliseconds */
  ms?: number;
}

/**
 * Which tenants a roll-out is about; of what is left out, all.
 *
 * @public
 */
export interface TenantFilter {
  names?: string[];
  cluster?: string;
  owner?: string;
  /** Only those whose plan of today is another than was last applied */
  outdated?: boolean;
}

/**
 * An operation on many tenants: a few first, then more, each proved before the
 * next wave. It stops at the first that fails or has a wall that does not hold.
 *
 * @public
 */
export interface RolloutRequest {
  kind: 'apply' | 'prove';
  filter: TenantFilter;
  /** Tenants of the first wave, and of each one after it; default 3 and 20 */
  waves?: { first?: number; next?: number };
}

/** @public */
export interface Rollout {
  id: string;
  state: 'running' | 'paused' | 'stopped' | 'cancelled' | 'done';
  request: RolloutRequest;
  requestedBy?: string;
  /** Why it stopped */
  reason?: string;
  /** Names of tenants by wave */
  waves: string[][];
  /** Index of the wave that is under way */
  wave: number;
  /** How many tenants are done, proved and all walls hold */
  done: number;
  total: number;
  /** ISO 8601 */
  createdAt: string;
  /** ISO 8601 */
  finishedAt?: string;
}

/**
 * What others than the portal have changed in a tenant's objects.
 *
 * @public
 */
export type TenantChange = Pick<DriftItem, 'id' | 'change'> & {
  fields: { field: string; manager?: string; since?: string }[];
};
