import { say } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterView, KindRef } from '../../clients';
import { Attempt } from '../types';
import { finding } from './finding';

export const NAMESPACES: KindRef = { apiVersion: 'v1', kind: 'Namespace' };
export const PODS: KindRef = { apiVersion: 'v1', kind: 'Pod' };

/** Code of a finding about what could not be read. */
export const NOT_READ = 'NOT-READ';

class UnreadError extends Error {
  constructor(readonly what: string, problem: string) {
    super(problem);
  }
}

/**
 * What was read, for a run that is {@link reading}.
 *
 * @param what - By which a receipt calls it where it can't be read
 */
export async function known<T extends object>(
  what: string,
  answer: Promise<T | { problem: string }>,
): Promise<T> {
  const seen = await answer;
  if ('problem' in seen) {
    throw new UnreadError(what, seen.problem);
  }
  return seen;
}

/**
 * Every object of a kind, for a run that is {@link reading}: of a namespace, or of the
 * whole cluster.
 */
export async function listed<T = any>(
  view: ClusterView,
  { apiVersion, kind, plural, namespaced }: KindRef,
  namespace?: string,
  what: string = [`${kind}s`, namespace].filter(Boolean).join(' of '),
): Promise<T[]> {
  const seen = view.list<T>(
    { apiVersion, kind, plural, namespaced },
    namespace,
  );
  return (await known(what, seen)).items;
}

/** A run that reads: what could not be read shows nothing. */
export function reading(run: Attempt['run']): Attempt['run'] {
  return async round => {
    try {
      return await run(round);
    } catch (error) {
      if (!(error instanceof UnreadError)) {
        throw error;
      }
      const { what, message: problem } = error;
      const reason = say('unread', { what, problem });
      return finding('inconclusive', NOT_READ, problem, reason);
    }
  };
}

/** An attempt that only reads, and compares what views say. */
export function stateAttempt(
  by: 'kubernetes' | 'vault',
  { run, ...attempt }: Omit<Attempt, 'by' | 'readsOnly'>,
): Attempt {
  return { ...attempt, by, readsOnly: true, run: reading(run) };
}
