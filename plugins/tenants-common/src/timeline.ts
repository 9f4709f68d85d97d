import { ProofSummary, Wall, WALLS, WallStatus } from './proofs';

/**
 * What was known of a wall: a status, or that nothing was proved in time.
 *
 * @public
 */
export type Known = WallStatus | 'gap';

/**
 * What can be known, the worst first; a gap is no better than `unproven`.
 *
 * @public
 */
export const KNOWN_WORST_FIRST: readonly Known[] = [
  'breached',
  'unproven',
  'gap',
  'holds',
];

/**
 * A stretch of time in which the same was known of a wall.
 *
 * @public
 */
export interface Segment {
  /** Milliseconds since the epoch */
  from: number;
  to: number;
  known: Known;
  /** The proof that said so; unset in a gap */
  proofId?: string;
}

/**
 * The walls of a tenant over a window of time.
 *
 * @public
 */
export interface Timeline {
  /** Milliseconds since the epoch; the tenant's creation, if that is later than the window's start */
  from: number;
  to: number;
  /** They follow one another from `from` to `to` without a hole */
  walls: Record<Wall, Segment[]>;
}

/** A status is not taken as known for longer than this many usual intervals. */
const FRESH_INTERVALS = 3;

/**
 * And never doubted earlier than this, in milliseconds: three of the default
 * intervals. Proofs from so long before a window say what was known when it began.
 *
 * @public
 */
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
 *
 * @public
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
  return { from, to: now, walls: byWall(segmentsOf) };
}

function byWall(segmentsOf: (wall: Wall) => Segment[]): Timeline['walls'] {
  return {
    network: segmentsOf('network'),
    secret: segmentsOf('secret'),
    resource: segmentsOf('resource'),
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

/**
 * The share of time for which each was known, from 0 to 1; together they are 1.
 *
 * @public
 */
export function sharesOf(segments: Segment[]): Record<Known, number> {
  const shares = { holds: 0, breached: 0, unproven: 0, gap: 0 };
  for (const { from, to, known } of segments) {
    shares[known] += to - from;
  }
  // Divided last: milliseconds add up exactly, and all of the time is 1.
  const total = shares.holds + shares.breached + shares.unproven + shares.gap;
  for (const known of KNOWN_WORST_FIRST) {
    shares[known] /= total || 1;
  }
  return shares;
}

/**
 * A stretch of time in which a wall was breached.
 *
 * @public
 */
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
 *
 * @public
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

/**
 * The same time line with a segment for each stretch in which the same was known,
 * however many proofs said so; its proof is the first that did.
 *
 * @param breakMs - a stretch is broken about as often, so that each part of it
 *   leads to a proof of its time; default never
 *
 * @public
 */
export function mergedTimeline(
  timeline: Timeline,
  breakMs: number = Infinity,
): Timeline {
  const part = (time: number) => Math.floor((time - timeline.from) / breakMs);
  const merged = (segments: Segment[]) =>
    segments.reduce<Segment[]>((all, segment) => {
      const last = all[all.length - 1];
      if (
        last?.known === segment.known &&
        part(last.from) === part(segment.from)
      ) {
        last.to = segment.to;
      } else {
        all.push({ ...segment });
      }
      return all;
    }, []);
  return { ...timeline, walls: byWall(wall => merged(timeline.walls[wall])) };
}

/**
 * The time line of one tenant among others, and what a report says of it.
 *
 * @public
 */
export interface TenantTimeline extends Timeline {
  tenant: string;
  /** Proofs that ended in it */
  proofs: number;
  breaches: Breach[];
}

/** @public */
export interface ListTimelinesRequest {
  /** ISO 8601 */
  from: string;
  /** ISO 8601; default now, and never later */
  to?: string;
  /** Only these tenants */
  names?: string[];
  cluster?: string;
  /**
   * Milliseconds after which a stretch in which nothing changes is broken, so that
   * each part leads to a proof of its time; default never
   */
  breakMs?: number;
  /** Tenants; default 20, at most 100: a tenant has hundreds of proofs a day */
  limit?: number;
  offset?: number;
}
