import {
  Operation,
  OperationEvent,
  OperationKind,
  OperationRequest,
  OperationState,
  Page,
  ProofSummary,
  ProofTrigger,
  Said,
  TenantChange,
  Wall,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { Knex } from 'knex';

export const TENANTS = 'tenants';
export const APPLIED = 'applied_resources';
export const OPERATIONS = 'operations';
export const EVENTS = 'operation_events';
export const RECEIPTS = 'receipts';
export const PAIRS = 'pairs';
export const ROLLOUTS = 'rollouts';
export const ATTENTION = 'attention';

/** PostgreSQL hands out bigints as strings. */
export type Milliseconds = number | string;

export interface TenantRow {
  uid: string;
  name: string;
  cluster: string;
  namespace: string;
  owner: string;
  spec: string;
  created_at: Milliseconds;
  removed_at: Milliseconds | null;
  seeding: boolean | number;
  account_uid: string | null;
  applied_digest: string | null;
  proof_id: string | null;
  proved_at: Milliseconds | null;
  status: WallStatus;
  breached: string;
  changed: string | null;
  turned: string | null;
  lost_since: Milliseconds | null;
  lost_because: string | null;
  lost_told: boolean | number;
}

export interface OperationRow {
  id: string;
  kind: OperationKind;
  tenant: string;
  cluster: string;
  owner: string;
  uid: string | null;
  state: OperationState;
  trigger: ProofTrigger;
  priority: number;
  requested_by: string | null;
  task: string | null;
  request: string;
  secret: string | null;
  rollout_id: string | null;
  created_at: Milliseconds;
  started_at: Milliseconds | null;
  finished_at: Milliseconds | null;
  attempts: number;
  runner: string | null;
  lease_until: Milliseconds | null;
  cancelled: boolean | number;
  progress: string | null;
  result: string | null;
  error: string | null;
  round: string | null;
  neighbour: string | null;
  verdicts: string | null;
  time_to_enforce_ms: number | null;
  notable: boolean | number;
}

export interface PairRow {
  uid: string;
  neighbour_uid: string;
  attempted_at: Milliseconds;
  proof_id: string | null;
  proved_at: Milliseconds | null;
  status: WallStatus | null;
}

/**
 * A wall that objects have shown to be breached. It stays one until a proof that was
 * begun later shows otherwise.
 */
export interface TurnedWall extends Said {
  wall: Wall;
  /** Milliseconds, by the database's clock: when it was last seen to turn */
  at: number;
  /** Where the receipts are; absent where it was breached before */
  proofId?: string;
}

/** A tenant as the portal's records know it, whatever its cluster says. */
export interface KnownTenant
  extends Omit<TenantRecord, 'phase' | 'resourceVersion'> {
  /** ISO 8601 */
  removedAt?: string;
  seeding: boolean;
  accountUid?: string;
  appliedDigest?: string;
  /** Of the last proof: the worst of the three walls */
  status: WallStatus;
  /** Walls whose owner was told of a breach */
  breached: string[];
  proofId?: string;
  changed: TenantChange[];
  turned: TurnedWall[];
  lost?: { reason: string; since: string; isTold: boolean };
}

/** An operation with what the API does not show. */
export interface StoredOperation extends Operation {
  owner: string;
  /** Times that somebody has begun with it */
  attempts: number;
  /** Hash of the first password */
  secret?: string;
  round?: string;
}

export function toIso(time: Milliseconds): string {
  return new Date(Number(time)).toISOString();
}

export function toTenant(row: TenantRow): KnownTenant {
  return {
    uid: row.uid,
    name: row.name,
    cluster: row.cluster,
    namespace: row.namespace,
    owner: row.owner,
    spec: JSON.parse(row.spec),
    createdAt: toIso(row.created_at),
    ...(row.removed_at && { removedAt: toIso(row.removed_at) }),
    seeding: Boolean(row.seeding),
    ...(row.account_uid && { accountUid: row.account_uid }),
    ...(row.applied_digest && { appliedDigest: row.applied_digest }),
    status: row.status,
    breached: row.breached.split(',').filter(Boolean),
    ...(row.proof_id && { proofId: row.proof_id }),
    changed: row.changed ? JSON.parse(row.changed) : [],
    turned: toTurned(row),
    ...(row.lost_since && {
      lost: {
        reason: row.lost_because ?? '',
        since: toIso(row.lost_since),
        isTold: Boolean(row.lost_told),
      },
    }),
  };
}

export function toTurned({ turned }: Pick<TenantRow, 'turned'>): TurnedWall[] {
  return turned ? JSON.parse(turned) : [];
}

export function toOperation(row: OperationRow): StoredOperation {
  const request: OperationRequest = JSON.parse(row.request);
  const result = row.result ? JSON.parse(row.result) : undefined;
  return {
    id: row.id,
    tenant: row.tenant,
    cluster: row.cluster,
    owner: row.owner,
    ...(row.uid && { uid: row.uid }),
    state: row.state,
    trigger: row.trigger,
    ...(row.requested_by && { requestedBy: row.requested_by }),
    request,
    createdAt: toIso(row.created_at),
    ...(row.started_at && { startedAt: toIso(row.started_at) }),
    ...(row.finished_at && { finishedAt: toIso(row.finished_at) }),
    ...(row.progress && { progress: JSON.parse(row.progress) }),
    ...(row.error && { error: row.error }),
    ...(result && {
      [request.kind === 'remove' ? 'certificate' : 'applied']: result,
    }),
    ...(row.verdicts && { verdicts: JSON.parse(row.verdicts) }),
    ...(row.rollout_id && { rolloutId: row.rollout_id }),
    attempts: row.attempts,
    ...(row.secret && { secret: row.secret }),
    ...(row.round && { round: row.round }),
  };
}

export function toEvent(row: {
  position: number;
  body: string;
}): OperationEvent {
  return { position: row.position, ...JSON.parse(row.body) };
}

/** An operation as the API shows it. */
export function toApi(operation: StoredOperation): Operation {
  const { owner, attempts, secret, round, ...shown } = operation;
  return shown;
}

/** A proof is what an operation of that kind has come to. */
export function toSummary(row: OperationRow): ProofSummary {
  const { started_at: started, finished_at: finished } = row;
  const isOpen = row.state === 'queued' || row.state === 'running';
  const { scope } = JSON.parse(row.request);
  return {
    id: row.id,
    tenant: row.tenant,
    state: isOpen ? (row.state as 'queued' | 'running') : 'done',
    trigger: row.trigger,
    ...(scope && { scope }),
    startedAt: toIso(started ?? row.created_at),
    ...(finished !== null && {
      finishedAt: toIso(finished),
      durationMs: Number(finished) - Number(started ?? finished),
    }),
    ...(row.neighbour && { neighbour: row.neighbour }),
    ...(row.time_to_enforce_ms !== null && {
      timeToEnforceMs: row.time_to_enforce_ms,
    }),
    ...(row.progress && { progress: JSON.parse(row.progress) }),
    verdicts: row.verdicts ? JSON.parse(row.verdicts) : [],
  };
}

/** A page of those operations, the newest first. */
export async function pageOf<T>(
  found: Knex.QueryBuilder<OperationRow>,
  { limit, offset }: { limit: number; offset: number },
  toItem: (row: OperationRow) => T,
): Promise<Page<T>> {
  const [rows, counted] = await Promise.all([
    found.clone().orderBy('created_at', 'desc').limit(limit).offset(offset),
    found.clone().count({ count: '*' }).first(),
  ]);
  return { items: rows.map(toItem), totalItems: Number(counted?.count) };
}
