import pLimit from 'p-limit';
import { Attempt, Round } from '../types';

/** Reviews of one attempt at once: more would each open a connection. */
const CONCURRENCY = 4;

/** Who is asked about. */
export interface Subject {
  /** In words */
  title: string;
  user?: string;
  groups: string[];
}

/** `VERBS RESOURCE[.GROUP][/SUBRESOURCE]`, such as `create,delete pods/exec`. */
export type Question = string;

/**
 * A ServiceAccount with its groups, which a review does not add by itself.
 */
export function serviceAccount(namespace: string, name: string): Subject {
  return {
    title: `ServiceAccount ${namespace}/${name}`,
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
  };
}

/** Whoever is in a group. */
export function group(name: string): Subject {
  return { title: `group ${name}`, groups: [name, 'system:authenticated'] };
}

/** Asks whether a subject may do any of these things; it may do none. */
export function mayNot(
  subject: Subject,
  namespace: string,
  questions: Question[],
  neighbour?: string,
): Attempt {
  return {
    key: `${subject.title} in ${namespace}`,
    neighbour,
    by: 'kubernetes',
    target: `${subject.title} in ${namespace}`,
    request: `SubjectAccessReviews: ${questions.join('; ')}`,
    expected: 'denied',
    run: async context => {
      const limit = pLimit(CONCURRENCY);
      const answers = await Promise.all(
        questions.flatMap(expand).map(asked =>
          limit(async () => ({
            asked: asked.text,
            allowed: await review(subject, namespace, asked, context),
          })),
        ),
      );
      const allowed = answers.filter(a => a.allowed).map(a => a.asked);
      return allowed.length === 0
        ? {
            code: 'DENIED',
            response: `${answers.length} reviews, none allowed`,
            outcome: 'asExpected',
          }
        : {
            code: 'ALLOWED',
            response: `allowed: ${allowed.join(', ')}`,
            outcome: 'breached',
            reason: `${subject.title} may ${allowed.join(
              ', ',
            )} in ${namespace}`,
          };
    },
  };
}

interface Asked {
  text: string;
  attributes: Record<string, string>;
}

function expand(question: Question): Asked[] {
  const [verbs, what] = question.split(' ');
  const [full, subresource] = what.split('/');
  const [resource, ...rest] = full.split('.');
  return verbs.split(',').map(verb => ({
    text: `${verb} ${what}`,
    attributes: {
      verb,
      resource,
      group: rest.join('.'),
      ...(subresource && { subresource }),
    },
  }));
}

async function review(
  subject: Subject,
  namespace: string,
  { attributes, text }: Asked,
  { cluster, signal }: Round,
): Promise<boolean> {
  const { status, body } = await cluster.kubernetes.create<any>(
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: subject.user,
        groups: subject.groups,
        resourceAttributes: { namespace, ...attributes },
      },
    },
    { signal },
  );
  if (status >= 300 || typeof body.status?.allowed !== 'boolean') {
    throw new Error(
      `The API server gave no review of ${text}: ${
        body.message ?? `HTTP ${status}`
      }`,
    );
  }
  return body.status.allowed;
}
