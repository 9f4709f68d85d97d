import {
  Outcome,
  quote,
  Receipt,
  ReceiptSource,
  Requirement,
  Said,
  say,
} from '@threewalls/backstage-plugin-tenants-common';
import pLimit from 'p-limit';
import { inTime } from '../../clients/inTime';
import { NOT_READ } from '../attempts/reading';
import { answered, isReached } from '../attempts/podAttempt';
import {
  attemptsOf,
  CHECKS,
  planChecks,
  receiptId,
  requirementsOf,
} from '../checks/checks';
import { Attempt, Check, Finding, Round, Side } from '../types';

/** Longest text of an answer that a receipt keeps, in characters. */
const LONGEST = 1000;
/** The portal's own attempts of one side at once: its pods' streams need connections, too. */
const CONCURRENCY = 8;
/** Milliseconds for one attempt of the portal's: what takes longer shows nothing. */
const PATIENCE_MS = 12_000;

/** A tenant's receipts, what was required of them, and against whom they stand. */
export interface SideReceipts {
  required: Requirement[];
  receipts: Receipt[];
  /** `canary` where the neighbour was not well enough to count */
  neighbour: string;
  /** Longest that a policy took to bite, in milliseconds */
  timeToEnforceMs?: number;
}

/** Makes every attempt of a side; each leaves a receipt, whatever comes of it. */
export async function takeReceipts(
  side: Side,
  round: Round,
  options: { portalMayStart: Promise<void>; onDone: () => void },
): Promise<SideReceipts> {
  const limit = pLimit(CONCURRENCY);
  let timeToEnforceMs: number | undefined;

  const take = async (check: Check, attempt: Attempt): Promise<Receipt> => {
    const { by } = attempt;
    if (by === 'tenant' || by === 'neighbour' || by === 'ram') {
      const finding = await attempt.run(round);
      const { enforcedAfterMs: late } = finding;
      if (late !== undefined) {
        timeToEnforceMs = Math.max(late, timeToEnforceMs ?? 0);
      }
      const pod = await round.pod(by);
      const source: ReceiptSource = {
        type: 'pod',
        name: pod ? `${pod.namespace}/${pod.name}` : '',
        uid: pod?.uid,
      };
      const node = pod?.facts.nodeName;
      return receiptOf(side, check, attempt, { ...finding, source, node });
    }
    return limit(async () => {
      await options.portalMayStart;
      const finding = await ask(attempt, round);
      options.onDone();
      const source = { type: by, name: side.cluster.name };
      return receiptOf(side, check, attempt, { ...finding, source });
    });
  };
  const taken = await Promise.all(eachReceipt(side, take));
  const problem = await neighbourProblem(side, round);
  const neighbour = side.neighbour?.name;
  return {
    required: requirementsOf(side),
    receipts: problem
      ? taken.map(r => withoutNeighbour(r, neighbour, problem))
      : taken,
    neighbour: neighbour && !problem ? neighbour : 'canary',
    timeToEnforceMs,
  };
}

/** The receipts of a round that could not begin: nothing is shown by any of them. */
export function untried(side: Side, problem: Said): SideReceipts {
  const finding = {
    code: 'NONE',
    response: '',
    outcome: 'inconclusive',
    reason: problem,
    source: { type: 'kubernetes', name: side.cluster.name },
  } as const;
  return {
    required: requirementsOf(side),
    receipts: eachReceipt(side, (check, attempt) =>
      receiptOf(side, check, attempt, finding),
    ),
    neighbour: 'canary',
  };
}

/**
 * Asks the API server or Vault, and of what is not as it should be by memory, asks
 * once more: memory may be behind.
 *
 * @param known - What was answered once more when that was said before, if it stands
 */
export async function ask(
  attempt: Attempt,
  round: Round,
  known: (said: Finding) => Finding | undefined = () => undefined,
): Promise<Finding> {
  const finding = await askOnce(attempt, round);
  const { outcome, code } = finding;
  const isFine = outcome === 'asExpected' || outcome === 'notApplicable';
  return isFine || code === NOT_READ || !attempt.readsOnly || !round.again
    ? finding
    : known(finding) ?? askOnce(attempt, { ...round, ...round.again });
}

/** What goes wrong on the portal's side shows nothing about a wall. */
async function askOnce(attempt: Attempt, round: Round): Promise<Finding> {
  const begun = Date.now();
  const answer = await inTime(signal => attempt.run({ ...round, signal }), {
    ms: PATIENCE_MS,
    late: () => `No answer within ${Date.now() - begun} ms`,
    signal: round.signal,
  }).catch((error: Error & { status?: number }) => ({
    code: error.status ? String(error.status) : 'NO-ANSWER',
    response: error.message,
    outcome: 'inconclusive' as const,
    reason: quote(error.message),
  }));
  return {
    startedAt: new Date(begun).toISOString(),
    durationMs: Date.now() - begun,
    ...answer,
  };
}

/** What a receipt says of an attempt; one of nothing tried has no key. */
type Tried = Pick<Attempt, 'neighbour' | 'target' | 'request' | 'expected'> &
  Partial<Pick<Attempt, 'key'>>;

/** A finding with as much of its answer as a receipt keeps. */
export function cut(finding: Finding): Finding {
  return { ...finding, response: finding.response.slice(0, LONGEST) };
}

export function receiptOf(
  side: Side,
  check: Check,
  attempt: Tried,
  finding: Finding & { source: ReceiptSource; node?: string },
): Receipt {
  const { neighbour, target, request, expected } = attempt;
  const { node, source, code, outcome, reason } = finding;
  return {
    id: receiptId(check, attempt),
    about: { tenant: side.tenant.name, neighbour, node },
    check: check.id,
    ...titleOf(check, outcome),
    wall: check.wall,
    kind: check.kind,
    source,
    target,
    request,
    expected,
    code,
    response: cut(finding).response,
    startedAt: finding.startedAt ?? new Date().toISOString(),
    durationMs: finding.durationMs ?? 0,
    outcome,
    ...reasonOf(reason),
  };
}

/** Why the outcome is what it is, as a receipt keeps it. */
function reasonOf(reason?: Said): Pick<Receipt, 'reason' | 'wording'> {
  return reason
    ? {
        reason: reason.summary,
        ...(reason.wording && { wording: reason.wording }),
      }
    : {};
}

/** What to call a receipt of the platform's own check, for which nobody else has words. */
function titleOf(
  { id, title, otherwise = title }: Check,
  outcome: Outcome,
): Pick<Receipt, 'title'> {
  const isWrong = outcome === 'breached' || outcome === 'failed';
  return CHECKS.some(check => check.id === id)
    ? {}
    : { title: isWrong ? otherwise : title };
}

/** A receipt of each attempt, and of each check that has nothing to try and says why. */
function eachReceipt<T>(
  side: Side,
  take: (check: Check, attempt: Attempt) => T,
): (T | Receipt)[] {
  const { spec, names } = side.tenant.plan;
  return planChecks(side).flatMap<T | Receipt>(planned => {
    const { check, attempts, because, inDoubt } = planned;
    const expected = inDoubt ? 'something to try' : 'nothing to try';
    const nothing = { target: names.namespace, request: 'none', expected };
    return because
      ? receiptOf(side, check, nothing, {
          code: 'NONE',
          response: '',
          outcome: inDoubt ? 'inconclusive' : 'notApplicable',
          reason: because,
          source: { type: 'plan', name: spec.name },
        })
      : attempts.map(attempt => take(check, attempt));
  });
}

/**
 * Why the neighbour is not well enough to count (scaled to 0, going away, its pod
 * not started): it has to witness, or to try, what it did not.
 */
async function neighbourProblem(
  side: Side,
  round: Round,
): Promise<Said | undefined> {
  for (const { errands = [] } of attemptsOf(side)) {
    for (const errand of errands.filter(e => e.by === 'neighbour')) {
      const answer = await round.answer(errand);
      if ('says' in errand ? !isReached(answer) : !answer) {
        const pod = await round.pod('neighbour');
        return (
          pod?.problem ??
          say('unmet', { wanted: errand.task.id, answer: answered(answer) })
        );
      }
    }
  }
  return undefined;
}

/** A neighbour that is not well makes nobody unproven, and hides no breach. */
function withoutNeighbour(
  receipt: Receipt,
  neighbour: string | undefined,
  problem: Said,
): Receipt {
  return receipt.about.neighbour !== neighbour || receipt.outcome === 'breached'
    ? receipt
    : {
        ...receipt,
        outcome: 'notApplicable',
        ...reasonOf(say('neighbourAway', { problem })),
      };
}
