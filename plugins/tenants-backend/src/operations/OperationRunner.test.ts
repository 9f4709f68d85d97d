import { mockServices } from '@backstage/backend-test-utils';
import { knex, Knex } from 'knex';
import { openDatabase } from '../database/migrate';
import { OperationStore } from '../database/OperationStore';
import { StoredOperation } from '../database/rows';
import { Execution, OperationRunner } from './OperationRunner';

const wanted = (tenant: string) => ({
  tenant,
  cluster: 'lab',
  owner: 'group:default/guests',
  uid: `uid-${tenant}`,
});

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

  /** Runs a proof of acme with globex for a neighbour, and one beat of the heart in it. */
  async function run(
    meanwhile: (own: StoredOperation, other: StoredOperation) => Promise<void>,
  ) {
    const interval = jest.spyOn(global, 'setInterval');
    let execution: Execution | undefined;
    const runner = new OperationRunner({
      store,
      logger: mockServices.logger.mock(),
      concurrency: async () => 4,
      onMoved: async () => {},
      executors: {
        apply: async () => undefined,
        remove: async () => undefined,
        prove: async given => {
          execution = given;
          const other = await store.join(given.operation, wanted('globex'));
          given.hold(other!);
          await meanwhile(given.operation, other!);
          const [beat] = interval.mock.calls.at(-1)!;
          await beat();
          given.signal.throwIfAborted();
          return { state: 'succeeded' };
        },
      },
    });
    const { operation } = await store.enqueue({
      ...wanted('acme'),
      trigger: 'user',
      request: { kind: 'prove' },
    });
    await runner.idle();
    await runner.stop();
    return { ended: await store.get(operation.id), signal: execution!.signal };
  }

  it.each<[string, (other: StoredOperation) => Promise<unknown>]>([
    ['is written down', ({ id }) => store.finish(id, { state: 'succeeded' })],
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
});
