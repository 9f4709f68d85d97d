import { ProofSummary, WALLS, WallStatus } from './proofs';
import {
  breachesOf,
  FRESH_MS,
  mergedTimeline,
  sharesOf,
  timelineOf,
} from './timeline';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = Date.parse('2026-11-24T12:00:00Z');

/** Proofs that ended so many minutes ago, with what they said of the network wall. */
function proofs(...ends: [minutes: number, status: WallStatus][]) {
  return ends.map(([minutes, status]): ProofSummary => {
    const at = new Date(NOW - minutes * MINUTE_MS).toISOString();
    return {
      id: String(minutes),
      tenant: 'acme',
      state: 'done',
      trigger: 'schedule',
      startedAt: at,
      finishedAt: at,
      verdicts: WALLS.map((wall, i) => ({
        wall,
        status: i === 0 ? status : 'holds',
        summary: '',
        barriers: { counted: 1, refused: 1 },
        controls: { tried: 1, succeeded: 1 },
      })),
    };
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

describe('timelineOf', () => {
  it('lets a verdict count until the next, and no longer than it is fresh', () => {
    const { walls } = timelineOf(
      proofs([70, 'holds'], [50, 'holds'], [40, 'breached'], [30, 'holds']),
      HOUR,
    );
    const minutes = walls.network.map(({ from, to, known, proofId }) => [
      (NOW - from) / MINUTE_MS,
      (NOW - to) / MINUTE_MS,
      known,
      proofId,
    ]);
    // Proofs came every ten minutes: three times that is as long as one counts.
    expect(minutes).toEqual([
      [60, 50, 'holds', '70'],
      [50, 40, 'holds', '50'],
      [40, 30, 'breached', '40'],
      [30, 0, 'holds', '30'],
    ]);
  });

  it('knows nothing where no proof is fresh, and nothing from before the tenant', () => {
    const { from, walls } = timelineOf(proofs([30, 'holds']), {
      ...HOUR,
      createdAt: new Date(NOW - 40 * MINUTE_MS).toISOString(),
    });
    expect(NOW - from).toBe(40 * MINUTE_MS);
    expect(
      walls.secret.map(({ known, from: f, to }) => [known, to - f]),
    ).toEqual([
      ['gap', 10 * MINUTE_MS],
      ['holds', FRESH_MS],
      ['gap', 30 * MINUTE_MS - FRESH_MS],
    ]);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'leaves no hole and no overlap, and its shares are one (seed %d)',
    seed => {
      const random = generator(seed);
      const some = Array.from(
        { length: Math.floor(random() * 40) },
        (): [number, WallStatus] => [
          random() * 90 - 5,
          (['holds', 'breached', 'unproven'] as const)[
            Math.floor(random() * 3)
          ],
        ],
      );
      const timeline = timelineOf(proofs(...some), HOUR);
      for (const wall of WALLS) {
        let end = timeline.from;
        for (const segment of timeline.walls[wall]) {
          expect(segment.from).toBe(end);
          expect(segment.to).toBeGreaterThan(segment.from);
          end = segment.to;
        }
        expect(end).toBe(NOW);
        const shares = Object.values(sharesOf(timeline.walls[wall]));
        expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1);
      }
      const merged = mergedTimeline(timeline);
      for (const wall of WALLS) {
        const [before, after] = [timeline, merged].map(({ walls }) =>
          sharesOf(walls[wall]),
        );
        expect(after).toEqual(before);
        const known = merged.walls[wall].map(segment => segment.known);
        expect(known.some((k, i) => k === known[i - 1])).toBe(false);
        // Broken, each part begins with a proof of its own time.
        const breakMs = HOUR_MS / 6;
        const broken = mergedTimeline(timeline, breakMs).walls[wall];
        expect(sharesOf(broken)).toEqual(before);
        for (const segment of timeline.walls[wall]) {
          const part = broken.find(
            ({ from, to }) => from <= segment.from && segment.from < to,
          );
          expect(part?.known).toBe(segment.known);
          expect(segment.from - part!.from).toBeLessThan(breakMs);
        }
      }
    },
  );
});

describe('breachesOf', () => {
  it('ends a breach by a proof that the wall holds, and by nothing else', () => {
    const timeline = timelineOf(
      proofs(
        [55, 'holds'],
        [50, 'breached'],
        [45, 'unproven'],
        [40, 'breached'],
        [35, 'holds'],
        [5, 'breached'],
      ),
      HOUR,
    );
    expect(breachesOf(timeline)).toEqual([
      {
        wall: 'network',
        from: NOW - 50 * MINUTE_MS,
        to: NOW - 35 * MINUTE_MS,
        foundAfterMs: 5 * MINUTE_MS,
        proofId: '50',
      },
      {
        wall: 'network',
        from: NOW - 5 * MINUTE_MS,
        foundAfterMs: 30 * MINUTE_MS,
        proofId: '5',
      },
    ]);
  });
});
