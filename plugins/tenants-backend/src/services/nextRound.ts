import { isError } from '@backstage/errors';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { ProofStore, StoredProof } from '../database/ProofStore';
import { rankNeighbours } from './neighbours';
import { Announcer } from './TenantAnnouncer';
import { TenantSource } from './TenantSource';
import { unproven } from './verdicts';

/** A round that is ours to make. */
export interface ReadyRound {
  /** In the order of the proofs */
  tenants: TenantRecord[];
  proofs: StoredProof[];
}

interface Options {
  store: ProofStore;
  source: TenantSource;
  announcer: Announcer;
  concurrency: number;
}

/**
 * The next round of the queue, locked and running. `undefined` when the queue is
 * empty, all of it is busy, or as many rounds as may be are being made.
 */
export async function nextRound(
  options: Options,
): Promise<ReadyRound | undefined> {
  const { store, source, concurrency } = options;
  const queue = await store.queue();
  if (!queue.length) {
    return undefined;
  }
  const locks = await store.locks();
  if (new Set(locks.map(lock => lock.round)).size >= concurrency) {
    return undefined;
  }
  const { tenants, away } = await source.list();
  const busy = new Set(locks.map(lock => lock.tenant));
  const queued = new Set(queue.map(proof => proof.tenant));
  for (const proof of queue.filter(p => !busy.has(p.tenant))) {
    const tenant = await findTenant(proof, options, away.get(proof.cluster));
    if (tenant) {
      const round = await claim({
        proof,
        tenant,
        tenants,
        busy,
        queued,
        store,
      });
      if (round) {
        return round;
      }
    }
  }
  return undefined;
}

/** The tenant of a queued proof; where there is none to prove, the proof ends here. */
async function findTenant(
  proof: StoredProof,
  options: Options,
  away: string | undefined,
): Promise<TenantRecord | undefined> {
  const { store, source, announcer } = options;
  let problem = away;
  if (!problem) {
    try {
      const tenant = await source.get(proof.tenant);
      if (tenant.phase === 'active') {
        return tenant;
      }
      problem = 'The tenant is being removed';
    } catch (error) {
      problem = isError(error) ? error.message : String(error);
    }
  }
  const verdicts = unproven(problem);
  const closed = await store.finish(proof, { verdicts, receipts: [] });
  if (closed) {
    await announcer.moved(closed.proof);
  }
  return undefined;
}

/** With the neighbour whose turn it is; with the canary alone where all are busy. */
async function claim(options: {
  proof: StoredProof;
  tenant: TenantRecord;
  tenants: TenantRecord[];
  busy: Set<string>;
  queued: Set<string>;
  store: ProofStore;
}): Promise<ReadyRound | undefined> {
  const { proof, tenant, tenants, store } = options;
  const [attempts, proved] = await Promise.all([
    store.attempts(tenant.name),
    store.statuses(),
  ]);
  const ranked = rankNeighbours({ ...options, attempts, proved });
  for (const neighbour of [...ranked, undefined]) {
    const claimed = await store.claim(proof, neighbour);
    if (claimed.busy === tenant.name) {
      return undefined;
    }
    if (claimed.busy === undefined) {
      const other = tenants.find(t => t.name === neighbour);
      return {
        proofs: claimed.proofs,
        tenants: other ? [tenant, other] : [tenant],
      };
    }
  }
  return undefined;
}
