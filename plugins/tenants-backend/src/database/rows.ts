import {
  ProofState,
  ProofSummary,
  ProofTrigger,
  Receipt,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { StoredProof } from './ProofStore';

export const PROOFS = 'proofs';
export const RECEIPTS = 'receipts';
export const LATEST = 'latest_proofs';
export const PAIRS = 'pairs';
export const LOCKS = 'tenant_locks';
export const CHANGES = 'tenant_changes';
export const COUNTER = 'change_counter';

/** As in the predicate of the index: a binding would keep it from being used. */
export const IS_OPEN = "state <> 'done'";

/** PostgreSQL hands out bigints as strings. */
export type Milliseconds = number | string;

export interface ProofRow {
  id: string;
  tenant: string;
  cluster: string;
  state: ProofState;
  trigger: ProofTrigger;
  neighbour: string | null;
  created_at: Milliseconds;
  started_at: Milliseconds;
  finished_at: Milliseconds | null;
  time_to_enforce_ms: number | null;
  verdicts: string | null;
  progress: string | null;
  runner: string | null;
  lease_until: Milliseconds | null;
}

export interface ReceiptRow {
  proof_id: string;
  position: number;
  tenant: string;
  neighbour: string | null;
  check_id: string;
  wall: string;
  kind: string;
  outcome: string;
  body: string;
}

export interface LatestRow {
  tenant: string;
  proof_id: string;
  status: WallStatus;
  finished_at: Milliseconds;
  mean_gap_ms: Milliseconds | null;
  breached: string;
}

export interface PairRow {
  tenant: string;
  neighbour: string;
  attempted_at: Milliseconds;
  proof_id: string | null;
  proved_at: Milliseconds | null;
  status: WallStatus | null;
}

export interface LockRow {
  tenant: string;
  round: string;
  runner: string;
  lease_until: Milliseconds;
}

export function toIso(time: Milliseconds): string {
  return new Date(Number(time)).toISOString();
}

export function toProof(row: ProofRow): StoredProof {
  return { ...toSummary(row), cluster: row.cluster };
}

export function toSummary(row: ProofRow): ProofSummary {
  const finishedAt = row.finished_at ?? undefined;
  return {
    id: row.id,
    tenant: row.tenant,
    state: row.state,
    trigger: row.trigger,
    startedAt: toIso(row.started_at),
    ...(finishedAt !== undefined && {
      finishedAt: toIso(finishedAt),
      durationMs: Number(finishedAt) - Number(row.started_at),
    }),
    ...(row.neighbour && { neighbour: row.neighbour }),
    ...(row.time_to_enforce_ms !== null && {
      timeToEnforceMs: row.time_to_enforce_ms,
    }),
    ...(row.progress && { progress: JSON.parse(row.progress) }),
    verdicts: row.verdicts ? JSON.parse(row.verdicts) : [],
  };
}

export function toReceiptRow(
  proof: { id: string; tenant: string; neighbour?: string },
  receipt: Receipt,
  position: number,
): ReceiptRow {
  return {
    proof_id: proof.id,
    position,
    tenant: proof.tenant,
    neighbour: proof.neighbour ?? null,
    check_id: receipt.check,
    wall: receipt.wall,
    kind: receipt.kind,
    outcome: receipt.outcome,
    body: JSON.stringify(receipt),
  };
}
