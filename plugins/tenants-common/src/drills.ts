import { Wall } from './proofs';
import { Wording } from './wording';

/**
 * What came of a drill: every wall that was broken on purpose was found breached;
 * at least one was not; or the drill could not be made.
 *
 * @public
 */
export type DrillOutcome = 'caught' | 'missed' | 'failed';

/**
 * How a wall of the sacrificial pair was broken, and whether the prover saw it.
 *
 * @public
 */
export interface DrillCatch {
  wall: Wall;
  /** What was done, such as `its quota was deleted` */
  way: string;
  /** Milliseconds from there to the end of the proof that found it */
  caughtAfterMs?: number;
  /** Why it was not found */
  problem?: string;
}

/**
 * A time that the portal broke the walls of a pair of its own, to see that its
 * proofs find it.
 *
 * @public
 */
export interface Drill {
  outcome: DrillOutcome;
  /** Why it was missed, or why it could not be made */
  reason?: string;
  /** ISO 8601 */
  startedAt: string;
  /** ISO 8601 */
  finishedAt: string;
  walls: DrillCatch[];
}

/**
 * Whether a cluster's proofs are worth anything: what its drills have shown.
 *
 * @public
 */
export interface ProverState {
  /** ISO 8601, the last time that every breach was found */
  caughtAt?: string;
  /** The last drill that ended */
  lastDrill?: Drill;
  /** Why no wall of the cluster can be shown to hold now */
  problem?: string;
  /** Of the problem */
  wording?: Wording;
}
