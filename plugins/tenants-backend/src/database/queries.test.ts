import { mockServices } from '@backstage/backend-test-utils';
import { testDatabases } from '../__testUtils__/databases';
import { testResult } from '../__testUtils__/testResult';
import { DatabaseProofStore } from './DatabaseProofStore';

describe('queries of DatabaseProofStore', () => {
  const databases = testDatabases();

  it('each go by an index', async () => {
    const knex = await databases.init('SQLITE_3');
    const store = await DatabaseProofStore.create({
      database: mockServices.database.mock({ getClient: async () => knex }),
      intervalMs: 300_000,
    });
    const queries = new Map<string, unknown[]>();
    knex.on('query', ({ sql, bindings }) => {
      if (/^(select|update|delete)/.test(sql)) {
        queries.set(sql, bindings ?? []);
      }
    });

    const request = { cluster: 'lab', trigger: 'schedule' } as const;
    const { proof } = await store.enqueue({ tenant: 'acme', ...request });
    await store.enqueue({ tenant: 'acme', ...request, trigger: 'user' });
    await store.queue();
    await store.locks();
    const claim = await store.claim(proof, 'globex');
    const [acme] = 'proofs' in claim ? claim.proofs : [];
    await store.heartbeat([acme.id]);
    await store.progress(acme.id, { phase: 'attacking', done: 1, total: 2 });
    await store.finish(acme, testResult('holds', 'globex'));
    await store.closeExpired(testResult('unproven'));
    await store.get('acme', acme.id);
    await store.list('acme', { limit: 10, offset: 0 });
    await store.latest(['acme', 'globex']);
    await store.current(['acme', 'globex']);
    await store.pairs(['acme', 'globex']);
    await store.attempts('acme');
    await store.prune({ days: 30, count: 1 });
    knex.removeAllListeners('query');

    const scans: string[] = [];
    for (const [sql, bindings] of queries) {
      const plan = await knex.raw(`explain query plan ${sql}`, bindings as []);
      for (const { detail } of plan) {
        if (/SCAN (proofs|receipts|pairs)\b(?!.* USING)/.test(detail)) {
          scans.push(`${sql}: ${detail}`);
        }
      }
    }
    expect(queries.size).toBeGreaterThan(20);
    expect(scans).toEqual([]);
  });
});
