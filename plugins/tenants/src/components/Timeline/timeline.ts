import {
  Known,
  KNOWN_WORST_FIRST,
  Segment,
  Timeline,
  Wall,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';

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
      (a, b) =>
        KNOWN_WORST_FIRST.indexOf(a.known) - KNOWN_WORST_FIRST.indexOf(b.known),
    )[0];
}

/** One line for all three walls: at any time what is worst of them. */
export function worstTimeline(timeline: Timeline): Segment[] {
  const all = WALLS.flatMap(wall => timeline.walls[wall]);
  const times = [...new Set(all.flatMap(({ from, to }) => [from, to]))].sort(
    (a, b) => a - b,
  );
  return times.slice(1).map((to, i) => {
    const from = times[i];
    const then = all.filter(s => s.from < to && s.to > from);
    return { from, to, known: worstOf(then)?.known ?? 'gap' };
  });
}
