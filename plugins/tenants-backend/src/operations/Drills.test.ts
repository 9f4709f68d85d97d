import { mockServices } from '@backstage/backend-test-utils';
import { say } from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  DrillResult,
  Platform,
} from '@threewalls/backstage-plugin-tenants-node';
import { testDatabases } from '../__testUtils__/databases';
import { DrillStore, KnownDrills } from '../database/DrillStore';
import { openDatabase } from '../database/migrate';
import { Canaries } from './Canaries';
import { Drills, isDue, proverState } from './Drills';

jest.setTimeout(60_000);

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-11-26T08:00:00Z');

const caught = { outcome: 'caught', walls: [] } as const;
const drill = (outcome: 'caught' | 'missed' | 'failed') => ({
  outcome,
  reason: 'because',
  startedAt: '',
  finishedAt: '',
  walls: [],
});
const known = (over: Partial<KnownDrills>): KnownDrills => ({
  cluster: 'lab',
  knownSince: NOW - 10 * DAY,
  failures: 0,
  ...over,
});

describe('A cluster’s prover', () => {
  it.each<[string, Partial<KnownDrills>, RegExp]>([
    ['is new', { knownSince: NOW - HOUR }, /^none$/],
    ['was never tried', {}, /overdue/],
    [
      'caught a breach',
      { caughtAt: NOW - 2 * DAY, lastAt: NOW, last: drill('caught') },
      /^none$/,
    ],
    [
      'caught one too long ago',
      { caughtAt: NOW - 2 * DAY - 1, last: drill('caught') },
      /overdue/,
    ],
    [
      'missed one',
      { caughtAt: NOW - DAY, last: drill('missed') },
      /missed a breach: because/,
    ],
    [
      'could not be tried once',
      { caughtAt: NOW - DAY, failures: 1, last: drill('failed') },
      /^none$/,
    ],
    [
      'could not be tried twice',
      { caughtAt: NOW - DAY, failures: 2, last: drill('failed') },
      /failed 2 times: because/,
    ],
  ])('that %s', (_, over, problem) => {
    const state = proverState(known(over), NOW, DAY);
    expect(state.problem ?? 'none').toMatch(problem);
    // A clock that was moved makes young what is old.
    const clocks = say('clocksDiffer', { seconds: 90 });
    expect(proverState(known(over), NOW, DAY, clocks)).toMatchObject({
      problem: clocks.summary,
      wording: clocks.wording,
    });
  });

  it.each<[string, Partial<KnownDrills>, boolean]>([
    ['just known', { knownSince: NOW - 60_000 }, false],
    ['known for a while', { knownSince: NOW - 120_000 }, true],
    ['caught', { lastAt: NOW - DAY + 1, last: drill('caught') }, false],
    ['caught a day ago', { lastAt: NOW - DAY, last: drill('caught') }, true],
    ['missed just now', { lastAt: NOW - 1, last: drill('missed') }, false],
    ['missed', { lastAt: NOW - HOUR / 4, last: drill('missed') }, true],
    ['failed', { lastAt: NOW - HOUR / 4, last: drill('failed') }, true],
  ])('%s: is due: %s', (_, over, due) => {
    expect(isDue(known(over), NOW, DAY)).toBe(due);
  });
});

const databases = testDatabases();

describe.each(databases.eachSupportedId())('Drills on %s', id => {
  it('are made when they are due, and their end is noted', async () => {
    const knex = await databases.init(id);
    await openDatabase(
      mockServices.database.mock({ getClient: async () => knex }),
    );
    const results: (DrillResult | Error)[] = [
      { outcome: 'missed', reason: 'blind', walls: [] },
      new Error('no cluster'),
      { ...caught, walls: [] },
    ];
    const run = jest.fn(async () => {
      const result = results.shift()!;
      if (result instanceof Error) {
        throw result;
      }
      return result;
    });
    let shiftMs = 0;
    const onDoubt = jest.fn(async () => {});
    const auditor = mockServices.auditor.mock();
    auditor.createEvent.mockResolvedValue({
      success: async () => {},
      fail: async () => {},
    });
    const drills = new Drills({
      platform: { proofs: { drillIntervalMs: DAY } } as Platform,
      clusters: { all: () => [{ name: 'lab' }] } as unknown as Clusters,
      canaries: { keep: async () => {} } as unknown as Canaries,
      store: new DrillStore(knex),
      auditor,
      logger: mockServices.logger.mock(),
      prove: async () => new Map(),
      run,
      onDoubt,
      now: () => Date.now() + shiftMs,
    });
    /** As if so much time had passed. */
    const age = async (ms: number) => {
      for (const column of ['known_since', 'last_at', 'caught_at']) {
        await knex('drills')
          .whereNotNull(column)
          .decrement(column as any, ms);
      }
    };
    const state = async () => {
      await drills.refresh();
      return drills.state('lab')!;
    };
    // Where nobody ever makes them, too, and whoever asks first.
    expect(await state()).toEqual({});
    await age(2 * DAY + HOUR);
    await new Promise(resolve => setTimeout(resolve, 5_100));
    expect(await state()).toMatchObject({ wording: { code: 'proverOverdue' } });
    await knex('drills').delete();
    await drills.runDue();
    expect(run).not.toHaveBeenCalled();

    await age(HOUR);
    await drills.runDue();
    expect(await state()).toEqual({
      lastDrill: expect.objectContaining({ outcome: 'missed' }),
      problem: expect.stringMatching(/missed a breach: blind/),
      wording: { code: 'proverMissed', values: { reason: 'blind' } },
    });
    await drills.runDue();
    expect(run).toHaveBeenCalledTimes(1);

    await age(HOUR);
    await drills.runDue();
    expect((await state()).lastDrill).toMatchObject({
      outcome: 'failed',
      reason: 'no cluster',
    });

    await age(HOUR);
    await drills.runDue();
    expect(await state()).toEqual({
      caughtAt: expect.any(String),
      lastDrill: expect.objectContaining({ outcome: 'caught' }),
    });
    await age(HOUR);
    await drills.runDue();
    expect(run).toHaveBeenCalledTimes(3);

    // Set back by an hour: every proof would look an hour younger.
    expect(onDoubt.mock.calls).toEqual([
      ['lab', expect.stringMatching(/missed a breach/)],
      // One that comes to nothing makes nobody forget that one was missed.
      ['lab', expect.stringMatching(/failed 2 times: no cluster/)],
      ['lab', undefined],
    ]);
    shiftMs = -HOUR;
    await age(DAY);
    results.push({ ...caught, walls: [] });
    await drills.runDue();
    expect((await state()).problem).toMatch(/differ by 3600 s/);
  });
});
