import { Knex } from 'knex';
import { CHANGES, COUNTER } from './rows';

/** Tenants whose proofs have changed since a version, and the version now. */
export interface TenantChanges {
  version: number;
  tenants: string[];
}

/**
 * Notes that the proofs of these tenants have changed. To be called last in a
 * transaction: the counter's row is locked from here to the commit, which makes
 * versions visible in their order.
 */
export async function noteChanges(trx: Knex, tenants: string[]): Promise<void> {
  if (!tenants.length) {
    return;
  }
  const [{ version }] = await trx(COUNTER)
    .where({ id: 1 })
    .update({ version: trx.raw('version + 1') })
    .returning('version');
  // In name order: no two transactions wait for each other.
  const rows = [...new Set(tenants)]
    .sort()
    .map(tenant => ({ tenant, version }));
  await trx(CHANGES).insert(rows).onConflict('tenant').merge();
}

export async function readChanges(
  knex: Knex,
  since: number,
): Promise<TenantChanges> {
  const rows: { tenant: string; version: number | string }[] = await knex(
    CHANGES,
  )
    .where('version', '>', since)
    .select('tenant', 'version');
  return {
    version: Math.max(since, ...rows.map(row => Number(row.version))),
    tenants: rows.map(row => row.tenant),
  };
}

/** The version of the last change. */
export async function readVersion(knex: Knex): Promise<number> {
  const row = await knex(COUNTER).where({ id: 1 }).first('version');
  return Number(row.version);
}
