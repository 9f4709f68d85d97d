import { setTimeout as sleep } from 'node:timers/promises';
import { quote, say } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterView } from '../../clients';
import { madeOnce, remembered } from '../../clients/remembered';
import { NewObject } from '../../clients/kubernetes';
import { Attempt, Judged, Round } from '../types';
import { asExpected, stopped, succeeded } from './finding';

/** Milliseconds the quota controller may lag behind a fresh quota. */
const LAG_MS = 5_000;
const LAGGING = 'status unknown for quota';
/** What was asked for on the pod as a whole did not come back. */
const DROPPED = 'DROPPED';

/** What the API server said to a dry run. */
export interface DryRunAnswer {
  status: number;
  message: string;
  body: any;
}

/** Asks the API server to create an object without doing it. */
export function dryRun(
  title: string,
  object: NewObject,
  expected: string,
  judge: (answer: DryRunAnswer) => Judged,
): Attempt {
  const { kind, metadata } = object;
  return {
    key: title,
    by: 'kubernetes',
    target: `${kind} in ${metadata?.namespace}: ${title}`,
    request: requestOf(object),
    expected,
    run: async context => {
      const answer = await askOnce(object, context);
      const isDropped =
        answer.status < 300 &&
        (object as any).spec?.resources !== undefined &&
        answer.body?.spec?.resources === undefined;
      return {
        code: isDropped ? DROPPED : String(answer.status),
        response: answer.message || `${kind} created (server dry run)`,
        ...judge(answer),
      };
    },
  };
}

/** The API server has to refuse, in these words. */
export function refuses(
  title: string,
  object: NewObject,
  ...words: string[]
): Attempt {
  const expected = `403 ${words.join(' … ')}`;
  return dryRun(title, object, expected, ({ status, message }) =>
    stopped(
      status < 300 && say('created', { title }),
      status === 403 && words.every(word => message.includes(word)),
      say('refusedElse', { answer: `${status} ${message}` }),
    ),
  );
}

/**
 * A quota has to refuse: the tenant's own; or another one, which then is tighter. Where
 * it has no name, any that is about the resource.
 * That the tenant's own is there, as planned, is compared besides.
 */
export function overQuota(
  title: string,
  object: NewObject,
  quota: string,
  resource = '',
): Attempt {
  const expected = `403 exceeded quota: ${[quota, resource]
    .filter(Boolean)
    .join(' … ')}`;
  return dryRun(title, object, expected, ({ status, message }) => {
    const [, refusedBy] = /exceeded quota: ([^,\s]+)/.exec(message) ?? [];
    const isOther = quota !== '' && refusedBy !== quota;
    const judged = stopped(
      status < 300 && say('created', { title }),
      status === 403 &&
        Boolean(refusedBy) &&
        (isOther || message.includes(resource)),
      say('refusedElse', { answer: `${status} ${message}` }),
    );
    return judged.outcome === 'asExpected' && isOther
      ? {
          ...judged,
          reason: say('tighter', { quota: refusedBy, planned: quota }),
        }
      : judged;
  });
}

/** The API server has to accept, or to say that the tenant has used its quota up. */
export function accepts(
  title: string,
  object: NewObject,
  check: (body: any) => string | undefined,
): Attempt {
  const expected = 'accepted, or `exceeded quota`';
  return dryRun(title, object, expected, ({ status, message, body }) => {
    if (status < 300) {
      const problem = check(body);
      return succeeded(!problem, quote(problem ?? ''));
    }
    if (status === 403 && message.includes('exceeded quota: ')) {
      return { outcome: 'asExpected', reason: say('quotaUsed') };
    }
    return {
      outcome: message.includes(LAGGING) ? 'inconclusive' : 'failed',
      reason: quote(`${status} ${message}`),
    };
  });
}

/**
 * An attempt that asks with others at once: of an object that breaks the rules of all.
 * A refusal that says it of this rule shows it, whatever else it says. Any other
 * answer shows nothing here, and the attempt's own object is asked, which breaks
 * this rule alone.
 *
 * @param says - Whether the refusal says it of this rule, and of no other's
 */
export function askedTogether(
  attempt: Attempt,
  all: NewObject,
  says: (refusal: string) => boolean,
): Attempt {
  const alone = attempt.request;
  return {
    ...attempt,
    request: `${requestOf(all)}; unless that is refused for this: ${alone}`,
    run: async round => {
      const { status, message } = await askOnce(all, round);
      return status === 403 && says(message)
        ? asExpected('403', message)
        : attempt.run(round);
    },
  };
}

/** An API server that drops pod-level resources gives nobody more than containers ask for. */
export function unlessDropped(attempt: Attempt): Attempt {
  return {
    ...attempt,
    run: async round => {
      const finding = await attempt.run(round);
      return finding.code === DROPPED
        ? {
            ...finding,
            outcome: 'notApplicable',
            reason: say('podLevelDropped'),
          }
        : finding;
    },
  };
}

const asked = madeOnce(
  (_: ClusterView) => new Map<string, Promise<DryRunAnswer>>(),
);

/** What several checks read off one answer is asked once in a round. */
function askOnce(object: NewObject, round: Round): Promise<DryRunAnswer> {
  const { kind, metadata } = object;
  const key = `${kind} ${metadata?.namespace}/${metadata?.name}`;
  return remembered(asked(round.view), key, () => ask(object, round));
}

async function ask(
  object: NewObject,
  { cluster, signal }: Round,
): Promise<DryRunAnswer> {
  const deadline = Date.now() + LAG_MS;
  for (;;) {
    const { status, body } = await cluster.kubernetes.create<any>(object, {
      dryRun: true,
      signal,
    });
    const message = status >= 300 ? String(body.message ?? '') : '';
    if (!message.includes(LAGGING) || Date.now() > deadline) {
      return { status, message, body };
    }
    await sleep(200, undefined, { signal });
  }
}

function requestOf(object: NewObject): string {
  const { kind, metadata } = object;
  return `create ${kind} ${metadata?.name} (server-side dry run): ${brief(
    object,
  )}`;
}

function brief(object: NewObject): string {
  const { spec } = object as { spec?: any };
  const { containers, initContainers, securityContext, ...rest } = spec ?? {};
  const sizes = [...(initContainers ?? []), ...(containers ?? [])].map(
    (c: any) => c.resources ?? {},
  );
  return JSON.stringify({
    ...rest,
    ...(sizes.length > 0 && { resources: sizes }),
  }).slice(0, 600);
}
