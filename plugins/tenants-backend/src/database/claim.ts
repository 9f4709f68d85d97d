import { randomUUID } from 'node:crypto';
import { Knex } from 'knex';
import { Claim, StoredProof } from './ProofStore';
import { LOCKS, LockRow, PROOFS, ProofRow, toProof } from './rows';

/** Who asks, and until when what it gets is its own. */
export interface Lease {
  runner: string;
  now: number;
  until: number;
}

/** Rolls a claim back and says who was busy. */
class BusyError extends Error {
  constructor(readonly tenant: string) {
    super(`${tenant} is busy`);
  }
}

/**
 * Locks a tenant, and its neighbour if there is one, and sets their proofs
 * running; all of it or nothing.
 */
export async function claimRound(
  knex: Knex,
  proof: StoredProof,
  neighbour: string | undefined,
  lease: Lease,
): Promise<Claim> {
  const round = randomUUID();
  const tenants = [proof.tenant, ...(neighbour ? [neighbour] : [])];
  try {
    return await knex.transaction(async trx => {
      // In name order: two replicas that want the same pair can't deadlock.
      for (const tenant of [...tenants].sort()) {
        await lock(trx, tenant, round, lease);
      }
      const proofs = [
        await run(trx, proof.tenant, neighbour ?? 'canary', lease, proof.id),
      ];
      if (neighbour) {
        await insertProof(trx, {
          id: randomUUID(),
          tenant: neighbour,
          cluster: proof.cluster,
          trigger: 'schedule',
          now: lease.now,
        });
        proofs.push(await run(trx, neighbour, proof.tenant, lease));
      }
      return { proofs };
    });
  } catch (error) {
    if (error instanceof BusyError) {
      return { busy: error.tenant };
    }
    throw error;
  }
}

/** Queues a proof unless one of that tenant is queued or running. */
export async function insertProof(
  knex: Knex,
  proof: Pick<ProofRow, 'id' | 'tenant' | 'cluster' | 'trigger'> & {
    now: number;
  },
): Promise<void> {
  const { now, ...columns } = proof;
  await knex(PROOFS)
    .insert({ ...columns, state: 'queued', created_at: now, started_at: now })
    .onConflict()
    .ignore();
}

async function lock(
  trx: Knex,
  tenant: string,
  round: string,
  lease: Lease,
): Promise<void> {
  await trx(LOCKS)
    .where({ tenant })
    .andWhere('lease_until', '<', lease.now)
    .delete();
  await trx(LOCKS)
    .insert({ tenant, round, runner: lease.runner, lease_until: lease.until })
    .onConflict('tenant')
    .ignore();
  const owner = await trx<LockRow>(LOCKS).where({ tenant }).first();
  if (owner?.round !== round) {
    throw new BusyError(tenant);
  }
}

async function run(
  trx: Knex,
  tenant: string,
  neighbour: string,
  lease: Lease,
  id?: string,
): Promise<StoredProof> {
  const queued = { tenant, state: 'queued', ...(id && { id }) };
  const row = await trx<ProofRow>(PROOFS).where(queued).first();
  const changed =
    row &&
    (await trx(PROOFS).where({ id: row.id, state: 'queued' }).update({
      state: 'running',
      neighbour,
      started_at: lease.now,
      runner: lease.runner,
      lease_until: lease.until,
    }));
  if (!changed) {
    throw new BusyError(tenant);
  }
  return toProof({
    ...row,
    state: 'running',
    neighbour,
    started_at: lease.now,
  });
}
