import { Knex } from 'knex';
import { noteChanges } from './changes';
import { LATEST, PAIRS, PROOFS, RECEIPTS } from './rows';

const DAY_MS = 24 * 60 * 60_000;
/** Proofs deleted by one statement. */
const BATCH = 200;

/** Deletes proofs by age and by number for each tenant, with all that hangs on them. */
export async function pruneProofs(
  knex: Knex,
  retention: { days: number; count: number },
  now: number,
): Promise<number> {
  const oldest = now - retention.days * DAY_MS;
  await knex.transaction(async trx => {
    const old = trx(LATEST).where('finished_at', '<', oldest);
    const tenants = await old.clone().pluck('tenant');
    await old.delete();
    await noteChanges(trx, tenants);
  });
  await knex(PAIRS).where('attempted_at', '<', oldest).delete();
  let deleted = 0;
  const tenants = await knex(PROOFS).distinct('tenant').pluck('tenant');
  for (const tenant of tenants) {
    const kept = await knex(PROOFS)
      .where({ tenant })
      .orderBy('created_at', 'desc')
      .offset(Math.max(retention.count, 1) - 1)
      .first('created_at');
    const before = Math.max(oldest, Number(kept?.created_at ?? 0));
    deleted += await deleteBefore(knex, tenant, before);
  }
  return deleted;
}

async function deleteBefore(
  knex: Knex,
  tenant: string,
  before: number,
): Promise<number> {
  for (let deleted = 0; ; ) {
    const ids = await knex(PROOFS)
      .where({ tenant, state: 'done' })
      .andWhere('created_at', '<', before)
      .limit(BATCH)
      .pluck('id');
    if (!ids.length) {
      return deleted;
    }
    await knex.transaction(async trx => {
      await trx(RECEIPTS).whereIn('proof_id', ids).delete();
      await trx(PROOFS).whereIn('id', ids).delete();
    });
    deleted += ids.length;
  }
}
