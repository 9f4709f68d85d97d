import {
  timelineOf,
  WALLS,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { proofOf, summaryOf } from '../../__fixtures__';
import { slotsOf, worstTimeline } from './timeline';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = Date.parse('2026-11-24T12:00:00Z');

/** Proofs that ended so many minutes ago, with what they said of the network wall, and of the secret wall. */
function proofs(
  ...ends: [minutes: number, status: WallStatus, secret?: WallStatus][]
) {
  return ends.map(([minutes, status, secret = 'holds']) => {
    const at = new Date(NOW - minutes * MINUTE_MS).toISOString();
    const proof = proofOf('acme', {
      id: String(minutes),
      verdicts: [{ status }, { status: secret }],
    });
    return { ...summaryOf(proof), startedAt: at, finishedAt: at };
  });
}

/** Draws from 0 (inclusive) to 1; the same for the same seed. */
function generator(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const HOUR = { now: NOW, windowMs: HOUR_MS };

describe('slotsOf', () => {
  it('lets the worst stand for a slot, and leads to its proof', () => {
    const timeline = timelineOf(
      proofs([59, 'holds'], [35, 'holds'], [30.5, 'breached'], [30, 'holds']),
      HOUR,
    );
    const slots = slotsOf(timeline, { windowMs: HOUR_MS, count: 3 });

    expect(slots.map(({ walls, proofId }) => [walls.network, proofId])).toEqual(
      [
        ['holds', '59'],
        ['breached', '30.5'],
        ['gap', '30'],
      ],
    );
  });

  it('says nothing of the time before the tenant', () => {
    const createdAt = new Date(NOW - 20 * MINUTE_MS).toISOString();
    const timeline = timelineOf(proofs([19, 'holds']), { ...HOUR, createdAt });
    const [first] = slotsOf(timeline, { windowMs: HOUR_MS, count: 3 });
    expect(Object.values(first.walls)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

const KINDS = ['holds', 'breached', 'unproven'] as const;

describe.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'whatever was proved (seed %d)',
  seed => {
    const random = generator(seed);
    const any = () => KINDS[Math.floor(random() * 3)];
    const timeline = timelineOf(
      proofs(
        ...Array.from(
          { length: Math.floor(random() * 40) },
          (): [number, WallStatus, WallStatus] => [
            random() * 90 - 5,
            any(),
            any(),
          ],
        ),
      ),
      HOUR,
    );

    it('is never shown better than the worst that was known in a slot', () => {
      const slots = slotsOf(timeline, { windowMs: HOUR_MS, count: 7 });
      const breached = timeline.walls.network
        .filter(({ known }) => known === 'breached')
        .map(segment => slots.filter(({ from }) => from <= segment.from).pop());
      for (const slot of breached) {
        expect(slot?.walls.network).toBe('breached');
      }
    });

    it('is as bad in one line as the worst wall, at any time', () => {
      const line = worstTimeline(timeline);
      for (let i = 0; i < 50; i++) {
        const at = timeline.from + random() * (timeline.to - timeline.from);
        const then = (segments: typeof line) =>
          segments.find(({ from, to }) => from <= at && at < to)?.known;
        const known = WALLS.map(wall => then(timeline.walls[wall]));
        const worst = ['breached', 'unproven', 'gap', 'holds'].find(status =>
          known.includes(status as WallStatus),
        );
        expect(then(line)).toBe(worst);
      }
    });
  },
);
