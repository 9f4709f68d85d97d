import { Requirement } from '@threewalls/backstage-plugin-tenants-common';
import { madeOnce } from '../../clients/remembered';
import { PROOF_ONLY } from './proofOnly';
import { asCheck } from './added';
import { customChecks, NETWORK_CHECKS } from './network';
import { RESOURCE_CHECKS } from './resource';
import { SECRET_CHECKS } from './secret';
import { Attempt, Check, CheckInfo, DoesNotApply, Side } from '../types';

const ALL: readonly Check[] = [
  ...NETWORK_CHECKS,
  ...SECRET_CHECKS,
  ...RESOURCE_CHECKS,
];

/**
 * Every check there is by itself. Adding one is adding an entry to its wall's file, and
 * nothing elsewhere.
 *
 * @public
 */
export const CHECKS: readonly CheckInfo[] = ALL;

/** An entry of the catalogue, applied to one tenant of a round. */
export interface PlannedCheck extends Partial<DoesNotApply> {
  check: Check;
  attempts: Attempt[];
}

/** What each check tries of a side in this round; a side never changes. */
export const planChecks = madeOnce((side: Side): readonly PlannedCheck[] =>
  catalogueOf(side).map(check => planCheck(check, side)),
);

/** Every check, with the platform's own: those that config names, and those in code. */
function catalogueOf({ cluster, added = [] }: Side): readonly Check[] {
  return [...ALL, ...customChecks(cluster.config), ...added.map(asCheck)];
}

function planCheck(check: Check, side: Side): PlannedCheck {
  const otherwise = side.tenant.plan.proofOnly && PROOF_ONLY[check.id];
  const attempts: Attempt[] | DoesNotApply = otherwise
    ? otherwise(side, () => check.attempts(side))
    : check.attempts(side);
  return Array.isArray(attempts)
    ? { check, attempts }
    : { check, attempts: [], ...attempts };
}

/** What only reads, of a side of which nothing else is tried: the rest is not kept. */
export function readsOf(side: Side): { check: Check; attempt: Attempt }[] {
  return catalogueOf(side).flatMap(check =>
    planCheck(check, side)
      .attempts.filter(({ readsOnly }) => readsOnly)
      .map(attempt => ({ check, attempt })),
  );
}

/** Everything that a side's checks try in this round. */
export function attemptsOf(side: Side): Attempt[] {
  return planChecks(side).flatMap(({ attempts }) => attempts);
}

/** By which a receipt is known, and what was required of it. */
export function receiptId(
  check: CheckInfo,
  attempt?: { key?: string },
): string {
  return [check.id, attempt?.key].filter(Boolean).join(' ');
}

/**
 * What a round has to have a receipt for: each attempt, and of a check that tries
 * nothing, why it does not. What takes a neighbour is optional, since one that
 * is not well says nothing of this tenant's walls.
 */
export function requirementsOf(side: Side): Requirement[] {
  return planChecks(side).flatMap(({ check, attempts, inDoubt }) => {
    const isLeftOut = inDoubt === false && { optional: true };
    return attempts.length > 0
      ? attempts.map(attempt => requirementOf(side, check, attempt))
      : [{ ...requirementOf(side, check), ...isLeftOut }];
  });
}

/** What is required of one attempt, or of a check that tries nothing. */
export function requirementOf(
  side: Side,
  check: CheckInfo,
  attempt?: Attempt,
): Requirement {
  const { id, wall, kind, otherwise, optional = false } = check;
  const neighbour = side.neighbour?.name;
  return {
    id: receiptId(check, attempt),
    check: id,
    wall,
    kind,
    otherwise,
    optional:
      optional || (neighbour !== undefined && attempt?.neighbour === neighbour),
  };
}
