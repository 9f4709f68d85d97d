import { Wall } from './proofs';

/**
 * Somebody has seen that walls of a tenant do not hold, and says why that is known.
 * It changes no status, and ends by itself once those walls hold again.
 *
 * @public
 */
export interface Acknowledgement {
  /** Entity ref of who did; absent for a service */
  by?: string;
  /** ISO 8601 */
  at: string;
  reason: string;
  /** Walls that did not hold then; another one that fails is not acknowledged */
  walls: Wall[];
}

/**
 * Nobody is notified of a tenant for a while, such as a maintenance window. It
 * changes no status; what is breached when it ends is notified then.
 *
 * @public
 */
export interface Mute {
  /** Entity ref of who did; absent for a service */
  by?: string;
  /** ISO 8601 */
  at: string;
  /** ISO 8601 */
  until: string;
  reason: string;
}

/** @public */
export const MAX_MUTE_DAYS = 30;
