import { mockServices } from '@backstage/backend-test-utils';
import { Debts } from './Debts';

describe('Debts', () => {
  const acme = {
    uid: 'uid-acme',
    tenant: 'acme',
    cluster: 'lab',
    owner: 'group:default/guests',
    namespace: 'web-tenant-acme',
  };

  function setup() {
    const world = {
      now: 0,
      busy: new Set<string>(),
      queued: new Set<string>(),
      active: new Set([acme.uid]),
      renews: false,
      provingFor: new Map<string, number>(),
    };
    const enqueue = jest.fn(async () => {});
    const renew = jest.fn(async () => world.renews);
    const active = jest.fn(async (_: ReadonlySet<string>) => world.active);
    const debts = new Debts({
      operations: {
        openByTenant: async () => ({
          ...world,
          changing: new Set(),
        }),
      },
      active,
      enqueue,
      renew,
      logger: mockServices.logger.mock(),
      now: () => world.now,
    });
    /** Some milliseconds later. */
    const later = async (ms: number) => {
      world.now += ms;
      await debts.pay();
      return enqueue.mock.calls.length;
    };
    return { world, debts, enqueue, renew, active, later };
  }

  it('queues one proof for a flock of changes, soon, and not too often', async () => {
    const { debts, enqueue, later } = setup();
    debts.add(acme);
    expect(await later(200)).toBe(0);
    debts.add(acme);
    expect(await later(299)).toBe(0);
    expect(await later(1)).toBe(1);
    const { namespace, ...tenant } = acme;
    expect(enqueue).toHaveBeenCalledWith({
      ...tenant,
      trigger: 'event',
      request: { kind: 'prove' },
    });
    expect(await later(60_000)).toBe(1);
    // A tenant that changes all the time is attacked six times, then once in ten seconds.
    const never = async (ms: number) => {
      for (let i = 0; i < ms / 100; i++) {
        debts.add(acme);
        await later(100);
      }
      return enqueue.mock.calls.length;
    };
    expect(await never(10_000)).toBe(7);
    for (const times of [8, 9, 10]) {
      expect(await never(10_000)).toBe(times);
    }
    expect(await later(10_000)).toBe(11);
    expect(await later(60_000)).toBe(11);
    expect(await never(10_000)).toBe(17);
    debts.stop();
  });

  it('waits for what runs, which may have begun before, and takes what is queued', async () => {
    const { world, debts, later } = setup();
    world.busy.add('acme');
    debts.add(acme);
    expect(await later(5_000)).toBe(0);
    world.busy.clear();
    expect(await later(0)).toBe(1);
    // What is queued is joined: a task that is given up must not take it with it.
    world.queued.add('acme');
    debts.add(acme);
    expect(await later(60_000)).toBe(2);
    world.queued.clear();
    expect(await later(60_000)).toBe(2);
    debts.stop();
  });

  it('has a proof made anew that runs, once for each flock of changes', async () => {
    const { world, debts, renew, later } = setup();
    world.busy.add('acme');
    world.renews = true;
    debts.add(acme);
    await later(300);
    expect(renew).toHaveBeenCalledWith('acme', 0);
    world.busy.clear();
    expect(await later(60_000)).toBe(0);
    world.busy.add('acme');
    for (const times of [2, 3, 4, 5, 6, 7, 7]) {
      debts.add(acme);
      await later(300);
      expect(renew).toHaveBeenCalledTimes(times);
    }
    await later(60_000);
    expect(renew).toHaveBeenCalledTimes(8);
    debts.stop();
  });

  it('looks up only the tenants that are due while one has to wait', async () => {
    const { world, debts, active, later } = setup();
    world.busy.add('acme');
    debts.add(acme);
    for (let i = 0; i < 10; i++) {
      await later(250);
    }
    expect(active).toHaveBeenCalled();
    for (const asked of active.mock.calls) {
      expect(asked).toEqual([new Set([acme.namespace])]);
    }
    debts.stop();
  });

  it('waits for a tenant that can be attacked, and not for ever', async () => {
    const { world, debts, later } = setup();
    world.active.clear();
    debts.add(acme);
    expect(await later(60_000)).toBe(0);
    world.active.add(acme.uid);
    expect(await later(0)).toBe(1);
    world.active.clear();
    debts.add(acme);
    await later(700_000);
    world.active.add(acme.uid);
    expect(await later(0)).toBe(1);
    debts.stop();
  });

  it('leaves a proof alone that began after the change, though it was seen later', async () => {
    const { debts, world, later, renew } = setup();
    world.busy.add('acme');
    debts.add(acme, world.now - 40);
    world.provingFor.set('acme', 330);
    await later(300);
    await later(1_000);
    expect(renew).not.toHaveBeenCalled();
    debts.add(acme, world.now - 20);
    await later(300);
    expect(renew).toHaveBeenCalledTimes(1);
    debts.stop();
  });

  it('takes no proof for a later one by the fraction that the database’s clock leaves out', async () => {
    const { debts, world, later, renew } = setup();
    world.busy.add('acme');
    // It began half a millisecond before the change.
    debts.add(acme, world.now);
    world.provingFor.set('acme', 300);
    await later(300.4);
    expect(renew).toHaveBeenCalledTimes(1);
    debts.stop();
  });
});
