import {
  Page,
  Proof,
  ProofProgress,
  ProofSummary,
  ProofTrigger,
  Receipt,
  Wall,
  WallStatus,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantChanges } from './changes';

/** A proof with the cluster that its tenant is in. */
export interface StoredProof extends ProofSummary {
  cluster: string;
}

/** What a proof came to. */
export interface ProofResult {
  verdicts: WallVerdict[];
  receipts: Receipt[];
  neighbour?: string;
  timeToEnforceMs?: number;
}

/** A wall whose breach is new, or over. */
export interface WallChange {
  wall: Wall;
  status: 'breached' | 'holds';
  summary: string;
}

/** The last done proof of a tenant. */
export interface LatestProof {
  proof: ProofSummary;
  /** Milliseconds between two proofs as measured; absent after the first */
  meanGapMs?: number;
}

/** The last result of one tenant against another. */
export interface PairResult {
  tenant: string;
  neighbour: string;
  status: WallStatus;
  proofId: string;
  /** ISO 8601 */
  provedAt: string;
}

/** A tenant that a proof is under way for, in whichever replica. */
export interface TenantLock {
  tenant: string;
  round: string;
}

/** Either the proofs of a round that is now ours, or the tenant that is busy. */
export type Claim =
  | { proofs: StoredProof[]; busy?: undefined }
  | { busy: string };

/**
 * Proofs, their receipts, and the locks that keep two proofs of one tenant
 * apart, across all replicas of a portal.
 */
export interface ProofStore {
  /**
   * Queues a proof, or joins the one that is queued or running. One that a task
   * asks for never joins a running one, which may have begun before the task's
   * change: it waits until that is done.
   */
  enqueue(request: {
    tenant: string;
    cluster: string;
    trigger: ProofTrigger;
  }): Promise<{ proof: StoredProof; joined: boolean }>;

  /** Queued proofs: those that someone waits for first, then the oldest. */
  queue(): Promise<StoredProof[]>;

  /** Tenants that are locked now. */
  locks(): Promise<TenantLock[]>;

  /**
   * Locks the tenant of a queued proof, and its neighbour, in name order; both
   * proofs are running then, the neighbour's made where none is queued.
   */
  claim(proof: StoredProof, neighbour?: string): Promise<Claim>;

  /** Renews leases; hands back the ids whose lease is still ours. */
  heartbeat(proofIds: string[]): Promise<string[]>;

  progress(proofId: string, progress: ProofProgress): Promise<void>;

  /**
   * Stores a result and frees the tenant. `undefined` when the proof is no
   * longer ours: its lease ran out and somebody else closed it.
   */
  finish(
    proof: StoredProof,
    result: ProofResult,
  ): Promise<{ proof: StoredProof; changes: WallChange[] } | undefined>;

  /**
   * Closes running proofs whose lease ran out, with this result; hands back
   * what was closed.
   */
  closeExpired(result: ProofResult): Promise<StoredProof[]>;

  get(tenant: string, id: string): Promise<Proof | undefined>;

  /** A tenant's proofs, the newest first. */
  list(
    tenant: string,
    page: { limit: number; offset: number },
  ): Promise<Page<ProofSummary>>;

  /** The last done proof by tenant; of all tenants when none are named. */
  latest(tenants?: string[]): Promise<Map<string, LatestProof>>;

  /** The worst status of the last done proof, by tenant; of all tenants. */
  statuses(): Promise<Map<string, WallStatus>>;

  /** The proof by tenant that is running, or else the one that is queued. */
  current(tenants?: string[]): Promise<Map<string, ProofSummary>>;

  /** Results of these tenants against these neighbours; default each other. */
  pairs(tenants: string[], neighbours?: string[]): Promise<PairResult[]>;

  /** When a tenant was last tried against each neighbour, in milliseconds. */
  attempts(tenant: string): Promise<Map<string, number>>;

  /** Version of the last change to any tenant's proofs. */
  version(): Promise<number>;

  /** Tenants whose proofs have changed since a version. */
  changes(since: number): Promise<TenantChanges>;

  /** @throws when the database can't be reached */
  ping(): Promise<void>;

  /** Deletes what retention no longer keeps; hands back how many proofs. */
  prune(retention: { days: number; count: number }): Promise<number>;
}
