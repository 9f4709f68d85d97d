import { Receipt } from '@threewalls/backstage-plugin-tenants-common';
import { attemptsOf } from '../checks/checks';
import { PodAttempt, Side } from '../types';
import { evaluate, isReached, RoundResults } from './evaluate';

/** A tenant's receipts, and against whom they stand. */
export interface SideReceipts {
  receipts: Receipt[];
  /** `canary` where the neighbour was not well enough to count */
  neighbour: string;
  timeToEnforceMs?: number;
}

/**
 * The receipts of one side. A neighbour that is not well (scaled to 0, going
 * away, its pod not started) never makes this tenant unproven: what needs the
 * neighbour is left out then, unless it shows a breach.
 */
export function receiptsOf(side: Side, results: RoundResults): SideReceipts {
  const all = evaluate(side, results);
  const timeToEnforceMs = timeToEnforce(side, results);
  const neighbour = side.neighbour?.plan.spec.name;
  if (neighbour && !neighbourIsWell(side, results)) {
    const alone = { ...side, neighbour: undefined };
    const left = evaluate(alone, results);
    const kept = new Set(left.map(keyOf));
    const breaches = all.filter(
      receipt => receipt.outcome === 'breached' && !kept.has(keyOf(receipt)),
    );
    return {
      receipts: [...left, ...breaches],
      neighbour: 'canary',
      timeToEnforceMs,
    };
  }
  return { receipts: all, neighbour: neighbour ?? 'canary', timeToEnforceMs };
}

/** Whether everything that the neighbour has to witness, or to try, was done. */
function neighbourIsWell(side: Side, { answers }: RoundResults): boolean {
  return podAttempts(side).every(
    attempt =>
      (attempt.by !== 'neighbour' || answers.get(side, attempt)) &&
      attempt.witnesses
        .filter(witness => witness.by === 'neighbour')
        .every(witness => isReached(answers.get(side, witness))),
  );
}

function timeToEnforce(
  side: Side,
  { answers }: RoundResults,
): number | undefined {
  const times = podAttempts(side).flatMap(
    attempt => answers.get(side, attempt)?.enforcedAfterMs ?? [],
  );
  return times.length > 0 ? Math.max(...times) : undefined;
}

function podAttempts(side: Side): PodAttempt[] {
  return attemptsOf(side).flatMap(({ attempt }) =>
    attempt.by === 'portal' || attempt.by === 'placement' ? [] : [attempt],
  );
}

function keyOf({ check, target, request }: Receipt): string {
  return JSON.stringify([check, target, request]);
}
