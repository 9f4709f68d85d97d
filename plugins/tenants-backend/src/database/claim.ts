import { randomUUID } from 'node:crypto';
import { Knex } from 'knex';
import { noteChanges } from './changes';
import { insertProof } from './enqueue';
import { Claim, StoredProof } from './ProofStore';
import { IS_OPEN, LOCKS, LockRow, PROOFS, ProofRow, toProof } from './rows';

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
      await noteChanges(trx, tenants);
      return { proofs };
    });
  } catch (error) {
    if (error instanceof BusyError) {
      return { busy: error.tenant };
    }
    throw error;
  }
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
  const open = await trx<ProofRow>(PROOFS).where({ tenant }).whereRaw(IS_OPEN);
  const row = open.find(p => p.state === 'queued' && (!id || p.id === id));
  // One that runs on after its lease: somebody has to close it first.
  const isRunning = open.some(p => p.state === 'running');
  const changed =
    row &&
    !isRunning &&
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
