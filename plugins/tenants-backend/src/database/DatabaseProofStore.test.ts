import { mockServices, TestDatabaseId } from '@backstage/backend-test-utils';
import { testDatabases } from '../__testUtils__/databases';
import { testReceipt, testResult } from '../__testUtils__/testResult';
import { DatabaseProofStore, LEASE_MS } from './DatabaseProofStore';
import { Claim, ProofResult, StoredProof } from './ProofStore';

jest.setTimeout(60_000);

const INTERVAL_MS = 300_000;
const DAY_MS = 24 * 60 * 60_000;

describe('DatabaseProofStore', () => {
  const databases = testDatabases();

  async function setup(id: TestDatabaseId) {
    const knex = await databases.init(id);
    const clock = { now: Date.parse('2026-11-24T08:00:00Z') };
    const replica = (runner: string) =>
      DatabaseProofStore.create({
        database: mockServices.database.mock({ getClient: async () => knex }),
        intervalMs: INTERVAL_MS,
        runner,
        now: () => clock.now,
      });
    const store = await replica('one');
    const other = await replica('two');

    const enqueue = async (tenant: string) =>
      (await store.enqueue({ tenant, cluster: 'lab', trigger: 'schedule' }))
        .proof;
    /** One whole proof; hands back what changed. */
    async function prove(tenant: string, result: ProofResult) {
      const proof = await enqueue(tenant);
      const neighbour = result.neighbour;
      const round = running(
        await store.claim(
          proof,
          neighbour === 'canary' ? undefined : neighbour,
        ),
      );
      clock.now += 1000;
      for (const extra of round.slice(1)) {
        await store.finish(extra, testResult('holds', tenant));
      }
      return (await store.finish(round[0], result))!;
    }
    return { knex, clock, store, other, enqueue, prove };
  }

  function running(claim: Claim): StoredProof[] {
    if (claim.busy !== undefined) {
      throw new Error(`${claim.busy} is busy`);
    }
    return claim.proofs;
  }

  describe.each(databases.eachSupportedId())('%p', id => {
    it('keeps one open proof a tenant, which later starts join', async () => {
      const { store, other, clock } = await setup(id);
      const request = { tenant: 'acme', cluster: 'lab' };
      const [first, second] = await Promise.all([
        store.enqueue({ ...request, trigger: 'schedule' }),
        other.enqueue({ ...request, trigger: 'user' }),
      ]);
      expect(first.proof.id).toBe(second.proof.id);
      expect([first.joined, second.joined].filter(Boolean)).toHaveLength(1);

      clock.now += 10;
      await store.enqueue({ tenant: 'older', cluster: 'lab', trigger: 'task' });
      clock.now += 10;
      const queue = await store.queue();
      // Somebody waits for both of them, so the older one is first.
      expect(queue.map(p => [p.tenant, p.trigger])).toEqual([
        ['acme', 'user'],
        ['older', 'task'],
      ]);
      expect(await store.current()).toHaveProperty('size', 2);
    });

    it('says what has changed since, to every replica', async () => {
      const { store, other, enqueue } = await setup(id);
      expect(await other.version()).toBe(0);
      expect(await other.changes(0)).toEqual({ version: 0, tenants: [] });
      const seen: string[][] = [];
      let version = 0;
      const look = async () => {
        const changes = await other.changes(version);
        ({ version } = changes);
        seen.push(changes.tenants.sort());
      };
      const proof = await enqueue('acme');
      await look();
      await enqueue('acme');
      await look();
      const [acme, globex] = running(await store.claim(proof, 'globex'));
      await look();
      await store.progress(acme.id, { phase: 'attacking', done: 1, total: 2 });
      await look();
      await store.finish(globex, testResult('holds', 'acme'));
      await store.finish(acme, testResult('holds', 'globex'));
      await look();
      await store.finish(acme, testResult('holds', 'globex'));
      await look();
      expect(seen).toEqual([
        ['acme'],
        [],
        ['acme', 'globex'],
        ['acme'],
        ['acme', 'globex'],
        [],
      ]);
      expect(await other.version()).toBe(version);
    });

    it('loses no change of two replicas that write at once', async () => {
      const { store, other } = await setup(id);
      const names = Array.from({ length: 20 }, (_, i) => `t-${i}`);
      const seen = new Set<string>();
      let version = 0;
      let isDone = false;
      const reading = (async () => {
        while (!isDone) {
          const changes = await store.changes(version);
          ({ version } = changes);
          changes.tenants.forEach(tenant => seen.add(tenant));
          await new Promise(resolve => setTimeout(resolve, 1));
        }
      })();
      await Promise.all(
        names.map((tenant, i) =>
          [store, other][i % 2].enqueue({
            tenant,
            cluster: 'lab',
            trigger: 'user',
          }),
        ),
      );
      await new Promise(resolve => setTimeout(resolve, 50));
      isDone = true;
      await reading;
      expect(seen.size).toBe(names.length);
    });

    it('does not start a proof beside one that outlived its lease', async () => {
      const { store, other, clock, enqueue } = await setup(id);
      running(await store.claim(await enqueue('globex')));
      clock.now += LEASE_MS + 1;
      const { proof } = await other.enqueue({
        tenant: 'globex',
        cluster: 'lab',
        trigger: 'task',
      });
      expect(await other.claim(proof)).toEqual({ busy: 'globex' });
      expect(await other.claim(await enqueue('acme'), 'globex')).toEqual({
        busy: 'globex',
      });
      await other.closeExpired(testResult('unproven'));
      expect(running(await other.claim(proof))).toHaveLength(1);
    });

    it('locks both tenants of a round or none', async () => {
      const { store, other, enqueue } = await setup(id);
      const acme = await enqueue('acme');
      const initech = await enqueue('initech');
      const round = running(await store.claim(acme, 'globex'));
      expect(round).toMatchObject([
        { id: acme.id, tenant: 'acme', neighbour: 'globex', state: 'running' },
        { tenant: 'globex', neighbour: 'acme', trigger: 'schedule' },
      ]);
      expect(await other.claim(acme)).toEqual({ busy: 'acme' });
      expect(await other.claim(initech, 'globex')).toEqual({ busy: 'globex' });
      // Nothing is left of the attempt that failed.
      expect((await store.locks()).map(lock => lock.tenant).sort()).toEqual([
        'acme',
        'globex',
      ]);
      expect(await other.queue()).toMatchObject([{ tenant: 'initech' }]);
      running(await other.claim(initech));
      expect(
        new Set((await store.locks()).map(lock => lock.round)),
      ).toHaveProperty('size', 2);

      await store.finish(round[0], testResult('holds', 'globex'));
      expect((await store.locks()).map(lock => lock.tenant)).not.toContain(
        'acme',
      );
    });

    it('lets only one of two replicas have a tenant', async () => {
      const { store, other, enqueue } = await setup(id);
      const [a, b] = [await enqueue('a'), await enqueue('b')];
      const claims = await Promise.all([
        store.claim(a, 'b'),
        other.claim(b, 'a'),
      ]);
      expect(claims.filter(claim => claim.busy === undefined)).toHaveLength(1);
    });

    it('closes what a dead replica left, once, and not what is alive', async () => {
      const { store, other, enqueue, clock } = await setup(id);
      const dead = running(await other.claim(await enqueue('acme')));
      const alive = running(await store.claim(await enqueue('globex')));
      clock.now += LEASE_MS - 1;
      expect(await store.heartbeat([alive[0].id, dead[0].id])).toEqual([
        alive[0].id,
      ]);
      clock.now += 2;
      const result = testResult('unproven');
      const closed = await Promise.all([
        store.closeExpired(result),
        store.closeExpired(result),
      ]);
      expect(closed.flat()).toMatchObject([{ id: dead[0].id, state: 'done' }]);
      expect(await other.finish(dead[0], testResult())).toBeUndefined();
      expect(await other.heartbeat([dead[0].id])).toEqual([]);
      expect((await store.get('acme', dead[0].id))?.verdicts).toEqual(
        result.verdicts,
      );
      running(await store.claim(await enqueue('acme')));
    });

    it('takes over an expired lock', async () => {
      const { store, other, enqueue, clock } = await setup(id);
      running(await other.claim(await enqueue('acme'), 'globex'));
      clock.now += LEASE_MS + 1;
      await store.closeExpired(testResult('unproven'));
      expect(await store.locks()).toEqual([]);
      running(await store.claim(await enqueue('globex'), 'acme'));
    });

    it('stores receipts, pages of proofs, and progress', async () => {
      const { store, enqueue, clock, prove } = await setup(id);
      const receipts = Array.from({ length: 250 }, (_, i) =>
        testReceipt({ response: `answer ${i}` }),
      );
      const result = { ...testResult(), receipts, timeToEnforceMs: 120 };
      const { proof } = await prove('acme', result);
      expect(proof).toMatchObject({
        state: 'done',
        neighbour: 'canary',
        durationMs: 1000,
        timeToEnforceMs: 120,
        verdicts: result.verdicts,
      });
      expect((await store.get('acme', proof.id))?.receipts).toEqual(receipts);
      expect(await store.get('globex', proof.id)).toBeUndefined();
      expect(await store.get('acme', 'no-uuid')).toBeUndefined();

      clock.now += 1000;
      const next = await enqueue('acme');
      const progress = { phase: 'attacking', done: 3, total: 40 };
      await store.claim(next);
      await store.progress(next.id, progress);
      const page = await store.list('acme', { limit: 1, offset: 0 });
      expect(page).toMatchObject({
        totalItems: 2,
        items: [{ id: next.id, state: 'running', progress, verdicts: [] }],
      });
      expect(await store.list('acme', { limit: 1, offset: 1 })).toMatchObject({
        items: [{ id: proof.id }],
      });
      const latest = (await store.latest(['acme'])).get('acme')!;
      expect(latest.proof.id).toBe(proof.id);
    });

    it('says each breach once, and once that it is over', async () => {
      const { prove } = await setup(id);
      const changes = [];
      for (const status of [
        'holds',
        'breached',
        'breached',
        'unproven',
        'breached',
        'unproven',
        'holds',
        'holds',
      ] as const) {
        const done = await prove('acme', testResult(status));
        changes.push(
          done.changes.filter(c => c.wall === 'secret').map(c => c.status),
        );
      }
      expect(changes).toEqual([
        [],
        ['breached'],
        [],
        [],
        [],
        [],
        ['holds'],
        [],
      ]);
    });

    it('measures the pace of rounds, and is not fooled by an outage', async () => {
      const { prove, clock, store } = await setup(id);
      const gap = async () => (await store.latest()).get('acme')!.meanGapMs;
      await prove('acme', testResult());
      expect(await gap()).toBeUndefined();
      clock.now += 599_000;
      await prove('acme', testResult());
      expect(await gap()).toBe(600_000);
      clock.now += 30 * DAY_MS;
      await prove('acme', testResult());
      expect(await gap()).toBe(600_000 + 0.3 * 3 * 600_000);
    });

    it('keeps the last result of every ordered pair', async () => {
      const { store, prove, enqueue } = await setup(id);
      await prove('acme', testResult('breached', 'globex'));
      await prove('acme', testResult('holds', 'initech'));
      expect(await store.pairs(['acme', 'globex'])).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            tenant: 'acme',
            neighbour: 'globex',
            status: 'breached',
          }),
          expect.objectContaining({
            tenant: 'globex',
            neighbour: 'acme',
            status: 'holds',
          }),
        ]),
      );
      const before = await store.attempts('acme');
      // The neighbour was not well: the result stays, but it had its turn.
      const proof = await enqueue('acme');
      const [round] = running(await store.claim(proof, 'globex'));
      await store.finish(round, testResult('holds', undefined));
      const pair = (await store.pairs(['acme', 'globex'])).find(
        p => p.tenant === 'acme',
      );
      expect(pair?.status).toBe('breached');
      const after = await store.attempts('acme');
      expect(after.get('globex')).toBeGreaterThan(before.get('globex')!);
      expect(after.get('initech')).toBe(before.get('initech'));
    });

    it('prunes by age and by number, with receipts, and nothing that is open', async () => {
      const { store, knex, prove, clock, enqueue } = await setup(id);
      await prove('gone', testResult('holds', 'acme'));
      clock.now += 40 * DAY_MS;
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) {
        ids.push((await prove('acme', testResult())).proof.id);
      }
      await enqueue('acme');
      // gone's, acme's of that round, and acme's first two (one is open)
      expect(await store.prune({ days: 30, count: 3 })).toBe(4);
      const left = await store.list('acme', { limit: 10, offset: 0 });
      expect(left.items.slice(1).map(p => p.id)).toEqual([ids[3], ids[2]]);
      expect((await store.list('gone', { limit: 1, offset: 0 })).items).toEqual(
        [],
      );
      expect(await store.pairs(['gone', 'acme'])).toEqual([]);
      expect([...(await store.latest()).keys()]).toEqual(['acme']);
      const owners = await knex('receipts').distinct('proof_id');
      expect(owners).toHaveLength(2);
    });
  });
});
