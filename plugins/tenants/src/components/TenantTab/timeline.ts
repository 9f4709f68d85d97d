import {
  ProofSummary,
  Wall,
  WALLS,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { STATUSES } from '../WallStatus';

/** A stretch of time, and the worst that was proved of each wall in it. */
export interface Slot {
  /** Milliseconds since the epoch */
  start: number;
  walls: Partial<Record<Wall, WallStatus>>;
  /** The proof to look at: the one with the worst verdict, else the newest */
  proofId?: string;
}

/**
 * Puts proofs, newest first, into slots of equal length that end now.
 *
 * The worst verdict of a slot stands for it: a breach of a minute must show in
 * a week's picture.
 */
export function slotsOf(
  proofs: ProofSummary[],
  options: { now: number; windowMs: number; count: number },
): Slot[] {
  const { now, windowMs, count } = options;
  const length = windowMs / count;
  const first = now - windowMs;
  const slots: Slot[] = Array.from({ length: count }, (_, i) => ({
    start: first + i * length,
    walls: {},
  }));
  for (const proof of proofs) {
    const time = Date.parse(proof.finishedAt ?? proof.startedAt);
    const slot =
      slots[Math.min(count - 1, Math.floor((time - first) / length))];
    if (proof.state !== 'done' || !slot) {
      continue;
    }
    const before = severity(slot);
    for (const { wall, status } of proof.verdicts) {
      slot.walls[wall] = worse(slot.walls[wall], status);
    }
    if (severity(slot) < before) {
      slot.proofId = proof.id;
    }
  }
  return slots;
}

/** Index of the worst status in a slot: the lower, the worse. */
function severity(slot: Slot): number {
  return Math.min(
    STATUSES.length,
    ...WALLS.flatMap(wall => {
      const status = slot.walls[wall];
      return status ? [STATUSES.indexOf(status)] : [];
    }),
  );
}

function worse(a: WallStatus | undefined, b: WallStatus): WallStatus {
  return a && STATUSES.indexOf(a) < STATUSES.indexOf(b) ? a : b;
}
