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
