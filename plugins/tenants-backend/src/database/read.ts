import {
  Page,
  Proof,
  ProofSummary,
} from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { LatestProof, PairResult } from './ProofStore';
import {
  IS_OPEN,
  LATEST,
  LatestRow,
  PAIRS,
  PairRow,
  PROOFS,
  ProofRow,
  RECEIPTS,
  toIso,
  toSummary,
} from './rows';

/** Names in one WHERE … IN; SQLite bounds the variables of a statement. */
const MAX_NAMES = 10_000;
/** PostgreSQL refuses to compare anything else with an id. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function readProof(
  knex: Knex,
  tenant: string,
  id: string,
): Promise<Proof | undefined> {
  const row = UUID.test(id)
    ? await knex<ProofRow>(PROOFS).where({ id, tenant }).first()
    : undefined;
  if (!row) {
    return undefined;
  }
  const bodies = await knex(RECEIPTS)
    .where({ proof_id: id })
    .orderBy('position')
    .pluck('body');
  return { ...toSummary(row), receipts: bodies.map(b => JSON.parse(b)) };
}

export async function readProofs(
  knex: Knex,
  tenant: string,
  page: { limit: number; offset: number },
): Promise<Page<ProofSummary>> {
  const [rows, counted] = await Promise.all([
    knex<ProofRow>(PROOFS)
      .where({ tenant })
      .orderBy('created_at', 'desc')
      .limit(page.limit)
      .offset(page.offset),
    knex(PROOFS).where({ tenant }).count({ count: '*' }).first(),
  ]);
  return { items: rows.map(toSummary), totalItems: Number(counted?.count) };
}

export async function readLatest(
  knex: Knex,
  tenants?: string[],
): Promise<Map<string, LatestProof>> {
  const rows: (ProofRow & Pick<LatestRow, 'mean_gap_ms'>)[] = await knex(LATEST)
    .join(PROOFS, `${PROOFS}.id`, `${LATEST}.proof_id`)
    .modify(only(`${LATEST}.tenant`, tenants))
    .select(`${PROOFS}.*`, `${LATEST}.mean_gap_ms`);
  return new Map(
    rows.map(row => [
      row.tenant,
      {
        proof: toSummary(row),
        ...(row.mean_gap_ms !== null && { meanGapMs: Number(row.mean_gap_ms) }),
      },
    ]),
  );
}

export async function readPairs(
  knex: Knex,
  tenants: string[],
  neighbours: string[],
): Promise<PairResult[]> {
  const rows: PairRow[] = await knex<PairRow>(PAIRS)
    .modify(only('tenant', tenants))
    .modify(only('neighbour', neighbours))
    .whereNotNull('status');
  return rows.map(row => ({
    tenant: row.tenant,
    neighbour: row.neighbour,
    status: row.status!,
    proofId: row.proof_id!,
    provedAt: toIso(row.proved_at!),
  }));
}

/** Queued and running proofs, one of each a tenant at most. */
export function openProofs(
  knex: Knex,
  tenants?: string[],
): Knex.QueryBuilder<ProofRow, ProofRow[]> {
  return knex<ProofRow>(PROOFS)
    .whereRaw(IS_OPEN)
    .modify(only('tenant', tenants));
}

/** With very many names, or none, every row; the caller picks by key. */
function only(column: string, names: string[] | undefined) {
  return (query: Knex.QueryBuilder) => {
    if (names && names.length <= MAX_NAMES) {
      query.whereIn(column, names);
    }
  };
}
