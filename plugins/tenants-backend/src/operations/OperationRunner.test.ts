import { mockServices } from '@backstage/backend-test-utils';
import { knex, Knex } from 'knex';
import { openDatabase } from '../database/migrate';
import { LEASE_MS, OperationStore, proofOf } from '../database/OperationStore';
import { StoredOperation } from '../database/rows';
import { until } from '../__testUtils__/until';
import { Execution, Executor, OperationRunner } from './OperationRunner';

const wanted = (name: string) =>
  proofOf(
    {
      name,
      cluster: 'lab',
      owner: 'group:default/guests',
      uid: `uid-${name}`,
    },
    'schedule',
  );

describe('a round of two', () => {
  let db: Knex;
  let store: OperationStore;

  beforeEach(async () => {
    db = knex({
      client: 'better-sqlite3',
      connection: ':memory:',
      useNullAsDefault: true,
    });
    await openDatabase(
      mockServices.database.mock({ getClient: async () => db }),
    );
    store = new OperationStore(db, 'one');
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await db.destroy();
  });

  /** A proof of acme that waits for a runner, and that runner. */
  async function queued(
    executors: Record<'apply' | 'prove', Executor>,
    onMoved: () => Promise<void> = async () => {},
  ) {
    const runner = new OperationRunner({
      store,
      logger: mockServices.logger.mock(),
      concurrency: async () => 4,
      onMoved,
      executors: { remove: async () => undefined, ...executors },
    });
    const { operation } = await store.enqueue({
      ...wanted('acme'),
      trigger: 'user',
    });
    return { runner, operation };
  }

  /** Runs a proof of acme with globex for a neighbour, and one beat of the heart in it. */
  async function run(
    meanwhile: (own: StoredOperation, other: StoredOperation) => Promise<void>,
  ) {
    const interval = jest.spyOn(global, 'setInterval');
    let execution: Execution | undefined;
    const { runner, operation } = await queued({
      apply: async () => undefined,
      prove: async given => {
        if (execution) {
          // The neighbour's own, which was put back.
          return { state: 'succeeded' };
        }
        execution = given;
        const other = await store.join(given.operation, wanted('globex'));
        given.hold(other!);
        await meanwhile(given.operation, other!);
        const [beat] = interval.mock.calls.at(-1)!;
        await beat();
        given.signal.throwIfAborted();
        return { state: 'succeeded' };
      },
    });
    await runner.idle();
    await runner.stop();
    return { ended: await store.get(operation.id), signal: execution!.signal };
  }

  it.each<[string, (other: StoredOperation) => Promise<unknown>]>([
    ['is written down', other => store.finish(other, { state: 'succeeded' })],
    ['is cancelled', ({ id }) => store.cancel(id)],
    [
      'is taken over by another replica',
      ({ id }) => db('operations').where({ id }).update({ runner: 'two' }),
    ],
  ])('goes on when the neighbour’s proof %s', async (_, meanwhile) => {
    const { ended, signal } = await run(async (__, other) => {
      await meanwhile(other);
    });
    expect(signal.aborted).toBe(false);
    expect(ended?.state).toBe('succeeded');
  });

  it.each<[string, (own: StoredOperation) => Promise<unknown>, string]>([
    ['is cancelled', ({ id }) => store.cancel(id), 'cancelled'],
    [
      'is taken over by another replica',
      ({ id }) => db('operations').where({ id }).update({ runner: 'two' }),
      'running',
    ],
  ])('ends when its own proof %s', async (_, meanwhile, state) => {
    const { ended, signal } = await run(async own => {
      await meanwhile(own);
    });
    expect(signal.aborted).toBe(true);
    expect(ended?.state).toBe(state);
  });

  /** Runs a proof of acme with globex for a neighbour until it is let go on. */
  async function begin(isVoid: () => Promise<boolean> = async () => false) {
    const begun: string[] = [];
    const signals: AbortSignal[] = [];
    let renewable!: Execution['renewableIf'];
    const interval = jest.spyOn(global, 'setInterval');
    const { runner, operation } = await queued({
      apply: async given => {
        begun.push(`apply ${given.operation.tenant}`);
        return { state: 'succeeded' };
      },
      prove: async ({
        operation: { tenant },
        operation: own,
        signal,
        hold,
        renewableIf,
      }) => {
        begun.push(`prove ${tenant}`);
        signals.push(signal);
        renewable = renewableIf;
        renewableIf(isVoid);
        const other =
          tenant === 'acme' && (await store.join(own, wanted('globex')));
        if (other) {
          hold(other);
        }
        await new Promise(resolve => signal.addEventListener('abort', resolve));
        throw signal.reason;
      },
    });
    await runner.pump();
    await until(() => signals.length === 1);
    await until(async () => (await store.open('globex')).length === 1);
    const change = (tenant: string) =>
      store.enqueue({
        ...wanted(tenant),
        trigger: 'event',
        request: { kind: 'apply' },
      });
    const beat = () => interval.mock.calls.at(-1)![0]() as unknown;
    const renewableIf: typeof renewable = way => renewable(way);
    return { runner, operation, begun, signals, change, beat, renewableIf };
  }

  it.each(['acme', 'globex'])(
    'makes way for a change of %s, and is made after it',
    async tenant => {
      const { runner, operation, begun, change } = await begin();
      await change(tenant);
      runner.overtake(tenant);
      await until(
        () => begun.filter(what => what.startsWith('prove')).length > 1,
      );
      expect(begun.slice(0, 2)).toEqual(['prove acme', `apply ${tenant}`]);
      expect(await store.get(operation.id)).toMatchObject({
        state: 'running',
        // It was not in vain that it was begun.
        attempts: 1,
      });
      await runner.stop();
    },
  );

  it('makes way for a change that another replica has queued', async () => {
    const { runner, begun, change, beat } = await begin();
    await change('globex');
    await beat();
    await until(() => begun.includes('apply globex'));
    expect(begun.slice(0, 2)).toEqual(['prove acme', 'apply globex']);
    await runner.stop();
  });

  it('goes on with whatever others do', async () => {
    const { runner, signals, change, beat } = await begin();
    await change('umbrella');
    runner.overtake('umbrella');
    await beat();
    expect(await runner.renew('umbrella', performance.now() + 1)).toBe(false);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await runner.stop();
  });

  it('leaves its neighbour to others when it is cancelled, and sees no change then', async () => {
    const { runner, operation, signals } = await begin();
    runner.abort(operation.id);
    expect(signals[0].aborted).toBe(true);
    expect(await runner.renew('acme', performance.now())).toBe(false);
    await until(async () => (await store.open('acme')).length === 0);
    await until(async () => {
      const [open] = await store.open('globex');
      return open.state === 'queued' || signals.length > 1;
    });
    await runner.stop();
  });

  it('is made anew after a change that it did not see, but not for ever', async () => {
    const { runner, signals } = await begin();
    const later = performance.now() + 60_000;
    expect(await runner.renew('acme', performance.now() - 60_000)).toBe(true);
    expect(signals).toHaveLength(1);
    for (const begins of [2, 3]) {
      expect(await runner.renew('acme', later)).toBe(true);
      await until(() => signals.length === begins);
    }
    expect(await runner.renew('acme', later)).toBe(false);
    // Nor does the schedule's proof of its neighbour wait behind all others of its kind.
    const [{ id }] = await store.open('globex');
    expect(await db('operations').where({ id }).first('priority')).toEqual({
      priority: 3,
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
    await runner.stop();
  });

  it('goes on without its neighbour after a change of that, which is proved by itself', async () => {
    const { runner, begun, signals } = await begin();
    const later = performance.now() + 60_000;
    expect(await runner.renew('globex', later)).toBe(true);
    await until(() => signals.length === 2);
    expect(begun).toEqual(['prove acme', 'prove globex']);
    // From there on it is a round like any other.
    expect(await runner.renew('globex', performance.now() - 60_000)).toBe(true);
    expect(await runner.renew('globex', later)).toBe(true);
    await until(() => signals.length === 3);
    expect(await runner.renew('globex', later)).toBe(false);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false]);
    await runner.stop();
  });

  it('makes way for a change of a neighbour that is proved by itself, as long as it is in that, too', async () => {
    const { runner, begun, signals, change } = await begin();
    await runner.renew('globex', performance.now() + 60_000);
    await until(() => signals.length === 2);
    await change('globex');
    runner.overtake('globex');
    await until(() => begun.includes('apply globex'));
    expect(signals.slice(0, 2).map(({ aborted }) => aborted)).toEqual([
      true,
      true,
    ]);
    await runner.stop();
  });

  it('says so where its neighbour’s proof was cancelled, of which none comes by itself', async () => {
    const { runner } = await begin();
    const [{ id }] = await store.open('globex');
    await store.cancel(id);
    expect(await runner.renew('globex', performance.now() + 1)).toBe(false);
    expect(await store.open('globex')).toEqual([]);
    await runner.stop();
  });

  it('makes way for a change of a neighbour that it was proved with, on another replica', async () => {
    const { runner, operation, signals, change, beat } = await begin();
    await runner.renew('globex', performance.now() + 60_000);
    await until(() => signals.length > 1);
    // As if that one had taken it.
    const other = new OperationStore(db, 'two');
    const [own] = await store.open('globex');
    await db('operations').where({ id: own.id }).update({ runner: 'two' });
    await other.finish(own, { state: 'succeeded' });
    await change('globex');
    await other.claim({ proofs: ['lab'], changes: [] });
    await beat();
    expect(signals[0].aborted).toBe(true);
    expect((await store.get(operation.id))!.state).not.toBe('succeeded');
    await runner.stop();
  });

  it('keeps its neighbour once what came of both is written down', async () => {
    const { runner, begun, renewableIf } = await begin();
    renewableIf(undefined);
    expect(await runner.renew('globex', performance.now() + 1)).toBe(false);
    expect(await store.open('globex')).toMatchObject([{ state: 'running' }]);
    expect(begun).toEqual(['prove acme']);
    await runner.stop();
  });

  /** As if acme were changed four seconds later. */
  async function renewLate(runner: OperationRunner): Promise<boolean> {
    const now = performance.now.bind(performance);
    const clock = jest
      .spyOn(performance, 'now')
      .mockImplementation(() => now() + 4_000);
    try {
      return await runner.renew('acme', performance.now());
    } finally {
      clock.mockRestore();
    }
  }

  it.each<[string, string, boolean, () => Promise<boolean>]>([
    ['goes on', 'still counts', false, async () => false],
    ['is made anew', 'counts for nothing any more', true, async () => true],
    ['goes on', 'can’t be compared', false, () => Promise.reject(new Error())],
    ['goes on', 'is compared for too long', false, () => new Promise(() => {})],
  ])(
    '%s after a change where it began a while ago and %s',
    async (_does, _as, isVoid, voids) => {
      const { runner, signals } = await begin(voids);
      expect(await renewLate(runner)).toBe(isVoid);
      expect(signals[0].aborted).toBe(isVoid);
      await runner.stop();
    },
  );

  it('is not made anew once what came of it is written down', async () => {
    const { runner, signals, renewableIf } = await begin();
    renewableIf(undefined);
    expect(await runner.renew('acme', performance.now() + 1)).toBe(false);
    expect(signals[0].aborted).toBe(false);
    await runner.stop();
  });

  it('is not made anew where it begins by itself meanwhile', async () => {
    const { runner, signals, renewableIf } = await begin(async () => {
      renewableIf(async () => true);
      return true;
    });
    expect(await renewLate(runner)).toBe(false);
    expect(signals[0].aborted).toBe(false);
    await runner.stop();
  });

  it('that is made anew for a change ends with no task', async () => {
    const { runner, operation, signals } = await begin();
    await db('operations').where({ id: operation.id }).update({ task: 'a' });
    expect(await runner.renew('acme', performance.now() + 1)).toBe(true);
    await until(() => signals.length === 2);
    const { id } = operation;
    expect(await db('operations').where({ id }).first('task')).toEqual({
      task: null,
    });
    await runner.stop();
  });

  it('is begun once here, however long nothing was heard of it', async () => {
    const { runner, operation, begun, signals } = await begin();
    // As if everything had stood still for longer than a lease lasts.
    await db('operations').update({ lease_until: 1 });
    await runner.pump();
    await runner.pump();
    expect(begun).toEqual(['prove acme']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    expect((await store.get(operation.id))!.attempts).toBe(1);
    const other = new OperationStore(db, 'two');
    expect((await other.claim({ proofs: [], changes: [] }, []))!.tenant).toBe(
      'acme',
    );
    await runner.stop();
  });

  it.each([
    ['fails', () => Promise.reject(new Error('away'))],
    ['never ends', () => new Promise<never>(() => {})],
  ])(
    'is given up once its lease has run out where the way to the database %s',
    async (_, away) => {
      const { runner, operation, signals, beat } = await begin();
      await beat();
      const late = new AbortController();
      const timeout = jest
        .spyOn(AbortSignal, 'timeout')
        .mockReturnValue(late.signal);
      setTimeout(() => late.abort(new Error('late')), 10);
      const heartbeat = jest.spyOn(store, 'heartbeat').mockImplementation(away);
      await beat();
      expect(signals[0].aborted).toBe(false);
      timeout.mockRestore();
      heartbeat.mockRejectedValue(new Error('away'));
      const now = performance.now.bind(performance);
      const clock = jest
        .spyOn(performance, 'now')
        .mockImplementation(() => now() + LEASE_MS);
      await beat();
      clock.mockRestore();
      heartbeat.mockRestore();
      expect(signals[0].reason).toMatchObject({ reason: 'lost' });
      // Whoever takes it up finds it as a dead replica leaves it.
      expect(await store.get(operation.id)).toMatchObject({ state: 'running' });
      await runner.stop();
    },
  );

  it('whose end could not be written down is begun again here', async () => {
    const runs: string[] = [];
    const { runner, operation } = await queued({
      apply: async () => undefined,
      prove: async ({ operation: { id } }) => {
        runs.push(id);
        return { state: 'succeeded' };
      },
    });
    const finish = jest.spyOn(store, 'finish');
    finish.mockRejectedValue(new Error('away'));
    await runner.pump();
    await until(() => finish.mock.calls.length === 5, 10_000);
    finish.mockRestore();
    await db('operations').update({ lease_until: 1 });
    await until(async () => {
      await runner.pump();
      return (await store.get(operation.id))!.state === 'succeeded';
    });
    expect(runs).toEqual([operation.id, operation.id]);
    await runner.stop();
  });

  it('that cannot be told of keeps no lease', async () => {
    const onMoved = jest.fn(async () => {});
    onMoved.mockRejectedValueOnce(new Error('away'));
    const prove = async () => ({ state: 'succeeded' } as const);
    const { runner, operation } = await queued(
      { apply: async () => undefined, prove },
      onMoved,
    );
    await runner.idle();
    expect(await store.get(operation.id)).toMatchObject({
      state: 'failed',
      error: 'away',
    });
    await runner.stop();
  });
});
