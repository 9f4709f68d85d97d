import { mockServices } from '@backstage/backend-test-utils';
import { testDatabases } from '../__testUtils__/databases';
import { testResult } from '../__testUtils__/testResult';
import { DatabaseProofStore } from '../database/DatabaseProofStore';
import { ProofView } from './ProofView';

jest.setTimeout(60_000);

describe('ProofView', () => {
  const databases = testDatabases();

  it.each(databases.eachSupportedId())(
    'is never older than the question, whichever replica writes, %p',
    async id => {
      const knex = await databases.init(id);
      const replica = (runner: string) =>
        DatabaseProofStore.create({
          database: mockServices.database.mock({ getClient: async () => knex }),
          intervalMs: 300_000,
          runner,
        });
      const [store, other] = [await replica('one'), await replica('two')];
      const changes = jest.spyOn(store, 'changes');
      const latest = jest.spyOn(store, 'latest');
      const view = ProofView.create({ store });
      const enqueue = async () =>
        (
          await other.enqueue({
            tenant: 'acme',
            cluster: 'lab',
            trigger: 'user',
          })
        ).proof;
      await view.fresh();
      expect(view.get('acme')).toEqual({ stamp: 0 });

      for (let i = 0; i < 20; i++) {
        const proof = await enqueue();
        // Looks that are under way while the other replica writes.
        const early = view.fresh();
        const claim = await other.claim(proof);
        if (!('proofs' in claim)) {
          throw new Error('busy');
        }
        await other.finish(claim.proofs[0], testResult('holds'));
        await view.fresh();
        expect(view.get('acme').latest?.proof.id).toBe(proof.id);
        expect(view.get('acme').current).toBeUndefined();
        await early;
      }

      const { stamp } = view;
      changes.mockClear();
      latest.mockClear();
      // One look for all who ask at the same time, and nothing read in vain.
      await Promise.all(Array.from({ length: 100 }, () => view.fresh()));
      expect(changes).toHaveBeenCalledTimes(1);
      expect(latest).not.toHaveBeenCalled();
      expect(view.stamp).toBe(stamp);
    },
  );

  it('does not let one who asks later make do with a look that began earlier', async () => {
    let version = 1;
    const gates: (() => void)[] = [];
    const view = ProofView.create({
      store: {
        version: async () => 0,
        latest: async () => new Map(),
        current: async () => new Map(),
        changes: async () => {
          const found = { version, tenants: [`t-${version}`] };
          await new Promise<void>(resolve => gates.push(resolve));
          return found;
        },
      } as any,
    });
    const settle = () => new Promise(resolve => setTimeout(resolve, 20));
    await view.fresh();
    const first = view.fresh();
    await settle();
    version = 2;
    const second = view.fresh();
    await settle();
    expect(gates).toHaveLength(1);
    gates[0]();
    await first;
    expect(view.get('t-2').stamp).toBe(0);
    await settle();
    gates[1]();
    await second;
    expect(view.get('t-2').stamp).not.toBe(0);
  });

  it('reads anew after a failure', async () => {
    const changes = jest.fn();
    const view = ProofView.create({
      store: {
        version: async () => 0,
        latest: async () => new Map(),
        current: async () => new Map(),
        changes,
      } as any,
    });
    await view.fresh();
    changes.mockRejectedValueOnce(new Error('the database is away'));
    await expect(view.fresh()).rejects.toThrow('the database is away');
    changes.mockResolvedValueOnce({ version: 1, tenants: ['acme'] });
    await view.fresh();
    expect(view.get('acme').stamp).not.toBe(0);
  });
});
