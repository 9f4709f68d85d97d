import { NETWORK_CHECKS } from './network';
import { RESOURCE_CHECKS } from './resource';
import { SECRET_CHECKS } from './secret';
import { Attempt, Check, Side } from './types';

/**
 * Every check there is. Adding one is adding an entry, here by way of its
 * wall's file, and nowhere else.
 *
 * @public
 */
export const CHECKS: readonly Check[] = [
  ...NETWORK_CHECKS,
  ...SECRET_CHECKS,
  ...RESOURCE_CHECKS,
];

/** One attempt of a round, with the check that it is of. */
export interface PlannedAttempt {
  check: Check;
  attempt: Attempt;
}

/** Everything that a side's checks try in this round. */
export function attemptsOf(side: Side): PlannedAttempt[] {
  return CHECKS.flatMap(check =>
    check.attempts(side).map(attempt => ({ check, attempt })),
  );
}
