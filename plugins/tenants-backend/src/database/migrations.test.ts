import { testDatabases } from '../__testUtils__/databases';
import { Knex } from 'knex';
import { MIGRATIONS } from './migrate';

jest.setTimeout(60_000);

describe('migrations', () => {
  const databases = testDatabases();

  const tables = async (knex: Knex) => {
    const names = [
      'proofs',
      'receipts',
      'latest_proofs',
      'pairs',
      'tenant_locks',
      'change_counter',
      'tenant_changes',
    ];
    const there = await Promise.all(names.map(n => knex.schema.hasTable(n)));
    return names.filter((_, i) => there[i]);
  };

  it.each(databases.eachSupportedId())(
    'goes up and down and up again, %p',
    async id => {
      const knex = await databases.init(id);
      await knex.migrate.latest({ directory: MIGRATIONS });
      expect(await tables(knex)).toHaveLength(7);
      const row = {
        tenant: 'acme',
        cluster: 'lab',
        trigger: 'user',
        created_at: 1,
        started_at: 1,
      };
      const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
      await knex('proofs').insert([
        { ...row, id: uuid(1), state: 'done' },
        { ...row, id: uuid(2), state: 'done' },
        { ...row, id: uuid(3), state: 'running' },
        { ...row, id: uuid(4), state: 'queued' },
      ]);
      for (const state of ['queued', 'running']) {
        await expect(
          knex('proofs').insert({ ...row, id: uuid(5), state }),
        ).rejects.toThrow(/unique/i);
      }

      await knex.migrate.rollback({ directory: MIGRATIONS }, true);
      expect(await tables(knex)).toEqual([]);
      await knex.migrate.latest({ directory: MIGRATIONS });
      await knex.destroy();
    },
  );
});
