import {
  ProofSummary,
  Wall,
  WALLS,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';

/** What was known of a wall: a status, or that nothing was proved in time. */
export type Known = WallStatus | 'gap';

/** Worst first; a gap is no better than `unproven`. */
const WORST_FIRST: readonly Known[] = ['breached', 'unproven', 'gap', 'holds'];

/** A stretch of time in which the same was known of a wall. */
export interface Segment {
  /** Milliseconds since the epoch */
  from: number;
  to: number;
  known: Known;
  /** The proof that said so; unset in a gap */
  proofId?: string;
}

/** The walls of a tenant over a window of time. */
export interface Timeline {
  /** Milliseconds since the epoch; the tenant's creation, if that is later than the window's start */
  from: number;
  to: number;
  /** They follow one another from `from` to `to` without a hole */
  walls: Record<Wall, Segment[]>;
}

/** A status is not taken as known for longer than this many usual intervals. */
const FRESH_INTERVALS = 3;

/** And never doubted earlier than this, in milliseconds: three of the default intervals. */
export const FRESH_MS = 15 * 60_000;

/**
 * Puts a tenant's proofs on a time line.
 *
 * A proof's verdict counts from its end until the next proof ends, but no longer
 * than three times the usual distance between two proofs: after that nobody knows,
 * and there is a gap.
 *
 * @param proofs - in any order; those from a while before the window say what was
 *   known when it began
 */
export function timelineOf(
  proofs: ProofSummary[],
  options: {
    now: number;
    windowMs: number;
    /** ISO 8601; a tenant has no walls before */
    createdAt?: string;
  },
): Timeline {
  const { now, windowMs, createdAt } = options;
  const created = createdAt ? Date.parse(createdAt) : -Infinity;
  const from = Math.min(now, Math.max(now - windowMs, created));
  const done = proofs
    .filter(({ state }) => state === 'done')
    .map(proof => ({ proof, at: endOf(proof) }))
    .sort((a, b) => a.at - b.at);
  const freshMs = freshnessOf(done.map(({ at }) => at));
  const segmentsOf = (wall: Wall): Segment[] => {
    const segments: Segment[] = [];
    let end = from;
    const add = (until: number, known: Known, proofId?: string) => {
      const to = Math.min(now, until);
      if (to > end) {
        segments.push({ from: end, to, known, proofId });
        end = to;
      }
    };
    done.forEach(({ proof, at }, i) => {
      const verdict = proof.verdicts.find(v => v.wall === wall);
      if (verdict) {
        add(at, 'gap');
        const next = done[i + 1]?.at ?? Infinity;
        add(Math.min(next, at + freshMs), verdict.status, proof.id);
      }
    });
    add(now, 'gap');
    return segments;
  };
  return {
    from,
    to: now,
    walls: {
      network: segmentsOf('network'),
      secret: segmentsOf('secret'),
      resource: segmentsOf('resource'),
    },
  };
}

function endOf({ finishedAt, startedAt }: ProofSummary): number {
  return Date.parse(finishedAt ?? startedAt);
}

/** For how long a verdict is taken as known, from the ends of proofs in order. */
function freshnessOf(ends: number[]): number {
  const distances = ends.slice(1).map((end, i) => end - ends[i]);
  distances.sort((a, b) => a - b);
  const median = distances[Math.floor(distances.length / 2)] ?? 0;
  return Math.max(FRESH_MS, FRESH_INTERVALS * median);
}

/** The share of time for which each was known, from 0 to 1; together they are 1. */
export function sharesOf(segments: Segment[]): Record<Known, number> {
  const shares = { holds: 0, breached: 0, unproven: 0, gap: 0 };
  for (const { from, to, known } of segments) {
    shares[known] += to - from;
  }
  // Divided last: milliseconds add up exactly, and all of the time is 1.
  const total = shares.holds + shares.breached + shares.unproven + shares.gap;
  for (const known of WORST_FIRST) {
    shares[known] /= total || 1;
  }
  return shares;
}

/** A part of the time line as it is drawn. */
export interface Slot {
  /** Milliseconds since the epoch */
  from: number;
  /** Unset before the tenant existed */
  walls: Partial<Record<Wall, Known>>;
  /** The proof to look at: the one with the worst verdict */
  proofId?: string;
}

/**
 * Cuts a window that ends with the time line into slots of equal length.
 *
 * The worst that was proved stands for a slot: a breach of a minute must show in
 * a month's picture. A gap shows where it is most of the slot.
 */
export function slotsOf(
  timeline: Timeline,
  options: { windowMs: number; count: number },
): Slot[] {
  const { windowMs, count } = options;
  const length = windowMs / count;
  const start = timeline.to - windowMs;
  return Array.from({ length: count }, (_, i) => {
    const from = start + i * length;
    const slot: Slot = { from, walls: {} };
    const proofs: Segment[] = [];
    for (const wall of WALLS) {
      const inside = timeline.walls[wall].filter(
        segment => segment.from < from + length && segment.to > from,
      );
      slot.walls[wall] = knownOf(inside, from, from + length);
      proofs.push(...inside.filter(({ proofId }) => proofId));
    }
    slot.proofId = worstOf(proofs)?.proofId;
    return slot;
  });
}

/** What stands for a slot: the worst that was proved, or that for most of it nothing was. */
function knownOf(segments: Segment[], from: number, to: number) {
  const worst = worstOf(segments);
  if (worst?.known !== 'gap') {
    return worst?.known;
  }
  const lasted = (some: Segment[]) =>
    some.reduce(
      (sum, s) => sum + Math.min(s.to, to) - Math.max(s.from, from),
      0,
    );
  const proved = segments.filter(({ known }) => known !== 'gap');
  return lasted(proved) * 2 > lasted(segments) ? 'holds' : 'gap';
}

/** The worst of several segments, and of those the latest. */
function worstOf(segments: Segment[]): Segment | undefined {
  return [...segments]
    .reverse()
    .sort(
      (a, b) => WORST_FIRST.indexOf(a.known) - WORST_FIRST.indexOf(b.known),
    )[0];
}

/** A stretch of time in which a wall was breached. */
export interface Breach {
  wall: Wall;
  /** Milliseconds since the epoch: the end of the proof that found it */
  from: number;
  /** The end of the first proof that showed the wall to hold again; unset while there is none */
  to?: number;
  /** Milliseconds since a proof had last shown the wall to hold: it can't be older */
  foundAfterMs?: number;
  proofId: string;
}

/**
 * Every breach on a time line, in order of time. What is unproven or unknown in
 * between does not end a breach: only a proof that the wall holds does.
 */
export function breachesOf(timeline: Timeline): Breach[] {
  return WALLS.flatMap(wall => {
    const breaches: Breach[] = [];
    let current: Breach | undefined;
    let heldAt: number | undefined;
    for (const { from, known, proofId } of timeline.walls[wall]) {
      if (known === 'breached' && !current) {
        const foundAfterMs = heldAt === undefined ? undefined : from - heldAt;
        current = { wall, from, proofId: proofId!, foundAfterMs };
        breaches.push(current);
      } else if (known === 'holds') {
        if (current) {
          current.to = from;
          current = undefined;
        }
        heldAt = from;
      }
    }
    return breaches;
  }).sort((a, b) => a.from - b.from);
}
