import { Receipt } from '@threewalls/backstage-plugin-tenants-common';
import { attemptsOf, PlannedAttempt } from '../checks/checks';
import {
  Answer,
  Judged,
  PodAttempt,
  PodFacts,
  PortalAnswer,
  Side,
  Witness,
} from '../types';
import { Answers } from './pods';

/** Longest text of an answer that a receipt keeps, in characters. */
const LONGEST = 1000;

/** What a portal-side attempt came to, and when. */
export type PortalResult = PortalAnswer & {
  startedAt: string;
  durationMs: number;
};

/** Everything that came back in a round. */
export interface RoundResults {
  answers: Answers;
  /** By {@link portalKey} */
  portal: Map<string, PortalResult>;
  nodes: Map<string, NonNullable<PodFacts['node']>>;
  /** When the round began, ISO 8601 */
  startedAt: string;
  /** Why nothing came back, where that is known */
  problem?: string;
}

/** By which a portal-side attempt's result is known. */
export function portalKey({ check, attempt }: PlannedAttempt): string {
  return JSON.stringify([check.id, attempt.target, attempt.request]);
}

/** A receipt for everything that was to be tried; what did not arrive is inconclusive. */
export function evaluate(side: Side, results: RoundResults): Receipt[] {
  return attemptsOf(side).map(planned => {
    const { attempt } = planned;
    if (attempt.by === 'portal') {
      return portalReceipt(side, planned, results);
    }
    if (attempt.by === 'placement') {
      return placementReceipt(side, planned, results);
    }
    return podReceipt(side, planned.check, attempt, results);
  });
}

/** The receipts that came from a pod, or lack one, are of this shape. */
function podReceipt(
  side: Side,
  check: PlannedAttempt['check'],
  attempt: PodAttempt,
  results: RoundResults,
): Receipt {
  const { answers, startedAt } = results;
  const answer = answers.get(side, attempt);
  const { target, request, expect } = attempt;
  const judged = answer
    ? witnessed(side, attempt, expect.judge(answer), answers)
    : {
        outcome: 'inconclusive' as const,
        reason: whyMissing(side, attempt, results),
      };
  return {
    check: check.id,
    wall: check.wall,
    kind: check.kind,
    source: sourceOf(side, attempt.by, answers),
    target,
    request,
    expected: expect.text,
    code: answer?.code ?? 'NONE',
    response: (answer?.response ?? '').slice(0, LONGEST),
    startedAt: answer?.startedAt ?? startedAt,
    durationMs: answer?.durationMs ?? 0,
    ...judged,
  };
}

/** A refusal counts only while its witnesses reach what they have to reach. */
function witnessed(
  side: Side,
  attempt: PodAttempt,
  judged: Judged,
  answers: Answers,
): Judged {
  if (judged.outcome === 'breached' || attempt.witnesses.length === 0) {
    return judged;
  }
  const absent = attempt.witnesses.filter(
    w => !isReached(answers.get(side, w)),
  );
  if (absent.length === 0) {
    const said = attempt.witnesses.map(w => w.says).join(', and ');
    return judged.outcome === 'asExpected'
      ? { ...judged, reason: `Meanwhile ${said}` }
      : judged;
  }
  const bait: Pick<Witness, 'by' | 'task'> = {
    by: 'ram',
    task: { do: 'connect', ...side.canary.service },
  };
  if (
    attempt.optional &&
    absent.every(w => w.by === 'ram') &&
    isReached(answers.get(side, bait))
  ) {
    return {
      outcome: 'notApplicable',
      reason: `There is nothing at ${attempt.target} here: the canary's ram does not reach it either, and it does reach its bait`,
    };
  }
  const doubts = absent.map(witness => {
    const { code = 'no answer', response = '' } =
      answers.get(side, witness) ?? {};
    return `${witness.says}: not so (${`${code} ${response}`.trim()})`;
  });
  return {
    outcome: 'inconclusive',
    reason: `It proves nothing unless ${doubts.join('; and unless ')}`,
  };
}

/** Whether a witness reached its target. */
export function isReached(answer: Answer | undefined): boolean {
  return answer?.code === 'OK' || answer?.code === '200';
}

function whyMissing(
  side: Side,
  { by }: PodAttempt,
  { answers, problem }: RoundResults,
): string {
  return (
    answers.run(side, by)?.problem ??
    problem ??
    'The pod did not print this receipt'
  );
}

function sourceOf(
  side: Side,
  by: PodAttempt['by'],
  answers: Answers,
): Receipt['source'] {
  const run = answers.run(side, by);
  return run
    ? { type: 'pod', name: `${run.namespace}/${run.name}`, uid: run.uid }
    : { type: 'pod', name: '' };
}

function portalReceipt(
  side: Side,
  planned: PlannedAttempt,
  { portal, problem, startedAt }: RoundResults,
): Receipt {
  const { check, attempt } = planned;
  if (attempt.by !== 'portal') {
    throw new Error(`${check.id} is no attempt of the portal`);
  }
  const result = portal.get(portalKey(planned)) ?? {
    code: 'NONE',
    response: '',
    outcome: 'inconclusive' as const,
    reason: problem ?? 'The portal did not get to it before the deadline',
    startedAt,
    durationMs: 0,
  };
  return {
    check: check.id,
    wall: check.wall,
    kind: check.kind,
    source: { type: attempt.asks, name: side.cluster.name },
    target: attempt.target,
    request: attempt.request,
    expected: attempt.expected,
    ...result,
    response: result.response.slice(0, LONGEST),
  };
}

function placementReceipt(
  side: Side,
  { check, attempt }: PlannedAttempt,
  { answers, nodes, startedAt }: RoundResults,
): Receipt {
  if (attempt.by !== 'placement') {
    throw new Error(`${check.id} is no attempt at a placement`);
  }
  const run = answers.run(side, 'tenant');
  const facts = run?.facts ?? {};
  const node = facts.nodeName ? nodes.get(facts.nodeName) : undefined;
  return {
    check: check.id,
    wall: check.wall,
    kind: check.kind,
    source: sourceOf(side, 'tenant', answers),
    target: attempt.target,
    request: attempt.request,
    expected: attempt.expected,
    startedAt,
    durationMs: 0,
    ...attempt.judge({ ...facts, node }),
  };
}
