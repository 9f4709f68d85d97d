import { mockServices, TestDatabaseId } from '@backstage/backend-test-utils';
import { DatabaseProofStore, LEASE_MS } from '../database/DatabaseProofStore';
import { ProofStore, StoredProof } from '../database/ProofStore';
import { FakeProver, FakeTenantSource } from '../__testUtils__/fakes';
import { testDatabases } from '../__testUtils__/databases';
import { testTenant } from '../__testUtils__/testTenant';
import { ProofRunner } from './ProofRunner';
import { Announcer } from './TenantAnnouncer';

jest.setTimeout(60_000);

describe('ProofRunner', () => {
  const databases = testDatabases();

  async function setup(
    names: string[],
    options: { concurrency?: number; database?: TestDatabaseId } = {},
  ) {
    const knex = await databases.init(options.database ?? 'SQLITE_3');
    const clock = { now: Date.parse('2026-11-24T08:00:00Z') };
    const source = new FakeTenantSource();
    source.tenants = names.map(name => testTenant(name));
    const signals: string[] = [];
    const changes: string[] = [];
    const announcer: Announcer = {
      moved: async proof => {
        signals.push(`${proof.tenant} ${proof.state}`);
      },
      changed: async (tenant, change) => {
        changes.push(`${tenant.owner} ${change.wall} ${change.status}`);
      },
    };
    async function replica(name: string) {
      const store: ProofStore = await DatabaseProofStore.create({
        database: mockServices.database.mock({ getClient: async () => knex }),
        intervalMs: 300_000,
        runner: name,
        now: () => clock.now,
      });
      const prover = new FakeProver();
      const finished: StoredProof[] = [];
      const runner = ProofRunner.create({
        store,
        source,
        prover,
        announcer,
        logger: mockServices.logger.mock(),
        concurrency: options.concurrency ?? 4,
        deadlineMs: 60_000,
        onFinished: proof => finished.push(proof),
      });
      return { store, prover, runner, finished };
    }
    const start = (runner: ProofRunner, name: string) =>
      runner.start(source.tenants.find(t => t.name === name)!, 'user');
    return {
      ...(await replica('one')),
      replica,
      start,
      source,
      clock,
      signals,
      changes,
    };
  }

  /** The pairs of tenants that rounds were made of. */
  const pairs = (prover: FakeProver) =>
    prover.rounds.map(r => r.tenants.map(t => t.name).join('-'));

  async function until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!condition() && Date.now() < deadline) {
      await new Promise(resolve => setTimeout(resolve, 2));
    }
    expect(condition()).toBe(true);
  }

  it('proves a tenant and its neighbour in one round, which a second start joins', async () => {
    const t = await setup(['acme', 'globex']);
    const release = t.prover.hold();
    const first = await t.start(t.runner, 'acme');
    await until(() => t.prover.rounds.length === 1);
    const second = await t.start(t.runner, 'acme');
    const neighbour = await t.start(t.runner, 'globex');
    expect(second).toMatchObject({
      joined: true,
      proof: { id: first.proof.id, state: 'running' },
    });
    expect(neighbour).toMatchObject({
      joined: true,
      proof: { trigger: 'schedule', neighbour: 'acme' },
    });
    release();
    await t.runner.idle();
    expect(pairs(t.prover)).toEqual(['acme-globex']);
    expect(await t.store.get('acme', first.proof.id)).toMatchObject({
      state: 'done',
      neighbour: 'globex',
      trigger: 'user',
      verdicts: [{ status: 'holds' }, { status: 'holds' }, { status: 'holds' }],
      receipts: [{}, { check: 'net.neighbour-service' }],
    });
    expect(t.finished.map(p => p.tenant)).toEqual(['acme', 'globex']);
    expect(t.signals).toEqual(
      expect.arrayContaining([
        'acme queued',
        'acme running',
        'globex running',
        'acme done',
        'globex done',
      ]),
    );
    expect(await t.store.locks()).toEqual([]);
  });

  it('makes another proof for a task while one runs, which later starts join', async () => {
    const t = await setup(['acme', 'globex']);
    const release = t.prover.hold();
    const task = () =>
      t.runner.start(
        t.source.tenants.find(({ name }) => name === 'acme')!,
        'task',
      );
    const old = await t.start(t.runner, 'acme');
    await until(() => t.prover.rounds.length === 1);
    const fresh = await task();
    expect(fresh).toMatchObject({ joined: false, proof: { state: 'queued' } });
    expect(fresh.proof.id).not.toBe(old.proof.id);
    expect(await task()).toMatchObject({
      joined: true,
      proof: { id: fresh.proof.id },
    });
    // One who looks sees the one that runs, and joins it.
    expect((await t.store.current(['acme'])).get('acme')?.id).toBe(
      old.proof.id,
    );
    expect((await t.start(t.runner, 'acme')).proof.id).toBe(old.proof.id);
    await t.runner.pump();
    expect(t.prover.rounds).toHaveLength(1);
    t.prover.status.set('acme', 'breached');
    release();
    await t.runner.idle();
    expect(t.prover.rounds.map(round => round.fresh)).toEqual([false, true]);
    expect((await t.store.latest(['acme'])).get('acme')?.proof.id).toBe(
      fresh.proof.id,
    );
  });

  it('takes each neighbour in turn, and the canary alone for an odd one out', async () => {
    const t = await setup(['a', 'b', 'c', 'd', 'e']);
    const partners = new Set<string>();
    for (let round = 0; round < 4; round++) {
      t.clock.now += 1000;
      await t.start(t.runner, 'a');
      await t.runner.idle();
      partners.add(t.prover.rounds.at(-1)!.tenants[1].name);
    }
    expect([...partners].sort()).toEqual(['b', 'c', 'd', 'e']);

    t.source.tenants = ['a', 'b', 'c'].map(name => testTenant(name));
    t.prover.rounds.length = 0;
    const release = t.prover.hold();
    for (const name of ['a', 'b', 'c']) {
      await t.start(t.runner, name);
    }
    await until(() => t.prover.rounds.length === 2);
    release();
    await t.runner.idle();
    expect(t.prover.rounds.map(r => r.tenants.length).sort()).toEqual([1, 2]);
    const alone = t.prover.rounds.find(r => r.tenants.length === 1)!;
    const last = await t.store.latest([alone.tenants[0].name]);
    expect([...last.values()][0].proof.neighbour).toBe('canary');
  });

  it('covers every ordered pair within twice as many sweeps as tenants', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const t = await setup(names, { concurrency: 1 });
    for (let sweep = 0; sweep < 2 * names.length; sweep++) {
      t.clock.now += 1000;
      for (const name of names) {
        await t.store.enqueue({
          tenant: name,
          cluster: 'lab',
          trigger: 'schedule',
        });
      }
      await t.runner.idle();
    }
    expect(await t.store.pairs(names)).toHaveLength(
      names.length * (names.length - 1),
    );
  });

  it('pairs within a cluster only, and not with a tenant that is going', async () => {
    const t = await setup([]);
    t.source.tenants = [
      testTenant('acme'),
      testTenant('far', { cluster: 'other' }),
      testTenant('going', { phase: 'removing' }),
    ];
    await t.start(t.runner, 'acme');
    await t.runner.idle();
    expect(pairs(t.prover)).toEqual(['acme']);

    const { proof } = await t.store.enqueue({
      tenant: 'going',
      cluster: 'lab',
      trigger: 'schedule',
    });
    await t.runner.idle();
    expect((await t.store.get('going', proof.id))?.verdicts[0]).toMatchObject({
      status: 'unproven',
      summary: 'The tenant is being removed',
    });
  });

  it('leaves alone a tenant that is still being made', async () => {
    const t = await setup(['acme']);
    const createdAt = new Date().toISOString();
    t.source.tenants.push(testTenant('new', { createdAt }));
    await t.start(t.runner, 'acme');
    await t.runner.idle();
    expect(pairs(t.prover)).toEqual(['acme']);
    // Its own task has asked for a proof: it is made now.
    await t.runner.enqueue(t.source.tenants[1], 'task');
    await t.start(t.runner, 'acme');
    await t.runner.idle();
    await t.start(t.runner, 'acme');
    await t.runner.idle();
    expect(pairs(t.prover).slice(1)).toEqual(['new-acme', 'acme-new']);
  });

  it('makes no more rounds at once than it may, over all replicas', async () => {
    const t = await setup(['a', 'b', 'c', 'd'], { concurrency: 1 });
    const two = await t.replica('two');
    const release = t.prover.hold();
    await t.start(t.runner, 'a');
    await until(() => t.prover.rounds.length === 1);
    for (const { name } of t.source.tenants) {
      await t.start(two.runner, name);
    }
    await two.runner.idle();
    expect(two.prover.rounds).toEqual([]);
    release();
    await t.runner.idle();
    expect(pairs(t.prover)).toEqual(['a-b', 'c-d']);
  });

  it.each(databases.eachSupportedId())(
    'never proves a tenant twice at once, with two replicas, %p',
    async database => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      const t = await setup(names, { database });
      const two = await t.replica('two');
      const underWay = new Map<string, number>();
      const seen: number[] = [];
      for (const { prover } of [t, two]) {
        const prove = prover.prove.bind(prover);
        prover.prove = async round => {
          for (const { name } of round.tenants) {
            underWay.set(name, (underWay.get(name) ?? 0) + 1);
            seen.push(underWay.get(name)!);
          }
          await new Promise(resolve => setTimeout(resolve, 5));
          const results = await prove(round);
          round.tenants.forEach(({ name }) => underWay.set(name, 0));
          return results;
        };
      }
      const started = new Set<string>();
      for (let sweep = 0; sweep < 4; sweep++) {
        t.clock.now += 1000;
        await Promise.all(
          names.flatMap(name =>
            [t, two].map(async ({ runner }) => {
              started.add((await t.start(runner, name)).proof.id);
            }),
          ),
        );
        await Promise.all([t.runner.idle(), two.runner.idle()]);
        await Promise.all([t.runner.idle(), two.runner.idle()]);
      }
      expect(Math.max(...seen)).toBe(1);
      expect(two.prover.rounds.length).toBeGreaterThan(0);
      const done = [...t.finished, ...two.finished].map(proof => proof.id);
      expect(new Set(done).size).toBe(done.length);
      expect([...started].filter(id => !done.includes(id))).toEqual([]);
      expect(await t.store.locks()).toEqual([]);
    },
  );

  it('knows a fresh tenant by its age or by the task that waits', async () => {
    const t = await setup(['acme']);
    await t.start(t.runner, 'acme');
    await t.runner.idle();
    await t.runner.start(t.source.tenants[0], 'task');
    await t.runner.idle();
    t.source.tenants = [
      testTenant('new', { createdAt: new Date().toISOString() }),
    ];
    await t.start(t.runner, 'new');
    await t.runner.idle();
    expect(t.prover.rounds.map(r => r.fresh)).toEqual([false, true, true]);
  });

  it('tells of a breach once, and is unproven with the reason where there was no proof', async () => {
    const t = await setup(['acme']);
    for (const status of ['breached', 'breached', 'holds'] as const) {
      t.prover.status.set('acme', status);
      await t.start(t.runner, 'acme');
      await t.runner.idle();
    }
    expect(t.changes).toEqual(
      ['breached', 'holds'].flatMap(status =>
        ['network', 'secret', 'resource'].map(
          wall => `group:default/guests ${wall} ${status}`,
        ),
      ),
    );
    t.prover.error = new Error("Cluster lab can't be reached: ECONNREFUSED");
    await t.start(t.runner, 'acme');
    await t.runner.idle();
    const latest = (await t.store.latest()).get('acme')!;
    expect(latest.proof.verdicts).toMatchObject([
      { status: 'unproven', summary: t.prover.error.message },
      { status: 'unproven' },
      { status: 'unproven' },
    ]);
    expect(t.changes).toHaveLength(6);
  });

  it('closes as unproven, and makes again, what a dead replica left', async () => {
    const t = await setup(['acme']);
    t.prover.hold();
    const { proof } = await t.start(t.runner, 'acme');
    await until(() => t.prover.rounds.length === 1);
    // Nobody hears of the first replica any more.
    t.clock.now += LEASE_MS + 1;
    const two = await t.replica('two');
    await two.runner.recover();
    await two.runner.idle();
    expect((await t.store.get('acme', proof.id))?.verdicts[0].summary).toBe(
      'The portal stopped during this proof',
    );
    expect(pairs(two.prover)).toEqual(['acme']);
    expect((await t.store.latest()).get('acme')!.proof).toMatchObject({
      trigger: 'user',
      verdicts: [{ status: 'holds' }, {}, {}],
    });
    // The first one's own result comes too late to count.
    await t.runner.stop();
    const proofs = await t.store.list('acme', { limit: 9, offset: 0 });
    expect(proofs.totalItems).toBe(2);
  });

  it('aborts on shutdown and leaves the proof in the queue', async () => {
    const t = await setup(['acme', 'globex']);
    t.prover.hold();
    const { proof } = await t.start(t.runner, 'acme');
    await until(() => t.prover.rounds.length === 1);
    await t.runner.stop();
    expect(t.prover.rounds[0].signal.aborted).toBe(true);
    expect(await t.store.get('acme', proof.id)).toMatchObject({
      state: 'done',
      verdicts: [{ status: 'unproven' }, {}, {}],
    });
    expect(await t.store.locks()).toEqual([]);
    expect((await t.store.queue()).map(p => p.tenant).sort()).toEqual([
      'acme',
      'globex',
    ]);
  });
});
