import { mockServices, TestDatabaseId } from '@backstage/backend-test-utils';
import {
  OperationRequest,
  Receipt,
} from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { testDatabases } from '../__testUtils__/databases';
import { testSpec } from '../__testUtils__/testTenant';
import { testReceipt, testResult } from '../__testUtils__/testResult';
import { Debts } from '../state/Debts';
import { readNow } from './dialect';
import { MIGRATIONS, openDatabase } from './migrate';
import { Counted, LEASE_MS, OperationStore } from './OperationStore';
import { ProofStore } from './ProofStore';
import { prune } from './prune';
import { RolloutStore } from './RolloutStore';
import { TenantStore } from './TenantStore';

jest.setTimeout(60_000);

const DAY_MS = 24 * 60 * 60_000;
const ROOM = { proofs: [], changes: [] };
const TABLES = [
  'tenants',
  'applied_resources',
  'operations',
  'operation_events',
  'receipts',
  'pairs',
  'rollouts',
  'drills',
];

const databases = testDatabases();

async function setup(id: TestDatabaseId) {
  const knex = await databases.init(id);
  await openDatabase(
    mockServices.database.mock({ getClient: async () => knex }),
  );
  const operations = new OperationStore(knex, 'one');
  const other = new OperationStore(knex, 'two');
  const store = new TenantStore(knex);
  const proofs = new ProofStore(knex, operations);
  const remember = async (name: string, uid = `uid-${name}`) => {
    const { cluster, owner, ...rest } = testSpec(name);
    await store.remember({
      uid,
      name,
      cluster,
      owner,
      namespace: `web-tenant-${name}`,
      spec: { cluster, owner, ...rest },
    });
  };
  const wanted = (
    tenant: string,
    request: OperationRequest = { kind: 'prove' },
    over: object = {},
  ) => ({
    tenant,
    cluster: 'lab',
    owner: 'group:default/guests',
    uid: `uid-${tenant}`,
    trigger: 'user' as const,
    request,
    ...over,
  });
  const enqueue = async (...args: Parameters<typeof wanted>) =>
    (await operations.enqueue(wanted(...args))).operation;
  /** One whole proof of a tenant that is known. */
  async function prove(
    tenant: string,
    result = testResult(),
    neighbour?: string,
  ) {
    await enqueue(tenant);
    const proof = (await operations.claim(ROOM))!;
    return proofs.finish(proof, result, neighbour);
  }
  const expire = (id_: string) =>
    knex('operations').where({ id: id_ }).update({ lease_until: 1 });
  return {
    knex,
    operations,
    other,
    store,
    proofs,
    remember,
    wanted,
    enqueue,
    prove,
    expire,
  };
}

const apply = (size = 'small') =>
  ({ kind: 'apply', spec: testSpec('acme', { size }) } as const);

describe.each(databases.eachSupportedId())('%p', id => {
  it('goes up and down and up again', async () => {
    const { knex } = await setup(id);
    const there = async () =>
      (await Promise.all(TABLES.map(n => knex.schema.hasTable(n)))).every(
        Boolean,
      );
    expect(await there()).toBe(true);
    await knex.migrate.rollback({ directory: MIGRATIONS }, true);
    expect(await there()).toBe(false);
    await knex.migrate.latest({ directory: MIGRATIONS });
    expect(await there()).toBe(true);
  });

  it('tells the time by the database, to the millisecond', async () => {
    const { knex } = await setup(id);
    const before = Date.now();
    const at = await readNow(knex);
    expect(at).toBeGreaterThanOrEqual(before - 5);
    expect(at).toBeLessThanOrEqual(Date.now() + 5);
    expect(Number.isInteger(at)).toBe(true);
  });

  it('runs one operation a tenant, changes first, in the order they were asked for', async () => {
    const { operations, other, enqueue } = await setup(id);
    const proof = await enqueue('acme');
    const first = await enqueue('acme', apply());
    const second = await enqueue('acme', apply('medium'));
    const theirs = await enqueue(
      'globex',
      { kind: 'prove' },
      { trigger: 'task' },
    );
    const run = (await operations.claim(ROOM))!;
    expect(run.id).toBe(first.id);
    // Of acme nothing else may run, whoever asks.
    expect((await other.claim(ROOM))!.id).toBe(theirs.id);
    expect(await other.claim(ROOM)).toBeUndefined();
    await operations.finish(run, { state: 'succeeded' });
    const next = (await other.claim(ROOM))!;
    expect(next.id).toBe(second.id);
    await other.finish(next, { state: 'failed', error: 'no' });
    expect((await operations.claim(ROOM))!.id).toBe(proof.id);
    expect(await operations.get(second.id)).toMatchObject({
      state: 'failed',
      error: 'no',
      request: { spec: { size: 'medium' } },
    });
  });

  it('leaves alone what there is no room for', async () => {
    const { operations, enqueue } = await setup(id);
    await enqueue('acme');
    await enqueue('globex', apply());
    const full = { proofs: ['lab'], changes: ['lab'] };
    expect(await operations.claim(full)).toBeUndefined();
    expect(await operations.changesOpen()).toEqual(['globex']);
    const change = await operations.claim({ ...full, changes: [] });
    expect(change!.tenant).toBe('globex');
    expect((await operations.claim({ ...full, proofs: [] }))!.tenant).toBe(
      'acme',
    );
    expect(await operations.claim({ ...full, proofs: [] })).toBeUndefined();
    expect(await operations.changesOpen()).toEqual(['globex']);
    expect(await operations.rounds()).toEqual(new Map([['lab', 1]]));
  });

  it('proves nothing that waits to be changed, alone or as a neighbour', async () => {
    const { operations, enqueue, wanted } = await setup(id);
    const full = { proofs: [], changes: ['lab'] };
    await enqueue('globex');
    await enqueue('globex', apply());
    expect(await operations.claim(full)).toBeUndefined();
    await enqueue('acme');
    const proof = (await operations.claim(full))!;
    expect(proof.tenant).toBe('acme');
    expect(await operations.join(proof, wanted('globex'))).toBeUndefined();
  });

  it('brings back no neighbour’s proof that is cancelled while it is joined', async () => {
    const { knex, operations, enqueue, wanted } = await setup(id);
    await enqueue('acme');
    const proof = (await operations.claim(ROOM))!;
    const queued = await enqueue('globex');
    const cancelling = await knex.transaction();
    await cancelling('operations')
      .where({ id: queued.id })
      .update({ state: 'cancelled' });
    const joining = operations.join(proof, wanted('globex'));
    // PostgreSQL has shown it as queued by now; SQLite does one thing at a time.
    await new Promise(resolve => setTimeout(resolve, 500));
    await cancelling.commit();
    expect((await joining)?.id).not.toBe(queued.id);
    expect(await operations.get(queued.id)).toMatchObject({
      state: 'cancelled',
      attempts: 0,
    });
  });

  it('cancels what is put back at this moment', async () => {
    const { knex, operations, enqueue } = await setup(id);
    const proof = await enqueue('acme');
    await operations.claim(ROOM);
    const releasing = await knex.transaction();
    await releasing('operations').update({ state: 'queued', runner: null });
    const cancelling = operations.cancel(proof.id);
    // PostgreSQL has shown it as running by now; SQLite does one thing at a time.
    await new Promise(resolve => setTimeout(resolve, 500));
    await releasing.commit();
    expect((await cancelling)!.state).toBe('cancelled');
    expect(await operations.claim(ROOM)).toBeUndefined();
  });

  it('puts back nothing that is cancelled at this moment', async () => {
    const { knex, operations, enqueue } = await setup(id);
    await enqueue('acme');
    const proof = (await operations.claim(ROOM))!;
    const cancelling = await knex.transaction();
    await cancelling('operations').update({ cancelled: true });
    const releasing = operations.release(proof);
    await new Promise(resolve => setTimeout(resolve, 500));
    await cancelling.commit();
    await releasing;
    expect((await operations.get(proof.id))!.state).toBe('cancelled');
  });

  it('knows of no roll-out by what is no id of one', async () => {
    const { knex } = await setup(id);
    expect(await new RolloutStore(knex).get('another')).toBeUndefined();
  });

  it('joins what is equal and has not ended', async () => {
    const { operations, wanted } = await setup(id);
    const join = async (...args: Parameters<typeof wanted>) => {
      const { operation, joined } = await operations.enqueue(wanted(...args));
      return [operation.id, joined] as const;
    };
    const prove = { kind: 'prove' } as const;
    const [applied] = await join('acme', apply());
    expect(await join('acme', apply())).toEqual([applied, true]);
    expect((await join('acme', apply('medium')))[1]).toBe(false);
    // A secret of its own must not get lost.
    expect((await join('acme', apply(), { secret: '$2a$' }))[1]).toBe(false);

    const [queued] = await join('globex', prove, { trigger: 'schedule' });
    expect(await join('globex', prove, { trigger: 'task' })).toEqual([
      queued,
      true,
    ]);
    expect(await operations.get(queued)).toMatchObject({ trigger: 'task' });
    await operations.claim({ proofs: [], changes: ['lab'] });
    expect(await join('globex', prove)).toEqual([queued, true]);
    const [fresh, joined] = await join('globex', prove, { trigger: 'task' });
    expect([fresh === queued, joined]).toEqual([false, false]);
    // What runs for another namespace of that name is not equal.
    expect((await join('globex', prove, { uid: 'another' }))[1]).toBe(false);
  });

  it.each([{ kind: 'prove' } as const, apply()])(
    'queues one of %j where several ask at the same moment',
    async request => {
      const { operations, other, wanted } = await setup(id);
      const started = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 ? operations : other).enqueue(wanted('acme', request)),
        ),
      );
      expect(new Set(started.map(s => s.operation.id)).size).toBe(1);
      expect(started.filter(s => !s.joined)).toHaveLength(1);
    },
  );

  it('does each thing of a roll-out once with a tenant, however often it is placed', async () => {
    const { operations, other, wanted } = await setup(id);
    const rolloutId = '00000000-0000-4000-8000-000000000001';
    const place = async (request: OperationRequest, by = operations) =>
      (
        await by.enqueue(
          wanted('acme', request, { rolloutId, trigger: 'task' }),
        )
      ).operation.id;
    for (const request of [apply(), { kind: 'prove' } as const]) {
      const first = await place(request);
      const run = (await operations.claim(ROOM))!;
      expect(await place(request, other)).toBe(first);
      await operations.finish(run, { state: 'succeeded' });
      expect(await place(request, other)).toBe(first);
      // What failed is forgotten when a roll-out is resumed, and done again.
      await operations.forget([first]);
      expect(await place(request)).not.toBe(first);
      await operations.cancel((await operations.claim(ROOM))!.id);
      await operations.finish((await operations.ofRollout(rolloutId)).at(-1)!, {
        state: 'cancelled',
      });
    }
  });

  it('loses no operation and runs none twice, with two replicas', async () => {
    const { knex, operations, other, enqueue } = await setup(id);
    const ids = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const size = `s${i}`;
      ids.add((await enqueue(`t${i % 7}`, apply(size))).id);
    }
    const underWay = new Set<string>();
    const ran: string[] = [];
    const drain = async (store: OperationStore) => {
      for (let idle = 0; idle < 20; ) {
        const operation = await store.claim(ROOM);
        if (!operation) {
          idle++;
          await new Promise(resolve => setTimeout(resolve, 2));
          continue;
        }
        expect(underWay.has(operation.tenant)).toBe(false);
        underWay.add(operation.tenant);
        ran.push(operation.id);
        await new Promise(resolve => setTimeout(resolve, 1));
        underWay.delete(operation.tenant);
        await store.finish(operation, { state: 'succeeded' });
      }
    };
    await Promise.all([drain(operations), drain(other), drain(operations)]);
    expect(ran).toHaveLength(40);
    expect(new Set(ran)).toEqual(ids);
    const left = await knex('operations').whereNot({ state: 'succeeded' });
    expect(left).toEqual([]);
  });

  it('takes over what a dead replica has left, which then has no say', async () => {
    const { operations, other, enqueue, expire } = await setup(id);
    const { id: applied } = await enqueue('acme', apply());
    const lost = (await operations.claim(ROOM))!;
    expect(await other.claim(ROOM)).toBeUndefined();
    expect(await operations.heartbeat([applied])).toEqual(
      new Map([[applied, false]]),
    );
    await expire(applied);
    const taken = (await other.claim(ROOM))!;
    expect(taken).toMatchObject({ id: applied, attempts: 2 });
    expect(await operations.heartbeat([applied])).toEqual(new Map());
    expect(
      await operations.finish(lost, { state: 'succeeded' }),
    ).toBeUndefined();
    expect(await other.finish(taken, { state: 'succeeded' })).toBeTruthy();
  });

  it('takes over nothing that is cancelled', async () => {
    const { operations, other, enqueue, expire } = await setup(id);
    const { id: removal } = await enqueue('acme', {
      kind: 'remove',
      confirm: 'acme',
    });
    const proof = await enqueue('acme');
    await operations.claim(ROOM);
    await other.cancel(removal);
    expect(await other.claim(ROOM)).toBeUndefined();
    await expire(removal);
    // What waits for that tenant has its turn at once.
    expect((await other.claim(ROOM))!.id).toBe(proof.id);
    expect((await other.get(removal))!.state).toBe('cancelled');
    expect(await operations.heartbeat([removal])).toEqual(new Map());
  });

  it('keeps a lease as long as it is renewed', async () => {
    const { knex, operations, enqueue } = await setup(id);
    const { id: applied } = await enqueue('acme', apply());
    await operations.claim(ROOM);
    await operations.heartbeat([applied]);
    const { lease_until: until } = await knex('operations').first();
    const left = Number(until) - (await readNow(knex));
    expect(left).toBeGreaterThan(LEASE_MS - 1_000);
    expect(left).toBeLessThanOrEqual(LEASE_MS);
  });

  it('puts back what a replica gives up, and drops a proof that another one makes up for', async () => {
    const { operations, other, enqueue } = await setup(id);
    const proof = await enqueue('acme');
    await operations.release((await operations.claim(ROOM))!);
    const taken = (await other.claim(ROOM))!;
    expect(taken.id).toBe(proof.id);
    const next = await enqueue('acme', { kind: 'prove' }, { trigger: 'task' });
    await other.release(taken);
    expect((await other.get(proof.id))!.state).toBe('cancelled');
    expect((await other.claim(ROOM))!.id).toBe(next.id);
  });

  it('lets an earlier run of what was put back and taken anew have no say', async () => {
    const { operations, enqueue, remember, proofs } = await setup(id);
    await remember('acme');
    await enqueue('acme');
    const early = (await operations.claim(ROOM))!;
    await operations.release(early);
    const late = (await operations.claim(ROOM))!;
    expect(late.id).toBe(early.id);
    const progress = { phase: 'attacking', done: 1, total: 2 } as const;
    expect(await operations.update(early, { progress })).toBe(false);
    expect(await proofs.finish(early, testResult())).toBeUndefined();
    await operations.release(early);
    expect(await operations.get(late.id)).toMatchObject({ state: 'running' });
    expect(await proofs.finish(late, testResult())).toBeDefined();
  });

  it('puts back what a change has had given up before the schedule’s, not before others’', async () => {
    const { operations, enqueue } = await setup(id);
    for (const trigger of ['schedule', 'user'] as const) {
      const { id: own } = await enqueue('acme', undefined, { trigger });
      const { id: earlier } = await enqueue('globex', undefined, {
        trigger: 'schedule',
      });
      for (const isFree of [false, true]) {
        const run = (await operations.claim(ROOM))!;
        expect(run.id).toBe(own);
        await operations.release(run, { isFree, isUrgent: true });
      }
      // A change waits for it now: it is nobody's turn.
      expect((await operations.get(own))!.trigger).toBe(
        trigger === 'user' ? 'user' : 'event',
      );
      const { id: asked } = await enqueue('initech', undefined, {
        trigger: 'event',
      });
      const order = [];
      for (let i = 0; i < 3; i++) {
        order.push((await operations.claim(ROOM))!);
      }
      expect(order.map(one => one.id)).toEqual([own, asked, earlier]);
      for (const one of order) {
        await operations.finish(one, { state: 'succeeded' });
      }
    }
  });

  it('knows when a tenant had its turn: a proof for a change takes no neighbour’s place', async () => {
    const { knex, proofs, remember, prove, wanted, operations } = await setup(
      id,
    );
    await remember('acme');
    await remember('globex');
    await remember('alone');
    await prove('acme', testResult(), 'uid-globex');
    await prove('alone');
    const paired = (await proofs.turns()).get('uid-acme')!;
    await knex('pairs').update({ attempted_at: 1_000 });
    expect((await proofs.turns()).get('uid-acme')).toBe(paired);
    for (const tenant of ['acme', 'alone']) {
      await operations.enqueue(wanted(tenant, undefined, { trigger: 'event' }));
      await proofs.finish((await operations.claim(ROOM))!, testResult());
    }
    const turns = await proofs.turns();
    expect(turns.get('uid-acme')).toBe(1_000);
    expect(turns.get('uid-alone')).toBeGreaterThan(1_000);
    expect(turns.has('uid-globex')).toBe(false);
  });

  it('puts back nothing that was cancelled, and joins nothing to it', async () => {
    const { operations, enqueue } = await setup(id);
    await enqueue('acme');
    const proof = (await operations.claim(ROOM))!;
    await operations.cancel(proof.id);
    const next = await enqueue('acme');
    expect(next.id).not.toBe(proof.id);
    await operations.release(proof);
    expect((await operations.get(proof.id))!.state).toBe('cancelled');
    expect((await operations.claim(ROOM))!.id).toBe(next.id);
  });

  it('cancels what waits at once, and what runs when its replica hears of it', async () => {
    const { operations, other, enqueue } = await setup(id);
    const first = await enqueue('acme', apply());
    const second = await enqueue('acme', apply('medium'));
    await operations.claim(ROOM);
    expect((await other.cancel(second.id))!.state).toBe('cancelled');
    expect((await other.cancel(first.id))!.state).toBe('running');
    expect(await operations.heartbeat([first.id])).toEqual(
      new Map([[first.id, true]]),
    );
  });

  it('takes a neighbour into a round where it is idle, its queued proof with it', async () => {
    const { operations, other, enqueue, wanted } = await setup(id);
    await enqueue('acme');
    const queued = await enqueue(
      'globex',
      { kind: 'prove' },
      {
        trigger: 'schedule',
      },
    );
    await enqueue('busy', apply());
    await other.claim({ proofs: ['lab'], changes: [] });
    const proof = (await operations.claim(ROOM))!;
    const neighbour = (name: string) =>
      operations.join(proof, wanted(name, undefined, { trigger: 'schedule' }));
    expect(await neighbour('globex')).toMatchObject({
      id: queued.id,
      state: 'running',
      round: proof.round,
    });
    expect(await neighbour('busy')).toBeUndefined();
    expect(await neighbour('idle')).toMatchObject({ trigger: 'schedule' });
    expect(await operations.rounds()).toEqual(new Map([['lab', 1]]));
  });

  it('turns a wall that objects show to be breached, until a proof that began later', async () => {
    const { proofs, store, remember, prove, enqueue, operations, knex } =
      await setup(id);
    await remember('acme');
    await prove('acme');
    const acme = {
      uid: 'uid-acme',
      tenant: 'acme',
      cluster: 'lab',
      owner: 'group:default/guests',
    };
    const { verdicts, receipts } = testResult('breached');
    const [network, secret] = verdicts;
    const turn = (...walls: typeof verdicts) =>
      proofs.turn(acme, { verdicts: walls, receipts });
    const known = async () => (await store.find('acme'))!;
    const first = (await known()).proofId;

    // A proof has begun already: of what comes now it knows nothing.
    await enqueue('acme');
    const early = (await operations.claim(ROOM))!;
    await knex('operations')
      .where({ id: early.id })
      .update({ started_at: Date.now() - 1_000 });
    const turned = await turn(network);
    expect(turned).toMatchObject({
      changes: [{ wall: 'network', status: 'breached' }],
      proof: { state: 'succeeded', trigger: 'event' },
    });
    expect(await known()).toMatchObject({
      proofId: first,
      status: 'breached',
      turned: [{ wall: 'network', proofId: turned!.proof.id }],
    });
    // Once more is no news; another wall is.
    expect(await turn(network)).toBeUndefined();
    expect((await turn(network, secret))!.changes).toMatchObject([
      { wall: 'secret' },
    ]);
    expect((await proofs.finish(early, testResult()))!.changes).toEqual([]);
    expect(await known()).toMatchObject({
      proofId: early.id,
      status: 'breached',
      turned: [{ wall: 'network' }, { wall: 'secret' }],
    });
    expect(await proofs.get('uid-acme', turned!.proof.id)).toMatchObject({
      scope: 'state',
      state: 'done',
      verdicts: [{ wall: 'network' }],
      receipts: [{}],
    });

    await knex('tenants').update({
      turned: JSON.stringify(
        (await known()).turned.map(t => ({ ...t, at: Date.now() - 5_000 })),
      ),
    });
    const late = await prove('acme');
    expect(late!.changes).toMatchObject([
      { wall: 'network', status: 'holds' },
      { wall: 'secret', status: 'holds' },
    ]);
    expect(await known()).toMatchObject({ status: 'holds', turned: [] });
    // Nothing waits to be run because of it.
    expect(await operations.claim(ROOM)).toBeUndefined();
  });

  it('queues what an event asks for before the schedule’s, and never joins what runs', async () => {
    const { operations, enqueue } = await setup(id);
    const prove = { kind: 'prove' } as const;
    await enqueue('old', prove, { trigger: 'schedule' });
    const event = await enqueue('acme', prove, { trigger: 'event' });
    expect((await operations.claim(ROOM))!.id).toBe(event.id);
    const next = await enqueue('acme', prove, { trigger: 'event' });
    expect(next.id).not.toBe(event.id);
    expect((await enqueue('acme', prove, { trigger: 'event' })).id).toBe(
      next.id,
    );
  });

  it('has one proof made for a change that two replicas see, and another for the next', async () => {
    const { operations, other, wanted } = await setup(id);
    const [own, theirs] = [operations, other].map(
      store =>
        new Debts({
          operations: store,
          enqueue: order => store.enqueue(order),
          renew: async () => false,
          active: async () => new Set(['uid-acme']),
          logger: mockServices.logger.mock(),
        }),
    );
    const { request, trigger, ...acme } = wanted('acme');
    const changed = async (debts: Debts) => {
      debts.add({ ...acme, namespace: 'web-tenant-acme' });
      await new Promise(resolve => setTimeout(resolve, 350));
    };
    const finish = async () => {
      const [running] = await operations.open('acme');
      await operations.finish(running, { state: 'succeeded' });
      await theirs.pay();
      return (await operations.open('acme')).map(({ state }) => state);
    };
    await changed(own);
    const later = changed(theirs);
    await own.pay();
    await operations.claim(ROOM);
    await later;
    await theirs.pay();
    expect(await finish()).toEqual([]);
    // One that began before the change does not do.
    await operations.enqueue(wanted('acme'));
    await operations.claim(ROOM);
    await changed(theirs);
    await theirs.pay();
    expect(await finish()).toEqual(['queued']);
    [own, theirs].forEach(debts => debts.stop());
  });

  it('keeps events in their order, through a restart', async () => {
    const { operations, other, enqueue } = await setup(id);
    const { id: applied } = await enqueue('acme', apply());
    const event = (message: string) => ({
      message,
      at: '2026-11-26T00:00:00Z',
    });
    await operations.addEvents(applied, [event('a'), event('b')]);
    await other.addEvents(applied, [event('c')]);
    await other.addEvents(applied, []);
    const said = async (after: number) =>
      (await operations.events(applied, after)).map(e => e.message);
    expect(await said(-1)).toEqual(['a', 'b', 'c']);
    expect(await said(1)).toEqual(['c']);
  });

  it('finds the last receipt of a check that a pod has left', async () => {
    const { remember, prove, proofs } = await setup(id);
    await remember('acme', 'uid-acme');
    const last = async () =>
      (await proofs.lastOf('uid-acme', 'net.own-node'))?.target;
    const proved = async (...own: Partial<Receipt>[]) => {
      const result = testResult();
      const receipts = own.map(one =>
        testReceipt({ check: 'net.own-node', ...one }),
      );
      await prove('acme', {
        ...result,
        receipts: [...result.receipts, ...receipts],
      });
    };
    expect(await last()).toBeUndefined();
    await proved({ target: 'nodes a' });
    await proved({ target: 'nodes b' });
    expect(await last()).toBe('nodes b');
    // One that no pod has left, none at all, and one that only speaks of it.
    await proved({ target: 'x', source: { type: 'plan', name: 'acme' } });
    await proved();
    await proved({
      target: 'y',
      check: 'net.dns',
      response: '"check":"net.own-node"',
    });
    expect(await last()).toBe('nodes b');
    expect(await proofs.lastOf('uid-globex', 'net.own-node')).toBeUndefined();
  });

  it('keeps what is known of a tenant under its UID, and a name for one alone', async () => {
    const { store, remember, prove, proofs, operations } = await setup(id);
    await remember('acme', 'uid-acme');
    await remember('globex');
    const done = await prove(
      'acme',
      testResult('holds', 'globex'),
      'uid-globex',
    );
    const { id: proofId } = done!.proof;
    expect(await store.find('acme')).toMatchObject({
      uid: 'uid-acme',
      status: 'holds',
      proofId,
    });
    expect(await proofs.pairs(['uid-acme', 'uid-globex'])).toMatchObject([
      { uid: 'uid-acme', neighbourUid: 'uid-globex', status: 'holds', proofId },
    ]);
    await expect(remember('acme', 'uid-2')).rejects.toMatchObject({
      name: 'ConflictError',
    });
    await store.remove('uid-acme', async () => {});
    await remember('acme', 'uid-2');
    expect(await store.find('acme')).toMatchObject({
      uid: 'uid-2',
      status: 'unproven',
    });
    expect(await proofs.pairs(['uid-2', 'uid-acme', 'uid-globex'])).toEqual([]);
    expect(await proofs.get('uid-2', proofId)).toBeUndefined();
    expect((await proofs.list('uid-2', { limit: 9, offset: 0 })).items).toEqual(
      [],
    );
    expect(await proofs.get('uid-acme', proofId)).toMatchObject({
      receipts: [{}, { check: 'net.neighbour-service' }],
    });
    const activity = await proofs.activity(['uid-2']);
    expect(activity.get('uid-2')).toBeUndefined();
    const removed = await store.removed({ limit: 9, offset: 0 }, () => true);
    expect(removed.items).toMatchObject([{ uid: 'uid-acme', name: 'acme' }]);
    expect(
      await operations.list('acme', { limit: 9, offset: 0 }, () => false),
    ).toMatchObject({ totalItems: 0 });
  });

  it('knows of no proof of what is back, and since when it is', async () => {
    const { knex, store, remember, prove } = await setup(id);
    await remember('acme');
    await prove('acme');
    await store.noteLost('uid-acme', 'gone');
    await store.noteTold('uid-acme');
    await knex('tenants').update({ created_at: 1 });
    // What is there already is as old as it was.
    await remember('acme');
    expect((await store.find('acme'))!.createdAt).toMatch(/^1970/);
    await store.remove('uid-acme', async () => {});
    await remember('acme');
    const back = (await store.find('acme'))!;
    expect(back).toMatchObject({ uid: 'uid-acme', status: 'unproven' });
    expect([back.proofId, back.lost]).toEqual([undefined, undefined]);
    expect(Date.parse(back.createdAt)).toBeGreaterThan(Date.now() - 60_000);
    await store.noteLost('uid-acme', 'gone');
    expect((await store.find('acme'))!.lost).toMatchObject({ isTold: false });
  });

  it('lists the tenants of some namespaces, however many they are', async () => {
    const { store, remember } = await setup(id);
    await remember('acme');
    await remember('globex');
    const { namespace } = (await store.find('globex'))!;
    const others = Array.from({ length: 200 }, (_, i) => `other-${i}`);
    const list = async (names: string[]) =>
      (await store.list(new Set(names))).map(({ name }) => name);
    expect(await list([namespace])).toEqual(['globex']);
    expect(await list([namespace, ...others])).toEqual(['globex']);
    expect(await list([])).toEqual([]);
  });

  it('adds to what was applied, and knows when that is another', async () => {
    const { store, remember } = await setup(id);
    await remember('acme');
    const resource = (name: string) => ({
      stage: 'walls',
      resource: {
        type: 'vault' as const,
        wall: 'secret' as const,
        id: name,
        path: name,
        body: {},
      },
    });
    await store.addApplied('uid-acme', { a: resource('a') });
    const first = (await store.find('acme'))!.appliedDigest;
    await store.addApplied('uid-acme', { b: resource('b') });
    expect(await store.applied('uid-acme')).toEqual({
      a: resource('a'),
      b: resource('b'),
    });
    const second = (await store.find('acme'))!.appliedDigest;
    expect(second).not.toBe(first);
    await store.addApplied('uid-acme', { a: resource('a') });
    expect((await store.find('acme'))!.appliedDigest).toBe(second);
  });

  it('says of a breach once that it is new, and once that it is over', async () => {
    const { prove, remember } = await setup(id);
    await remember('acme');
    const news = async (status: Parameters<typeof testResult>[0]) =>
      (await prove('acme', testResult(status)))!.changes.map(c => c.status);
    expect(await news('breached')).toEqual(Array(3).fill('breached'));
    expect(await news('breached')).toEqual([]);
    expect(await news('unproven')).toEqual([]);
    expect(await news('holds')).toEqual(Array(3).fill('holds'));
    expect(await news('holds')).toEqual([]);
  });

  it('notes since when a tenant is lost', async () => {
    const { store, remember } = await setup(id);
    await remember('acme');
    await store.noteLost('uid-acme', 'gone');
    const first = (await store.find('acme'))!.lost!;
    await store.noteTold('uid-acme');
    await store.noteLost('uid-acme', 'away');
    expect((await store.find('acme'))!.lost).toEqual({
      since: first.since,
      reason: 'away',
      isTold: true,
    });
    await store.noteLost('uid-acme', undefined);
    expect((await store.find('acme'))!.lost).toBeUndefined();
  });

  it('prunes by age and number, but for what is worth more: what is new in it, the ends of a day, removals, and the last', async () => {
    const { knex, remember, prove, enqueue, operations } = await setup(id);
    await remember('acme');
    /** A proof of some day ago, at an hour of it. */
    const proofs: Record<string, string> = {};
    const midnight = Math.floor((await readNow(knex)) / DAY_MS) * DAY_MS;
    const at = (which: string, days: number, hour = 0) =>
      knex('operations')
        .where({ id: which })
        .update({
          created_at: midnight - days * DAY_MS + (hour * DAY_MS) / 24,
        });
    const rows = [
      ['first', 'holds', 60, 1],
      ['between', 'holds', 60, 2],
      ['breach', 'breached', 60, 3],
      ['over', 'holds', 60, 4],
      ['between too', 'holds', 60, 5],
      ['last of the day', 'holds', 60, 6],
      ['only one', 'holds', 40, 1],
      ['young, first', 'holds', 5, 1],
      ['young, between', 'holds', 5, 2],
      ['young, last', 'holds', 5, 3],
      ['newest but one', 'holds', 1, 2],
      ['newest', 'holds', 1, 3],
    ] as const;
    for (const [name, status, days, hour] of rows) {
      const { proof } = (await prove('acme', testResult(status)))!;
      proofs[name] = proof.id;
      await at(proof.id, days, hour);
    }
    const removal = await enqueue('old', { kind: 'remove', confirm: 'old' });
    await operations.finish((await operations.claim(ROOM))!, {
      state: 'succeeded',
    });
    await at(removal.id, 4_000);
    const left = async () => {
      const ids = await knex('operations').where({ kind: 'prove' }).pluck('id');
      return Object.keys(proofs).filter(name => ids.includes(proofs[name]));
    };
    const all = Object.keys(proofs);
    const without = (...gone: string[]) => all.filter(n => !gone.includes(n));
    expect(await prune(knex, { days: 30, count: 100 })).toBe(2);
    expect(await left()).toEqual(without('between', 'between too'));
    // However many there were since: only what is worth less goes.
    expect(await prune(knex, { days: 30, count: 2 })).toBe(1);
    expect(await left()).toEqual(
      without('between', 'between too', 'young, between'),
    );
    expect(await knex('receipts').distinct('proof_id')).toHaveLength(9);
    for (const proof of Object.values(proofs)) {
      await at(proof, 400);
    }
    await prune(knex, { days: 30, count: 100 });
    expect(await left()).toEqual(['newest']);
    expect(await knex('operations').pluck('id')).toContain(removal.id);
  });

  it('says since when every proof is on record, of those that had more than are kept', async () => {
    const { knex, proofs, prove, remember } = await setup(id);
    for (const name of ['acme', 'globex']) {
      await remember(name);
    }
    const made: string[] = [];
    for (let i = 0; i < 3; i++) {
      made.push((await prove('acme'))!.proof.id);
      await knex('operations')
        .where({ id: made[i] })
        .update({ created_at: i, finished_at: 10 + i });
    }
    await prove('globex');
    const since = await proofs.keptSince(['uid-acme', 'uid-globex'], 2);
    expect([...since]).toEqual([['uid-acme', 11]]);
  });

  it('lets a scheduled proof wait for those that are asked for, and not for ever', async () => {
    const { knex, operations, remember, wanted } = await setup(id);
    for (const name of ['acme', 'globex', 'initech']) {
      await remember(name);
    }
    const queue = async (tenant: string, trigger: 'user' | 'schedule') =>
      (await operations.enqueue(wanted(tenant, { kind: 'prove' }, { trigger })))
        .operation.id;
    const claim = async () => (await operations.claim(ROOM))?.tenant;
    const scheduled = await queue('acme', 'schedule');
    await queue('globex', 'user');
    expect(await claim()).toBe('globex');
    await queue('initech', 'user');
    await knex('operations')
      .where({ id: scheduled })
      .decrement('created_at', 61_000);
    expect([await claim(), await claim()]).toEqual(['acme', 'initech']);
  });

  it('counts what was asked for of a tenant, and not what the schedule does', async () => {
    const { knex, operations, remember, enqueue, wanted } = await setup(id);
    const proofs = (withinMs: number): Counted => ({
      kind: 'prove',
      triggers: ['user', 'task'],
      withinMs,
    });
    await remember('acme');
    expect((await operations.asked('uid-acme', proofs(1_000))).count).toBe(0);
    for (let i = 0; i < 2; i++) {
      await enqueue('acme');
      await operations.finish((await operations.claim(ROOM))!, {
        state: 'succeeded',
      });
    }
    await operations.enqueue(
      wanted('acme', { kind: 'prove' }, { trigger: 'schedule' }),
    );
    const asked = await operations.asked('uid-acme', proofs(60_000));
    expect(asked.count).toBe(2);
    expect(asked.freeInMs).toBeGreaterThan(50_000);
    expect(asked.freeInMs).toBeLessThanOrEqual(60_000);
    await knex('operations').decrement('created_at', 60_000);
    expect((await operations.asked('uid-acme', proofs(60_000))).count).toBe(0);
  });

  it('goes by an index, in each query', async () => {
    const t = await setup(id);
    const queries = new Map<string, unknown[]>();
    t.knex.on('query', ({ sql, bindings }) => {
      if (/^(select|update|delete)/.test(sql)) {
        queries.set(sql, bindings ?? []);
      }
    });
    const { operations, proofs, store } = t;
    await t.remember('acme');
    await t.remember('globex');
    await t.enqueue('acme');
    await t.enqueue('acme', { kind: 'prove' }, { trigger: 'task' });
    const proof = (await operations.claim(ROOM))!;
    await operations.join(proof, t.wanted('globex'));
    await operations.heartbeat([proof.id]);
    await operations.update(proof, { neighbour: 'globex' });
    await operations.addEvents(proof.id, [{ message: 'x', at: 'now' }]);
    await operations.events(proof.id, -1);
    await proofs.finish(proof, testResult('holds', 'globex'), 'uid-globex');
    await proofs.get('uid-acme', proof.id);
    await proofs.list('uid-acme', { limit: 10, offset: 0 });
    await proofs.activity(['uid-acme', 'uid-globex']);
    await proofs.pairs(['uid-acme', 'uid-globex'], ['uid-acme']);
    await proofs.breachedPairs(['uid-acme', 'uid-globex'], 1);
    await proofs.attempts('uid-acme');
    await operations.rounds();
    await operations.counts();
    await operations.changesOpen();
    await operations.openByTenant();
    await operations.list('acme', { limit: 9, offset: 0 }, () => true);
    await operations.ofRollout(proof.id);
    await operations.cancel(proof.id);
    await store.find('acme');
    await store.noteChanges('uid-acme', []);
    await store.applied('uid-acme');
    await new RolloutStore(t.knex).advance(async () => ({}));
    t.knex.removeAllListeners('query');
    const scans: string[] = [];
    for (const [sql, bindings] of queries) {
      for (const line of await scansOf(t.knex, sql, bindings)) {
        scans.push(`${sql}: ${line}`);
      }
    }
    expect(queries.size).toBeGreaterThan(25);
    expect(scans).toEqual([]);
  });
});

const LARGE = 'operations|operation_events|receipts|pairs';

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
  const scan = new RegExp(`SCAN (${LARGE}|o)\\b(?!.* USING)`);
  return plan
    .map((row: any) => row.detail)
    .filter((line: string) => scan.test(line));
}
