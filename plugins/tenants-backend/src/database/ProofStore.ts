import {
  overallStatus,
  Page,
  Proof,
  ProofSummary,
  Receipt,
  Tenant,
  Wall,
  WALLS,
  WallStatus,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { lockName, readNow } from './dialect';
import { NewOperation, OperationStore } from './OperationStore';
import {
  OperationRow,
  OPERATIONS,
  pageOf,
  PairRow,
  PAIRS,
  RECEIPTS,
  StoredOperation,
  TenantRow,
  TENANTS,
  toIso,
  toSummary,
  toTurned,
  TurnedWall,
} from './rows';
import { pairStatus } from './statuses';

/** Rows of one INSERT; SQLite bounds the variables of a statement. */
const BATCH = 100;
/** Proofs in which a receipt of some check is looked for: not every one comes to its pod. */
const LOOKED_BACK = 20;
/** Names in one WHERE … IN, for the same reason. */
const MAX_NAMES = 10_000;

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

/** The last result of one tenant against another, by UID. */
export interface PairResult {
  uid: string;
  neighbourUid: string;
  status: WallStatus;
  proofId: string;
  /** Milliseconds, by the database's clock */
  provedAt: number;
}

/** What of a tenant's proofs and operations goes with it in the API. */
export interface TenantActivity {
  lastProof?: ProofSummary;
  currentProof?: ProofSummary;
  currentOperation?: Tenant['currentOperation'];
}

function toPair(row: PairRow): PairResult {
  return {
    uid: row.uid,
    neighbourUid: row.neighbour_uid,
    status: row.status!,
    proofId: row.proof_id!,
    provedAt: Number(row.proved_at),
  };
}

/** Proofs: what operations of that kind have come to, and the matrix of pairs. */
export class ProofStore {
  constructor(
    private readonly knex: Knex,
    private readonly operations: OperationStore,
  ) {}

  /**
   * What time it is by the clock that all replicas share, in milliseconds: the one by
   * which proofs begin, end and age.
   */
  async now(): Promise<number> {
    return readNow(this.knex);
  }

  /**
   * Ends a proof of ours with its result: receipts, the pair, the tenant's status.
   *
   * @returns walls whose breach is new or over, or `undefined` where the proof is
   * not ours any more
   */
  async finish(
    proof: StoredOperation,
    result: ProofResult,
    neighbourUid?: string,
  ): Promise<{ proof: StoredOperation; changes: WallChange[] } | undefined> {
    return this.knex.transaction(async trx => {
      const done = await this.operations.finish(
        proof,
        { state: 'succeeded' },
        trx,
      );
      if (!done) {
        return undefined;
      }
      const { id, uid } = done;
      const at = await readNow(trx);
      await lockName(trx, done.tenant);
      const before = await trx<TenantRow>(TENANTS)
        .where({ uid: uid ?? '' })
        .first();
      // Of what has turned since it began this proof knows nothing.
      const turned = before
        ? toTurned(before).filter(t => t.at >= Date.parse(done.startedAt!))
        : [];
      const verdicts = result.verdicts.filter(
        v => !turned.some(({ wall }) => wall === v.wall),
      );
      const status = turned.length
        ? 'breached'
        : overallStatus(result.verdicts);
      await trx(OPERATIONS)
        .where({ id })
        .update({
          verdicts: JSON.stringify(result.verdicts),
          neighbour: result.neighbour ?? null,
          time_to_enforce_ms: result.timeToEnforceMs ?? null,
          notable: status === 'breached' || status !== before?.status,
        });
      await this.#insertReceipts(trx, id, result.receipts);
      if (!before || !uid) {
        return { proof: done, changes: [] };
      }
      if (neighbourUid && result.neighbour) {
        const pair = pairStatus(result.receipts, result.neighbour);
        await trx(PAIRS)
          .insert({
            uid,
            neighbour_uid: neighbourUid,
            attempted_at: at,
            // A neighbour that was not well leaves no result.
            ...(pair && { proof_id: id, proved_at: at, status: pair }),
          })
          .onConflict(['uid', 'neighbour_uid'])
          .merge();
      }
      const known = before.breached.split(',').filter(Boolean) as Wall[];
      const changes = changesOf(known, verdicts);
      await trx(TENANTS)
        .where({ uid })
        .update({
          proof_id: id,
          proved_at: at,
          status,
          breached: WALLS.filter(w => isBreached(w, known, changes)).join(),
          turned: turned.length ? JSON.stringify(turned) : null,
        });
      return { proof: done, changes };
    });
  }

  /**
   * Notes walls that a tenant's objects show to be breached since its last proof.
   * Where that is news it is a proof of its own, with what was read as receipts; its
   * last one stays the last.
   *
   * @returns the walls whose breach is news, or `undefined` where none is
   */
  async turn(
    tenant: Pick<NewOperation, 'tenant' | 'cluster' | 'owner'> & {
      uid: string;
    },
    { verdicts, receipts }: Pick<ProofResult, 'verdicts' | 'receipts'>,
  ): Promise<{ proof: StoredOperation; changes: WallChange[] } | undefined> {
    return this.knex.transaction(async trx => {
      await lockName(trx, tenant.tenant);
      const { uid } = tenant;
      const before = await trx<TenantRow>(TENANTS)
        .where({ uid })
        .whereNull('removed_at')
        .first();
      if (!before) {
        return undefined;
      }
      const known = before.breached.split(',').filter(Boolean) as Wall[];
      const changes = changesOf(known, verdicts);
      let proof: StoredOperation | undefined;
      if (changes.length > 0) {
        proof = await this.operations.note(
          {
            ...tenant,
            trigger: 'event',
            request: { kind: 'prove', scope: 'state' },
          },
          trx,
        );
        await trx(OPERATIONS)
          .where({ id: proof.id })
          .update({ verdicts: JSON.stringify(verdicts), notable: true });
        await this.#insertReceipts(trx, proof.id, receipts);
      }
      const at = await readNow(trx);
      const old = toTurned(before);
      const turned: TurnedWall[] = WALLS.flatMap(wall => {
        const was = old.find(t => t.wall === wall);
        const now = verdicts.find(v => v.wall === wall);
        const proofId = was?.proofId ?? proof?.id;
        if (!now) {
          return was ?? [];
        }
        const { summary, wording } = now;
        return [{ wall, summary, wording, at, ...(proofId && { proofId }) }];
      });
      await trx(TENANTS)
        .where({ uid })
        .update({
          status: 'breached',
          breached: WALLS.filter(w => isBreached(w, known, changes)).join(),
          turned: JSON.stringify(turned),
        });
      return proof && { proof, changes };
    });
  }

  async #insertReceipts(
    trx: Knex.Transaction,
    proofId: string,
    receipts: Receipt[],
  ): Promise<void> {
    await trx.batchInsert(
      RECEIPTS,
      receipts.map((receipt, position) => ({
        proof_id: proofId,
        position,
        body: JSON.stringify(receipt),
      })),
      BATCH,
    );
  }

  /** A proof of whatever has that UID, with its receipts. */
  async get(uid: string, id: string): Promise<Proof | undefined> {
    const operation = await this.operations.get(id);
    if (operation?.request.kind !== 'prove' || operation.uid !== uid) {
      return undefined;
    }
    const row = (await this.knex<OperationRow>(OPERATIONS)
      .where({ id })
      .first())!;
    const bodies = await this.knex(RECEIPTS)
      .where({ proof_id: id })
      .orderBy('position')
      .pluck('body');
    return { ...toSummary(row), receipts: bodies.map(b => JSON.parse(b)) };
  }

  /** The last receipt of a check that a pod of a tenant's proof has left. */
  async lastOf(uid: string, check: string): Promise<Receipt | undefined> {
    const ids = await this.knex<OperationRow>(OPERATIONS)
      .where({ uid, kind: 'prove', state: 'succeeded' })
      .orderBy('created_at', 'desc')
      .limit(LOOKED_BACK)
      .pluck('id');
    const bodies = await this.knex(RECEIPTS)
      .whereIn('proof_id', ids)
      // Whatever a pod has answered can't look like this: a quote in it is escaped.
      .where('body', 'like', `%"check":"${check}"%`)
      .select('proof_id', 'body');
    const receipts = new Map<string, Receipt>(
      bodies
        .map(({ proof_id, body }): [string, Receipt] => [
          proof_id,
          JSON.parse(body),
        ])
        .filter(([, { source }]) => source.type === 'pod'),
    );
    return ids.flatMap(id => receipts.get(id) ?? [])[0];
  }

  /** A tenant's proofs, the newest first. */
  async list(
    uid: string,
    page: { limit: number; offset: number },
  ): Promise<Page<ProofSummary>> {
    const proofs = { uid, kind: 'prove' as const };
    const found = this.knex<OperationRow>(OPERATIONS).where(proofs);
    return pageOf(found, page, toSummary);
  }

  /** The last proof of each tenant, and what is under way, by UID. */
  async activity(uids: string[]): Promise<Map<string, TenantActivity>> {
    const [last, open] = await Promise.all([
      this.knex<OperationRow>(OPERATIONS)
        .join(TENANTS, `${TENANTS}.proof_id`, `${OPERATIONS}.id`)
        .modify(only(`${TENANTS}.uid`, uids))
        .select(`${OPERATIONS}.*`),
      this.knex<OperationRow>(OPERATIONS)
        .whereIn('state', ['queued', 'running'])
        .orderByRaw("case when state = 'running' then 1 else 0 end"),
    ]);
    const found = new Map<string, TenantActivity>(
      last.map((row: OperationRow) => [
        row.uid!,
        { lastProof: toSummary(row) },
      ]),
    );
    for (const row of open) {
      const activity = found.get(row.uid ?? '') ?? {};
      found.set(row.uid ?? '', {
        ...activity,
        ...(row.kind === 'prove'
          ? { currentProof: toSummary(row) }
          : {
              currentOperation: {
                id: row.id,
                kind: row.kind,
                state: row.state,
                createdAt: toIso(row.created_at),
              },
            }),
      });
    }
    return found;
  }

  /**
   * When each tenant last had its turn, in milliseconds, by UID: when its last proof
   * began, or, where a change had asked for that, when it was last tried against a
   * neighbour. Who is changed all the time is tried against neighbours all the same.
   */
  async turns(): Promise<Map<string, number>> {
    const tried = this.knex(PAIRS)
      .max('attempted_at')
      .whereRaw('?? = ??', [`${PAIRS}.uid`, `${TENANTS}.uid`]);
    const rows = await this.knex(OPERATIONS)
      .join(TENANTS, `${TENANTS}.proof_id`, `${OPERATIONS}.id`)
      .whereNull('removed_at')
      .select(`${TENANTS}.uid`, {
        at: this.knex.raw(
          `coalesce(case when ?? = 'event' then (?) end, started_at)`,
          ['trigger', tried],
        ),
      });
    return new Map(rows.map(row => [row.uid, Number(row.at)]));
  }

  /** Results of these tenants against these neighbours, by UID; default each other. */
  async pairs(
    uids: string[],
    neighbours: string[] = uids,
  ): Promise<PairResult[]> {
    const rows = await this.#pairsOf(uids, neighbours);
    return rows.map(toPair);
  }

  /**
   * How many ordered pairs of these tenants have a result, by UID, and how many have
   * held since a time.
   *
   * @param since - Milliseconds
   */
  async countPairs(
    uids: string[],
    since: number,
  ): Promise<{ proved: number; held: number }> {
    const [row] = await this.#pairsOf(uids, uids).select({
      proved: this.knex.raw('count(*)'),
      held: this.knex.raw(
        'sum(case when status = ? and proved_at >= ? then 1 else 0 end)',
        ['holds', since],
      ),
    });
    return { proved: Number(row.proved), held: Number(row.held) };
  }

  /** Breached pairs of these tenants: how many, and the latest of them. */
  async breachedPairs(
    uids: string[],
    limit: number,
  ): Promise<{ total: number; pairs: PairResult[] }> {
    // Few are, of however many.
    const rows = await this.knex<PairRow>(PAIRS)
      .where({ status: 'breached' })
      .orderBy('proved_at', 'desc');
    const wanted = new Set(uids);
    const found = rows.filter(
      row => wanted.has(row.uid) && wanted.has(row.neighbour_uid),
    );
    return { total: found.length, pairs: found.slice(0, limit).map(toPair) };
  }

  #pairsOf(uids: string[], neighbours: string[]): Knex.QueryBuilder<PairRow> {
    return this.knex<PairRow>(PAIRS)
      .modify(only('uid', uids))
      .modify(only('neighbour_uid', neighbours))
      .whereNotNull('status');
  }

  /** Proofs of these tenants that ended in a stretch of time, in its order, by UID. */
  async ended(
    uids: string[],
    from: number,
    to: number,
  ): Promise<Map<string, ProofSummary[]>> {
    const rows = await this.knex<OperationRow>(OPERATIONS)
      .whereIn('uid', uids)
      .where({ kind: 'prove', state: 'succeeded' })
      .whereBetween('finished_at', [from, to])
      .orderBy('finished_at');
    const found = new Map<string, ProofSummary[]>(uids.map(uid => [uid, []]));
    for (const row of rows) {
      found.get(row.uid!)!.push(toSummary(row));
    }
    return found;
  }

  /**
   * Since when every proof of these tenants is on record, in milliseconds, by UID:
   * of those that had more than are kept, only what is worth more is left from
   * before.
   */
  async keptSince(uids: string[], count: number): Promise<Map<string, number>> {
    const numbered = this.knex(OPERATIONS)
      .whereIn('uid', uids)
      .where({ kind: 'prove' })
      .select('uid', 'finished_at')
      .rowNumber('place', q =>
        q.partitionBy('uid').orderBy('created_at', 'desc'),
      );
    const rows = await this.knex
      .from(numbered.as('numbered'))
      .where({ place: count })
      .select('uid', 'finished_at');
    return new Map(rows.map((row: any) => [row.uid, Number(row.finished_at)]));
  }

  /** When a tenant was last tried against each neighbour, in milliseconds, by UID. */
  async attempts(uid: string): Promise<Map<string, number>> {
    const rows = await this.knex<PairRow>(PAIRS)
      .where({ uid })
      .select('neighbour_uid', 'attempted_at');
    return new Map(rows.map(r => [r.neighbour_uid, Number(r.attempted_at)]));
  }
}

/** With very many, or none, every row; the caller picks by key. */
function only(column: string, values: string[]) {
  return (query: Knex.QueryBuilder) => {
    if (values.length <= MAX_NAMES) {
      query.whereIn(column, values);
    }
  };
}

/** A wall that can't be proved just now changes nothing of what is known. */
function changesOf(known: Wall[], verdicts: WallVerdict[]): WallChange[] {
  return verdicts.flatMap(({ wall, status, summary }) => {
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
