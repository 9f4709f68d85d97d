import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { ensureCanary } from '@threewalls/backstage-plugin-tenants-node';
import { FULL } from './support/full';
import { Random } from './support/random';
import { numberFrom } from './support/numberFrom';
import { removeLeftovers } from './wallsHands';
import { openLab } from './wallsLab';
import { tryChanges } from './wallsRandom';
import { lineOf, Pair, runRows, RowResult } from './wallsRows';
import { ROWS } from './wallsTable';

const ALL_HOLD = Object.fromEntries(WALLS.map(wall => [wall, 'holds']));

/** Rows and changes at once. */
const PAIRS = FULL ? 4 : 3;
const CHANGES = numberFrom('THREEWALLS_CHANGES', FULL ? 200 : 6);
const first = Random.fromEnvironment();
/** The full run takes another seed besides. */
const SEEDS = FULL ? [first.seed, first.below(2 ** 31)] : [first.seed];
/** Parts of titles, with bars between them: only these rows. */
const ONLY = process.env.THREEWALLS_ROWS?.split('|');

const rows = ROWS.filter(row =>
  ONLY ? ONLY.some(part => row.title.includes(part)) : FULL || row.inCi,
);

jest.setTimeout(FULL ? 2_400_000 : 360_000);

describe('The walls, on the lab', () => {
  const pairs: Pair[] = [];
  let results = new Map<string, RowResult>();

  beforeAll(async () => {
    const lab = openLab();
    await removeLeftovers(lab);
    await ensureCanary(lab.cluster);
    pairs.push(...(await Pair.createAll(lab, 't-walls', PAIRS)));
    // The table is what the run is for.
    results = await runRows(pairs, rows, (row, result) =>
      process.stdout.write(`${lineOf(row, result)}\n`),
    );
  });

  afterAll(async () => {
    await Promise.all(pairs.map(pair => pair.remove()));
  });

  it('hold for two tenants as they are planned', () => {
    for (const pair of pairs) {
      for (const [tenant, proof] of pair.first) {
        expect([tenant, ...proof.verdicts.map(v => v.summary)]).toEqual([
          tenant,
          ...WALLS.map(() => expect.stringMatching(/^All \d+ attacks blocked/)),
        ]);
      }
    }
  });

  it.each(rows.map(row => [row.title, row] as const))('%s', (title, row) => {
    const result = results.get(title);
    if (!result) {
      throw new Error('This row was not run');
    }
    if (result.error) {
      throw result.error;
    }
    const turned = Object.fromEntries(
      row.checks.map(id => [id, result.outcomes.get(id)]),
    );
    const expected = {
      breached: 'breached',
      unproven: expect.stringMatching(/failed|inconclusive/),
      holds: 'asExpected',
    }[row.status];
    const wanted = Object.fromEntries(row.checks.map(id => [id, expected]));
    // What came back says more than an outcome.
    const why = row.checks.flatMap(id => result.reasons.get(id) ?? []);
    expect({ turned, why }).toEqual({ turned: wanted, why });
    expect(result.statuses[row.wall]).toBe(row.status);
    const { says } = row;
    for (const reason of row.checks.flatMap(c => result.reasons.get(c) ?? [])) {
      expect(reason).toMatch(says ?? /./);
    }
    const others = WALLS.filter(
      wall => wall !== row.wall && !row.also?.includes(wall),
    );
    const wrong = others.filter(wall => result.statuses[wall] !== 'holds');
    const doubts = [...result.outcomes]
      .filter(([id, is]) => is !== 'asExpected' && !row.checks.includes(id))
      .map(([id, is]) => `${id} ${is}: ${result.reasons.get(id)}`);
    expect(wrong.length ? [wrong, ...doubts] : []).toEqual([]);
    // What a proof stands on was taken away: that is never a breach.
    const breached = WALLS.filter(wall => result.statuses[wall] === 'breached');
    expect(row.status === 'unproven' ? breached : []).toEqual([]);
    const neighbour = row.neighbourHolds ? result.neighbour : ALL_HOLD;
    expect(neighbour).toEqual(ALL_HOLD);
    expect(result.mended).toEqual(ALL_HOLD);
  });

  it.each(SEEDS)(
    `are found to be what ${CHANGES} random changes make of them (seed %s)`,
    async seed => {
      const { seen, wrong } = await tryChanges(pairs, CHANGES, seed);
      process.stdout.write(
        `Random changes, seed ${seed}: ${seen.breached} breached, ${seen.holds} held, ${wrong.length} wrong\n`,
      );
      expect(wrong).toEqual([]);
    },
  );
});
