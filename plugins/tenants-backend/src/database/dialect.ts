import { Knex } from 'knex';

/**
 * The database's own time, in milliseconds since the epoch: replicas' clocks may
 * differ, and a lease is a matter between replicas.
 */
export function now(knex: Knex): Knex.Raw {
  return isPostgres(knex)
    ? knex.raw('floor(extract(epoch from clock_timestamp()) * 1000)::bigint')
    : knex.raw("cast((julianday('now') - 2440587.5) * 86400000 as integer)");
}

/** So many milliseconds from now. */
export function fromNow(knex: Knex, ms: number): Knex.Raw {
  return knex.raw('? + ?', [now(knex), ms]);
}

/** As `now`, read. */
export async function readNow(knex: Knex): Promise<number> {
  const row = await knex.select({ now: now(knex) }).first();
  return Number(row.now);
}

export function isPostgres(knex: Knex): boolean {
  return knex.client.config.client === 'pg';
}

/**
 * Has other transactions that are about the same name wait until this one ends, so
 * that two who order the same at the same moment see each other. SQLite has no two
 * transactions at a time.
 */
export async function lockName(trx: Knex, name: string): Promise<void> {
  if (isPostgres(trx)) {
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
      `threewalls/${name}`,
    ]);
  }
}
