import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { ensureCanary } from './wallsEngine';
import { openLab } from './wallsLab';
import { MUTATIONS } from './wallsMutations';
import { Pair, runRows, RowResult, table } from './wallsRows';
import { SABOTAGES } from './wallsSabotages';

const FULL = process.env.THREEWALLS_FULL === '1';
const ONLY = process.env.THREEWALLS_ROWS;

const rows = [...MUTATIONS, ...SABOTAGES].filter(row =>
  ONLY ? row.title.includes(ONLY) : FULL || !row.full,
);

jest.setTimeout(FULL ? 1_200_000 : 360_000);

describe('The walls, upon the lab', () => {
  const pairs: Pair[] = [];
  let results = new Map<string, RowResult>();

  beforeAll(async () => {
    const lab = openLab();
    await ensureCanary(lab.cluster, lab.platform);
    pairs.push(
      ...(await Promise.all([
        Pair.create(lab, 't-walls-a', 't-walls-b'),
        Pair.create(lab, 't-walls-c', 't-walls-d'),
      ])),
    );
    results = await runRows(pairs, rows);
  });

  afterAll(async () => {
    await Promise.all(pairs.map(pair => pair.remove()));
    // The table is what the run is for.
    process.stdout.write(`\n${table(rows, results)}\n`);
  });

  it('hold for two tenants as they are planned', () => {
    for (const pair of pairs) {
      for (const [tenant, proof] of pair.first) {
        expect([tenant, ...proof.verdicts.map(v => v.summary)]).toEqual([
          tenant,
          ...WALLS.map(() => expect.stringContaining('refused as expected')),
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
    const expected =
      row.status === 'breached'
        ? 'breached'
        : expect.stringMatching(/failed|inconclusive/);
    expect(turned).toEqual(
      Object.fromEntries(row.checks.map(id => [id, expected])),
    );
    expect(result.statuses[row.wall]).toBe(row.status);
    for (const wall of WALLS) {
      if (wall !== row.wall && !row.also?.includes(wall)) {
        expect([wall, result.statuses[wall]]).toEqual([wall, 'holds']);
      }
      if (row.status === 'unproven') {
        expect(result.statuses[wall]).not.toBe('breached');
      }
    }
    if (row.neighbourHolds) {
      expect(Object.values(result.neighbour)).toEqual(WALLS.map(() => 'holds'));
    }
    expect(result.mended).toEqual(
      Object.fromEntries(WALLS.map(wall => [wall, 'holds'])),
    );
  });
});
