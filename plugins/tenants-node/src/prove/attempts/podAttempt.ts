import { quote, Said, say } from '@threewalls/backstage-plugin-tenants-common';
import {
  Answer,
  Attacker,
  Attempt,
  Errand,
  Expectation,
  Finding,
  Judged,
  Round,
  Side,
  Witness,
} from '../types';
import { PodTask } from '../pod/tasks';
import { asExpected } from './finding';

/** What a pod tries, and what has to come of it. */
export interface PodAttempt {
  by: Attacker;
  task: PodTask;
  neighbour?: string;
  target: string;
  request: string;
  expect: Expectation;
  /** Without these a refusal proves nothing */
  witnesses?: Witness[];
  /** Who tells whether there is a target at all, where there need not be one */
  bait?: Errand;
  /** Somebody who may go anywhere: where they fail too, a failure is none of the tenant's */
  excuse?: Errand;
}

/** An attempt from inside a pod. */
export function podAttempt({
  by,
  task,
  neighbour,
  target,
  request,
  expect,
  witnesses = [],
  bait,
  excuse,
}: PodAttempt): Attempt {
  return {
    key: `${by} ${task.id}`,
    neighbour,
    by,
    target,
    request,
    expected: expect.text,
    errands: [
      { by, task },
      ...witnesses,
      ...[bait, excuse].flatMap(errand => errand ?? []),
    ],
    run: async round => {
      const answer = await round.answer({ by, task });
      if (!answer) {
        return noAnswer((await round.pod(by))?.problem);
      }
      const judged = expect.judge(answer);
      if (
        judged.outcome === 'failed' &&
        excuse &&
        !isReached(await round.answer(excuse))
      ) {
        const reason = say('nobodyReaches', { target });
        return { ...answer, outcome: 'notApplicable', reason };
      }
      return { ...answer, ...sayLate(answer, await witnessed(round, judged)) };
    },
  };

  /** A refusal counts only while its witnesses reach what they have to reach. */
  async function witnessed(round: Round, judged: Judged): Promise<Judged> {
    if (judged.outcome === 'breached' || witnesses.length === 0) {
      return judged;
    }
    const doubts: { witness: Witness; answer?: Answer }[] = [];
    for (const witness of witnesses) {
      const answer = await round.answer(witness);
      if (!isReached(answer)) {
        doubts.push({ witness, answer });
      }
    }
    if (doubts.length === 0) {
      const seen = witnesses.map(w => w.says);
      return judged.outcome === 'asExpected'
        ? { ...judged, reason: say('witnessed', { seen }) }
        : judged;
    }
    if (
      bait &&
      doubts.every(({ witness }) => witness.by === bait.by) &&
      isReached(await round.answer(bait))
    ) {
      return {
        outcome: 'notApplicable',
        reason: say('nothingThere', { target }),
      };
    }
    const unmet = doubts.map(({ witness, answer }) =>
      say('unmet', { wanted: witness.says, answer: answered(answer) }),
    );
    return { outcome: 'inconclusive', reason: say('witnessless', { unmet }) };
  }
}

/** What was denied only after a while is denied, and was not at first. */
function sayLate({ enforcedAfterMs: late }: Answer, judged: Judged): Judged {
  if (late === undefined || judged.outcome !== 'asExpected') {
    return judged;
  }
  const seconds = (late / 1000).toFixed(1);
  const { reason: then } = judged;
  return {
    ...judged,
    reason: then
      ? say('openAtFirstThen', { seconds, then })
      : say('openAtFirst', { seconds }),
  };
}

/** The tenant's pod itself: it passes the same admission as any other. */
export function podLetIn({ tenant }: Side): Attempt {
  return {
    key: 'proof pod',
    by: 'tenant',
    target: `Pod in ${tenant.plan.names.namespace}`,
    request: 'create the proof pod',
    expected: 'created',
    run: async round => {
      const pod = await round.made('tenant');
      return pod?.uid
        ? asExpected('201', `Pod ${pod.name} created`)
        : noAnswer(pod?.problem);
    },
  };
}

/** Whether somebody reached what was to be reached. */
export function isReached(answer: Answer | undefined): boolean {
  return answer?.code === 'OK' || answer?.code === '200';
}

/** An answer in a few words, for a reason. */
export function answered(answer: Answer | undefined): Said {
  return answer
    ? quote(`${answer.code} ${answer.response}`.trim())
    : say('noAnswer');
}

/** A pod that said nothing of it, with the reason. */
export function noAnswer(problem: Said = say('notPrinted')): Finding {
  return {
    code: 'NONE',
    response: '',
    durationMs: 0,
    outcome: 'inconclusive',
    reason: problem,
  };
}
