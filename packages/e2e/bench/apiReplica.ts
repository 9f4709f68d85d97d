import { setTimeout as sleep } from 'node:timers/promises';
import { knex, Knex } from 'knex';
import { DatabaseProofStore } from '../../../plugins/tenants-backend/src/database/DatabaseProofStore';
import { TENANTS, tenantName } from './apiData';

/** Milliseconds between two proofs: a thousand tenants in five minutes. */
const GAP_MS = 300;

/**
 * Writes proofs as another replica does that proves a thousand tenants every five
 * minutes: queued, running, three times its progress, done.
 */
export async function otherReplica(connection: Knex.Config['connection']) {
  const db = knex({ client: 'pg', connection });
  const store = await DatabaseProofStore.create({
    database: { getClient: async () => db, migrations: { skip: true } },
    intervalMs: 300_000,
  });
  const startedAt = Date.now();
  let isStopped = false;
  let proofs = 0;
  const writing = (async () => {
    for (let n = 0; !isStopped; n = (n + 7) % TENANTS) {
      const { proof } = await store.enqueue({
        tenant: tenantName(n),
        cluster: 'lab',
        trigger: 'schedule',
      });
      const claim = await store.claim(proof);
      if ('proofs' in claim) {
        for (let done = 1; done <= 3; done++) {
          await store.progress(proof.id, {
            phase: 'attacking',
            done,
            total: 3,
          });
        }
        await store.finish(claim.proofs[0], { verdicts: [], receipts: [] });
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
