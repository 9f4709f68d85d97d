import { setTimeout as sleep } from 'node:timers/promises';
import { knex, Knex } from 'knex';
import { OperationStore } from '../../../plugins/tenants-backend/src/database/OperationStore';
import { ProofStore } from '../../../plugins/tenants-backend/src/database/ProofStore';
import { tenantName } from './apiData';

/** Milliseconds between two proofs: a thousand tenants in five minutes. */
const GAP_MS = 300;

/**
 * Writes proofs as another replica does that proves a thousand tenants every five
 * minutes: queued, running, three times its progress, done.
 */
export async function otherReplica(
  connection: Knex.Config['connection'],
  uids: readonly string[],
) {
  const db = knex({ client: 'pg', connection });
  const operations = new OperationStore(db);
  const store = new ProofStore(db, operations);
  const startedAt = Date.now();
  let isStopped = false;
  let proofs = 0;
  const writing = (async () => {
    for (let n = 0; !isStopped; n = (n + 7) % uids.length) {
      await operations.enqueue({
        tenant: tenantName(n),
        cluster: 'lab',
        owner: 'group:default/team',
        uid: uids[n],
        trigger: 'schedule',
        request: { kind: 'prove' },
      });
      const proof = await operations.claim({ proofs: [], changes: [] });
      if (proof) {
        for (let done = 1; done <= 3; done++) {
          const progress = { phase: 'attacking', done, total: 3 };
          await operations.update(proof, { progress });
        }
        await store.finish(proof, { verdicts: [], receipts: [] });
        proofs++;
      }
      await sleep(GAP_MS);
    }
  })();
  return {
    async stop(): Promise<string> {
      isStopped = true;
      await writing;
      await db.destroy();
      const rate = (proofs * 1000) / (Date.now() - startedAt);
      return `while another replica makes ${rate.toFixed(1)} proofs a second`;
    },
  };
}
