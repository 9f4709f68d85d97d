import { mockServices } from '@backstage/backend-test-utils';
import { HealthMonitor } from './HealthMonitor';

describe('HealthMonitor', () => {
  it('names what is away and since when, and asks no more often than it has to', async () => {
    const clock = { now: Date.parse('2026-11-24T08:00:00Z') };
    const logger = mockServices.logger.mock();
    const database = jest.fn(async () => {});
    const cluster = jest.fn(async () => {});
    const vault = jest.fn(() => new Promise<void>(() => {}));
    const monitor = new HealthMonitor({
      probes: [
        { part: 'database', check: database },
        { part: 'cluster lab', check: cluster },
      ],
      logger,
      now: () => clock.now,
    });
    await Promise.all([monitor.health(), monitor.health()]);
    const ok = { status: 'ok', problems: [], warnings: [] };
    expect(await monitor.health()).toEqual(ok);
    expect(cluster).toHaveBeenCalledTimes(1);

    clock.now -= 600_000;
    await monitor.health();
    expect(cluster).toHaveBeenCalledTimes(2);
    clock.now += 600_000;
    await monitor.health();

    cluster.mockRejectedValue(new Error('connect ECONNREFUSED'));
    clock.now += 5_000;
    await monitor.health();
    clock.now += 5_000;
    const problem = {
      part: 'cluster lab',
      message: 'connect ECONNREFUSED',
      since: '2026-11-24T08:00:05.000Z',
    };
    expect(await monitor.health()).toEqual({
      status: 'degraded',
      problems: [problem],
      warnings: [],
    });
    expect(logger.warn).toHaveBeenCalledTimes(1);

    database.mockRejectedValue(new Error('the database system is shutting'));
    clock.now += 5_000;
    expect(await monitor.health()).toMatchObject({
      status: 'unavailable',
      problems: [problem, { part: 'database' }],
    });

    database.mockResolvedValue();
    cluster.mockResolvedValue();
    clock.now += 5_000;
    expect(await monitor.health()).toEqual(ok);
    expect(logger.info).toHaveBeenCalledWith('The cluster lab is back');

    // What stops nothing is said, and all is well.
    const warned = new HealthMonitor({
      probes: [],
      warnings: () => [problem],
      logger,
    });
    expect(await warned.health()).toEqual({ ...ok, warnings: [problem] });

    const slow = new HealthMonitor({
      probes: [{ part: 'Vault of lab', check: vault }],
      logger,
      timeoutMs: 10,
    });
    expect(await slow.health()).toMatchObject({
      status: 'degraded',
      problems: [{ message: 'No answer within 0.01 s' }],
    });
  });
});
