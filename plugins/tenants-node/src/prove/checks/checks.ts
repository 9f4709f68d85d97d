import { NETWORK_CHECKS } from './network';
import { RESOURCE_CHECKS } from './resource';
import { SECRET_CHECKS } from './secret';
import { Attempt, Check, CheckInfo, Side } from '../types';

const ALL: readonly Check[] = [
  ...NETWORK_CHECKS,
  ...SECRET_CHECKS,
  ...RESOURCE_CHECKS,
];

/**
 * Every check there is. Adding one is adding an entry to its wall's file, and
 * nothing elsewhere.
 *
 * @public
 */
export const CHECKS: readonly CheckInfo[] = ALL;

/** One attempt of a round, with the check that it is of. */
export interface PlannedAttempt {
  check: Check;
  attempt: Attempt;
}

const known = new WeakMap<Side, PlannedAttempt[]>();

/** Everything that a side's checks try in this round; a side never changes. */
export function attemptsOf(side: Side): readonly PlannedAttempt[] {
  let attempts = known.get(side);
  if (!attempts) {
    attempts = ALL.flatMap(check =>
      check.attempts(side).map(attempt => ({ check, attempt })),
    );
    known.set(side, attempts);
  }
  return attempts;
}
