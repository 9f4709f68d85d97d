import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../../plan/types';
import { Attempt, Round } from '../types';
import { abortable } from './abortable';
import { differences } from './differences';

/** Answers of the API server to a dry run, by cluster and object: they don't change. */
const normalised = new Map<string, Promise<KubernetesObject>>();
const REMEMBERED = 5000;

/**
 * Compares a live object with the plan, whole: a field that the plan doesn't
 * have is a difference too.
 */
export function asPlanned(
  object: KubernetesObject,
  options: {
    /** What it means that the object is gone; a wall that is gone is a breach */
    gone?: Outcome;
  } = {},
): Attempt {
  const { apiVersion, kind, metadata } = object;
  const { namespace, name } = metadata;
  return {
    key: `${kind} ${name}`,
    by: 'kubernetes',
    target: `${kind} ${namespace}/${name}`,
    request: `get ${kind} ${name}, and compare it with the plan field by field`,
    expected: 'equal',
    run: async context => {
      const ref = { apiVersion, kind, namespace, name };
      const [live, plan] = await Promise.all([
        context.cluster.kubernetes.get(ref, { signal: context.signal }),
        abortable(normalise(object, context), context.signal),
      ]);
      if (!live) {
        return {
          code: '404',
          response: `${kind} ${name} is not there`,
          outcome: options.gone ?? 'breached',
          reason: `${kind} ${name} is gone`,
        };
      }
      const found = differences(significant(plan), significant(live));
      return found.length === 0
        ? { code: 'EQUAL', response: 'equal', outcome: 'asExpected' }
        : {
            code: 'DIFFERENT',
            response: found.join('; '),
            outcome: 'breached',
            reason: `${kind} ${name} is not as planned: ${found.join('; ')}`,
          };
    },
  };
}

/**
 * The object as the API server would keep it (its defaults, its way to write
 * quantities), from a dry run under another name.
 */
async function normalise(
  object: KubernetesObject,
  { cluster }: Round,
): Promise<KubernetesObject> {
  const key = `${cluster.name} ${JSON.stringify(object)}`;
  const known = normalised.get(key);
  if (known) {
    return known;
  }
  const answer = ask(object, cluster);
  answer.catch(() => normalised.delete(key));
  if (normalised.size >= REMEMBERED) {
    normalised.clear();
  }
  normalised.set(key, answer);
  return answer;
}

async function ask(
  object: KubernetesObject,
  cluster: Round['cluster'],
): Promise<KubernetesObject> {
  const { name, namespace, labels } = object.metadata;
  const copy = {
    ...object,
    metadata: { name: `${name}-as-planned`, namespace, labels },
  };
  const { status, body } = await cluster.kubernetes.create(copy, {
    dryRun: true,
  });
  if (status >= 300) {
    const said = (body as { message?: string }).message ?? `HTTP ${status}`;
    throw new Error(`The API server does not take the plan: ${said}`);
  }
  return body;
}

function significant(object: KubernetesObject): Record<string, unknown> {
  const { apiVersion, kind, metadata, status, ...rest } = object;
  return rest;
}
