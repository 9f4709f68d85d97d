import { mockServices, TestDatabaseId } from '@backstage/backend-test-utils';
import { Knex } from 'knex';
import { testDatabases } from '../__testUtils__/databases';
import { testResult } from '../__testUtils__/testResult';
import { DatabaseProofStore } from './DatabaseProofStore';

describe('queries of DatabaseProofStore', () => {
  const databases = testDatabases();

  const LARGE = 'proofs|receipts|pairs|tenant_changes';

  /** What of a query's plan reads a large table from one end to the other. */
  async function scansOf(
    knex: Knex,
    sql: string,
    bindings: unknown[],
  ): Promise<string[]> {
    if (knex.client.config.client === 'pg') {
      const connection = await knex.client.acquireConnection();
      try {
        // Tables are all but empty here: ask what it could do, not what it would.
        await connection.query('set enable_seqscan = off');
        const { rows } = await connection.query(`explain ${sql}`, bindings);
        const plan = rows.map((row: any) => row['QUERY PLAN'].trim());
        const scan = new RegExp(`Seq Scan on (${LARGE})\\b`);
        return plan.filter((line: string) => scan.test(line));
      } finally {
        await knex.client.releaseConnection(connection);
      }
    }
    const plan = await knex.raw(`explain query plan ${sql}`, bindings as []);
    const scan = new RegExp(`SCAN (${LARGE})\\b(?!.* USING)`);
    return plan
      .map((row: any) => row.detail)
      .filter((line: string) => scan.test(line));
  }

  it.each(databases.eachSupportedId())(
    'each go by an index, %p',
    async (id: TestDatabaseId) => {
      const knex = await databases.init(id);
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
      await store.pairs(['acme', 'globex'], ['acme']);
      await store.changes(1);
      await store.version();
      await store.attempts('acme');
      await store.prune({ days: 30, count: 1 });
      knex.removeAllListeners('query');

      const scans: string[] = [];
      for (const [sql, bindings] of queries) {
        for (const line of await scansOf(knex, sql, bindings)) {
          scans.push(`${sql}: ${line}`);
        }
      }
      expect(queries.size).toBeGreaterThan(20);
      expect(scans).toEqual([]);
    },
  );
});
