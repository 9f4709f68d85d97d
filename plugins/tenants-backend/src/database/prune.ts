import { Knex } from 'knex';
import { readNow } from './dialect';
import { EVENTS, OPERATIONS, RECEIPTS } from './rows';

const DAY_MS = 24 * 60 * 60_000;
/** Days that changes, and proofs with something new in them, are kept. */
const LONG_DAYS = 365;
/** Operations deleted by one statement. */
const BATCH = 200;

/**
 * Deletes proofs by age and by number for each tenant, and everything else by a
 * longer age. What is worth more stays for the longer age, too, however many others
 * there were since: proofs with a breach or another status than before, and
 * of each tenant the first and the last of each day. Removals stay: they are
 * the certificates of what was done.
 *
 * @returns how many
 */
export async function prune(
  knex: Knex,
  retention: { days: number; count: number },
): Promise<number> {
  const at = await readNow(knex);
  const oldest = at - retention.days * DAY_MS;
  const long = at - Math.max(LONG_DAYS, retention.days) * DAY_MS;
  let deleted = await deleteAll(knex, query =>
    query.whereNot({ kind: 'remove' }).where('created_at', '<', long),
  );
  const uids = await knex(OPERATIONS)
    .where({ kind: 'prove' })
    .distinct('uid')
    .pluck('uid');
  for (const uid of uids) {
    const kept = await proofsOf(knex, uid)
      .orderBy('created_at', 'desc')
      .offset(Math.max(retention.count, 1) - 1)
      .first('created_at');
    const before = Math.max(oldest, Number(kept?.created_at ?? 0));
    const ends = await endsOfDays(knex, uid, before);
    deleted += await deleteAll(knex, query =>
      query
        .where({ uid, kind: 'prove', notable: false })
        .where('created_at', '<', before)
        .whereNotIn('created_at', ends),
    );
  }
  return deleted;
}

function proofsOf(knex: Knex, uid: string | null): Knex.QueryBuilder {
  return knex(OPERATIONS).where({ uid, kind: 'prove' });
}

/** When the first and the last proof of each day (UTC) began to wait. */
async function endsOfDays(
  knex: Knex,
  uid: string | null,
  before: number,
): Promise<number[]> {
  if (uid === null) {
    return [];
  }
  const days: { first: number; last: number }[] = await proofsOf(knex, uid)
    .where('created_at', '<', before)
    .groupByRaw('floor(created_at / ?)', [DAY_MS])
    .min({ first: 'created_at' })
    .max({ last: 'created_at' });
  return days.flatMap(({ first, last }) => [first, last]);
}

async function deleteAll(
  knex: Knex,
  select: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
): Promise<number> {
  for (let deleted = 0; ; ) {
    const ids = await select(knex(OPERATIONS))
      .whereNotIn('state', ['queued', 'running'])
      // What a tenant's status stands on stays.
      .whereNotIn(
        'id',
        knex('tenants').whereNotNull('proof_id').select('proof_id'),
      )
      .limit(BATCH)
      .pluck('id');
    if (ids.length === 0) {
      return deleted;
    }
    await knex.transaction(async trx => {
      await trx(RECEIPTS).whereIn('proof_id', ids).delete();
      await trx(EVENTS).whereIn('operation_id', ids).delete();
      await trx(OPERATIONS).whereIn('id', ids).delete();
    });
    deleted += ids.length;
  }
}
