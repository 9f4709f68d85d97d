import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  Outcome,
  Receipt,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { breachedReceipts, minutesAgo, receipts } from '../../__fixtures__';
import { explanationOf } from './checks';
import { Arrow, arrowsOf, at, CORE, lineOf, RADIUS, TARGETS } from './picture';

/**
 * Attacks without an arrow: they compare a wall with what it should be, and the
 * wall itself shows what came of it.
 */
const DRAWN_BY_THE_WALL = [
  'net.as-planned',
  'net.no-widening',
  'sec.as-planned',
  'sec.other-roles',
  'sec.other-mounts',
  'sec.other-policies',
  'sec.no-other-store',
  'res.as-planned',
  'res.workload',
  'res.pods-restricted',
  'res.quota-used',
  'res.runtime-class',
  'res.placement',
];

function statesOf(all: Receipt[]): Record<string, string> {
  return Object.fromEntries(
    arrowsOf(all).map(({ target, direction, state }) => [
      `${direction} ${target}`,
      state,
    ]),
  );
}

const distance = ({ x, y }: { x: number; y: number }) => Math.hypot(x, y);

describe('arrowsOf', () => {
  it('shows each direction of attack, and what came of it', () => {
    expect(statesOf(receipts(minutesAgo(1)))).toEqual({
      'out canary': 'blocked',
      'in canary': 'blocked',
      'out neighbour': 'blocked',
      'in neighbour': 'blocked',
      'out internet': 'blocked',
      'out kubeApi': 'blocked',
      'out kubelet': 'blocked',
      'out metadata': 'absent',
      'out vault': 'blocked',
      'in owners': 'blocked',
      'out node': 'blocked',
    });
  });

  it('lets the worst of several attempts stand', () => {
    const [last, ...others] = receipts(minutesAgo(1)).reverse();
    const worse = (outcome: Outcome) =>
      statesOf([...others, last, { ...last, outcome }])['in owners'];
    expect(worse('breached')).toBe('through');
    expect(worse('inconclusive')).toBe('doubt');
    expect(worse('notApplicable')).toBe('blocked');
  });

  it('leads to the receipt that decided', () => {
    const through = arrowsOf(breachedReceipts(minutesAgo(1))).filter(
      ({ state }) => state === 'through',
    );
    expect(through.map(({ receipt }) => receipt.check)).toEqual([
      'net.canary-egress',
      'net.canary-ingress',
    ]);
  });

  it('draws no arrow for a baseline check, nor for a comparison with the plan', () => {
    const some = receipts(minutesAgo(1)).filter(
      ({ check, kind }) => kind === 'control' || check.endsWith('as-planned'),
    );
    expect(some.length).toBeGreaterThan(3);
    expect(arrowsOf(some)).toEqual([]);
  });
});

describe('the catalogue', () => {
  // The page is made from the catalogue, and held to it by a test.
  const barriers = [
    ...readFileSync(
      resolve(__dirname, '../../../../../docs/checks.md'),
      'utf8',
    ).matchAll(/^\| `([a-z]+\.[a-z0-9-]+)` +\| barrier/gm),
  ].map(([, id]) => id);
  const drawn = TARGETS.flatMap(({ out = [], in: into = [] }) => [
    ...out,
    ...into,
  ]);

  it('has each attack in one arrow, or in the wall itself', () => {
    expect(barriers.length).toBeGreaterThan(30);
    expect([...drawn, ...DRAWN_BY_THE_WALL].sort()).toEqual(
      expect.arrayContaining(barriers),
    );
    expect(new Set([...drawn, ...DRAWN_BY_THE_WALL]).size).toBe(
      drawn.length + DRAWN_BY_THE_WALL.length,
    );
  });

  it.each(DRAWN_BY_THE_WALL)('knows of no check %s that is gone', check => {
    const isConditional = /^res\.(runtime-class|placement)$/.test(check);
    expect(isConditional || barriers.includes(check)).toBe(true);
  });

  it('explains a breach by each comparison with what should be there', () => {
    const unexplained = barriers.filter(
      check =>
        /\.(as-planned|no-|other-|who-can)/.test(check) &&
        !explanationOf(check),
    );
    expect(unexplained).toEqual([]);
  });
});

describe('lineOf', () => {
  const cases = TARGETS.flatMap(({ id, angle }) =>
    WALLS.flatMap(wall =>
      (['out', 'in'] as const).flatMap(direction =>
        (['blocked', 'doubt', 'through'] as const).map(
          (
            state,
          ): [string, number, Pick<Arrow, 'direction' | 'wall' | 'state'>] => [
            `${direction} ${id}, ${wall}, ${state}`,
            angle,
            { direction, wall, state },
          ],
        ),
      ),
    ),
  );

  it.each(cases)(
    'stops at the wall unless it got through: %s',
    (_, angle, arrow) => {
      const target = at(angle, 220, 168);
      const { from, to } = lineOf(arrow, target, { isPair: true, scale: 1 });
      const ring = RADIUS[arrow.wall];
      const isOut = arrow.direction === 'out';
      const [start, end] = [distance(from), distance(to)];
      // It begins on its own side, and ends on that side unless it got through.
      expect(start < ring).toBe(isOut);
      expect(end < ring).toBe(isOut !== (arrow.state === 'through'));
      expect(Math.min(start, end)).toBeGreaterThan(CORE);
      expect(Math.max(start, end)).toBeLessThan(distance(target));
    },
  );

  it('runs beside the one in the other direction', () => {
    const target = at(162, 220, 168);
    const line = (direction: 'in' | 'out') =>
      lineOf({ direction, wall: 'network', state: 'through' }, target, {
        isPair: true,
        scale: 1,
      });
    const [out, into] = [line('out'), line('in')];
    const gap = distance({
      x: out.from.x - into.to.x,
      y: out.from.y - into.to.y,
    });
    expect(gap).toBeCloseTo(10);
  });
});
