import { randomUUID } from 'node:crypto';
import { ProofTrigger } from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { noteChanges } from './changes';
import { StoredProof } from './ProofStore';
import { openProofs } from './read';
import { PROOFS, ProofRow, toProof } from './rows';

/** Who joins a queued proof makes it at least as urgent as what they ask for. */
const URGENCY: ProofTrigger[] = ['schedule', 'user', 'task'];

/** What is asked for when a proof is queued. */
export interface EnqueueRequest {
  tenant: string;
  cluster: string;
  trigger: ProofTrigger;
}

/** Queues a proof, or joins one: see `ProofStore.enqueue`. */
export async function enqueueProof(
  trx: Knex,
  request: EnqueueRequest,
  now: number,
): Promise<{ proof: StoredProof; joined: boolean }> {
  const { tenant, cluster, trigger } = request;
  const before = await openProofs(trx, [tenant]);
  const running = before.find(isRunning);
  if (running && trigger !== 'task') {
    return { proof: toProof(running), joined: true };
  }
  const id = randomUUID();
  await insertProof(trx, { id, tenant, cluster, trigger, now });
  const open = (await openProofs(trx, [tenant])).find(row => !isRunning(row));
  if (!open) {
    // The one that was in the way has just been taken from the queue.
    return enqueueProof(trx, request, now);
  }
  const isMoreUrgent = URGENCY.indexOf(trigger) > URGENCY.indexOf(open.trigger);
  if (isMoreUrgent) {
    await trx(PROOFS)
      .where({ id: open.id, state: 'queued' })
      .update({ trigger });
    open.trigger = trigger;
  }
  const joined = open.id !== id;
  if (!joined || isMoreUrgent) {
    await noteChanges(trx, [tenant]);
  }
  return { proof: toProof(open), joined };
}

/** Queues a proof unless one of that tenant is queued. */
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

export function isRunning(row: ProofRow): boolean {
  return row.state === 'running';
}
