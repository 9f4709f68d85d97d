import { mockServices } from '@backstage/backend-test-utils';
import { NotFoundError } from '@backstage/errors';
import { testTenant } from '../__testUtils__/testTenant';
import { ClusterTenantSource } from './ClusterTenantSource';

describe('ClusterTenantSource', () => {
  const logger = mockServices.logger.mock();
  const clock = { now: 0 };
  const isAway = { lab: false, prod: false };
  const readAll = jest.fn(async (cluster: string) => {
    if (isAway[cluster as 'lab' | 'prod']) {
      throw new Error(`${cluster} gives no answer`);
    }
    return cluster === 'lab'
      ? [testTenant('globex')]
      : [testTenant('acme', { cluster: 'prod' })];
  });
  const readOne = jest.fn();
  const source = ClusterTenantSource.fromReader({
    reader: { clusters: ['lab', 'prod'], readAll, readOne },
    logger,
    now: () => clock.now,
  });

  it('reads each cluster once for many who ask, and keeps what an absent one had', async () => {
    const [first] = await Promise.all([source.list(), source.list()]);
    expect(first.tenants.map(t => t.name)).toEqual(['acme', 'globex']);
    expect(first.away.size).toBe(0);
    await source.list();
    expect(readAll).toHaveBeenCalledTimes(2);

    isAway.prod = true;
    for (let i = 0; i < 40; i++) {
      clock.now += 2_000;
      // What is at hand will do; the next one has what is being read.
      await source.list();
      await new Promise(resolve => setImmediate(resolve));
      const { tenants, away } = await source.list();
      expect(tenants.map(t => t.name)).toEqual(['acme', 'globex']);
      expect([...away]).toEqual([['prod', 'prod gives no answer']]);
    }
    // Asked again for whoever needs it, once a second at most. Said once.
    expect(readAll.mock.calls.filter(([c]) => c === 'prod')).toHaveLength(41);
    await source.list();
    expect(readAll.mock.calls.filter(([c]) => c === 'prod')).toHaveLength(41);
    expect(logger.warn).toHaveBeenCalledTimes(1);

    isAway.prod = false;
    clock.now += 1_000;
    // The first who asks has it: nothing waits for a timer.
    expect((await source.list()).away.size).toBe(0);
    expect(logger.info).toHaveBeenCalledWith('Cluster prod is back');
  });

  it('tells what is not there from what can not be looked up', async () => {
    readOne.mockRejectedValueOnce(new NotFoundError('There is no tenant x'));
    await expect(source.get('x')).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    readOne.mockRejectedValueOnce(new Error('connect ECONNREFUSED'));
    await expect(source.get('x')).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('connect ECONNREFUSED'),
    });
    readOne.mockClear();
    await expect(source.get('a,b=c')).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    expect(readOne).not.toHaveBeenCalled();
  });
});

describe('ClusterTenantSource, asked often', () => {
  const clock = { now: 0 };
  const acme = testTenant('acme');
  let tenants = [acme];
  const readAll = jest.fn(async () => tenants.map(t => ({ ...t })));
  const readOne = jest.fn(async (name: string) => testTenant(name));
  const source = ClusterTenantSource.fromReader({
    reader: { clusters: ['lab'], readAll, readOne },
    logger: mockServices.logger.mock(),
    now: () => clock.now,
  });
  const settle = () => new Promise(resolve => setImmediate(resolve));

  it('hands out the same until something has changed, and looks up what it does not know', async () => {
    const first = await source.list();
    clock.now += 3_000;
    await source.list();
    await settle();
    expect(readAll).toHaveBeenCalledTimes(2);
    expect(await source.list()).toBe(first);
    expect(await source.find('acme')).toBe(first.tenants[0]);
    expect(readOne).not.toHaveBeenCalled();

    await source.find('globex');
    expect(readOne).toHaveBeenCalledWith('globex');
    tenants = [acme, testTenant('globex')];
    // Nobody has asked for long: now one waits for what is new.
    clock.now += 10_000;
    const second = await source.list();
    expect(second).not.toBe(first);
    expect(second.tenants[0]).toBe(first.tenants[0]);
    expect((await source.find('globex')).name).toBe('globex');
    expect(readOne).toHaveBeenCalledTimes(1);
  });
});
