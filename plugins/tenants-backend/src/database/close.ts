import { Wall, WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { noteChanges } from './changes';
import { ProofResult, StoredProof, WallChange } from './ProofStore';
import {
  LATEST,
  LatestRow,
  LOCKS,
  PAIRS,
  PROOFS,
  ProofRow,
  RECEIPTS,
  toProof,
  toReceiptRow,
} from './rows';
import { overallStatus, pairStatus } from './statuses';

/** Weight of the newest gap in the mean. */
const NEWEST = 0.3;
/** One outage of the portal must not pass for the pace of its rounds. */
const MAX_GROWTH = 4;
/** Rows of one INSERT; SQLite bounds the variables of a statement. */
const BATCH = 100;

/**
 * Closes a proof that is open: its result, its receipts, the tenant's latest
 * proof, the pair it was made in; and frees the tenant.
 *
 * @param isOurs - Restricts the proof to one that may be closed
 * @returns `undefined` when the proof was not to be closed
 */
export async function closeProof(
  trx: Knex,
  proofId: string,
  result: ProofResult,
  options: {
    now: number;
    /** Milliseconds; the pace that is assumed until there is a measured one */
    intervalMs: number;
    isOurs: (query: Knex.QueryBuilder) => Knex.QueryBuilder;
  },
): Promise<{ proof: StoredProof; changes: WallChange[] } | undefined> {
  const { now } = options;
  const open = await trx<ProofRow>(PROOFS).where({ id: proofId }).first();
  const closed = await options
    .isOurs(trx(PROOFS).where({ id: proofId }).whereNot({ state: 'done' }))
    .update({
      state: 'done',
      finished_at: now,
      verdicts: JSON.stringify(result.verdicts),
      progress: null,
      lease_until: null,
      time_to_enforce_ms: result.timeToEnforceMs ?? null,
      ...(result.neighbour && { neighbour: result.neighbour }),
    });
  if (!closed || !open) {
    return undefined;
  }
  const row = (await trx<ProofRow>(PROOFS).where({ id: proofId }).first())!;
  const proof = toProof(row);
  await trx(LOCKS).where({ tenant: proof.tenant }).delete();
  await trx.batchInsert(
    RECEIPTS,
    result.receipts.map((receipt, i) => toReceiptRow(proof, receipt, i)),
    BATCH,
  );
  await savePair(trx, { ...proof, neighbour: open.neighbour }, result, now);
  const changes = await saveLatest(trx, proof, result, options);
  await noteChanges(trx, [proof.tenant]);
  return { proof, changes };
}

/**
 * Notes that the pair had its turn, with the result if there is one: a neighbour
 * that was not well leaves none.
 */
async function savePair(
  trx: Knex,
  proof: { id: string; tenant: string; neighbour: string | null },
  result: ProofResult,
  now: number,
): Promise<void> {
  const { id, tenant, neighbour } = proof;
  if (!neighbour || neighbour === 'canary') {
    return;
  }
  const status = pairStatus(result.receipts, neighbour);
  await trx(PAIRS)
    .insert({
      tenant,
      neighbour,
      attempted_at: now,
      ...(status && { proof_id: id, proved_at: now, status }),
    })
    .onConflict(['tenant', 'neighbour'])
    .merge();
}

async function saveLatest(
  trx: Knex,
  proof: StoredProof,
  result: ProofResult,
  options: { now: number; intervalMs: number },
): Promise<WallChange[]> {
  const { tenant } = proof;
  const before = await trx<LatestRow>(LATEST).where({ tenant }).first();
  const known = (before?.breached.split(',').filter(Boolean) ?? []) as Wall[];
  const changes = changesOf(known, result);
  await trx(LATEST)
    .insert({
      tenant,
      proof_id: proof.id,
      status: overallStatus(result.verdicts),
      finished_at: options.now,
      mean_gap_ms: before ? meanGap(before, options) : null,
      breached: WALLS.filter(wall => isBreached(wall, known, changes)).join(),
    })
    .onConflict('tenant')
    .merge();
  return changes;
}

/** A wall that can't be proved just now changes nothing of what is known. */
function changesOf(known: Wall[], result: ProofResult): WallChange[] {
  return result.verdicts.flatMap(({ wall, status, summary }) => {
    const isKnown = known.includes(wall);
    const isNews =
      (status === 'breached' && !isKnown) || (status === 'holds' && isKnown);
    return isNews ? [{ wall, status, summary }] : [];
  });
}

function isBreached(wall: Wall, known: Wall[], changes: WallChange[]): boolean {
  const change = changes.find(c => c.wall === wall);
  return change ? change.status === 'breached' : known.includes(wall);
}

function meanGap(
  before: LatestRow,
  options: { now: number; intervalMs: number },
): number {
  const gap = options.now - Number(before.finished_at);
  if (before.mean_gap_ms === null) {
    return Math.min(gap, MAX_GROWTH * options.intervalMs);
  }
  const mean = Number(before.mean_gap_ms);
  const bounded = Math.min(
    gap,
    MAX_GROWTH * Math.max(mean, options.intervalMs),
  );
  return Math.round(mean + NEWEST * (bounded - mean));
}
