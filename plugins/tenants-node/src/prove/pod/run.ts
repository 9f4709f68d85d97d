import { setTimeout as sleep } from 'node:timers/promises';
import { Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, ClusterView } from '../../clients';
import { KubernetesObject } from '../../plan/types';
import { PodRun } from '../types';
import { createPod } from './create';
import { PROOF_CONTAINER } from './labels';
import { SlowStartError, startOf } from './start';
import { PodSaid } from './tasks';

/** Milliseconds before a stream that broke is opened again. */
const RETRY_MS = 300;
/** Milliseconds between two tries to remove a pod. */
const REMOVE_MS = 1_000;

/** Options of {@link runPod}. */
export interface RunPodOptions {
  nonce: string;
  /** Ends the run; what has arrived by then counts */
  deadline: AbortSignal;
  /** Gives the run up */
  signal: AbortSignal;
  /** Milliseconds before one looks why it has not started; default 10 s */
  patienceMs?: number;
  /** Where its start is seen without a request, if that is kept in step */
  view?: ClusterView;
  /** Called once the API server has made it */
  onMade?: (run: PodRun) => void;
  onStarted?: () => void;
  onAnswer?: () => void;
}

/**
 * Makes a pod, and follows what it prints. What goes wrong with it is its `problem`;
 * only giving up throws. It is left to be removed, whatever became of it.
 */
export async function runPod(
  cluster: Cluster,
  pod: KubernetesObject,
  options: RunPodOptions,
): Promise<PodRun> {
  const run = notRun(pod);
  const either = AbortSignal.any([options.signal, options.deadline]);
  try {
    const made = await createPod(cluster, pod, either);
    run.problem = made.problem;
    run.uid = made.uid;
    if (made.uid) {
      options.onMade?.(run);
      run.problem = await follow(cluster, run, options, {
        signal: either,
        since: made.resourceVersion,
      });
    }
  } catch (error) {
    options.signal.throwIfAborted();
    run.problem = options.deadline.aborted
      ? say('podLate', { last: last(run) })
      : say('podLost', { message: (error as Error).message });
  }
  return run;
}

/** A pod that was not made, yet or at all. */
export function notRun(pod: KubernetesObject, problem?: Said): PodRun {
  const { namespace = '', name } = pod.metadata;
  const { runtimeClassName } = pod.spec as { runtimeClassName?: string };
  return {
    namespace,
    name,
    answers: new Map(),
    facts: { runtimeClassName },
    problem,
  };
}

/** Until its end marker; a broken stream is opened again, an ended pod is not. */
async function follow(
  cluster: Cluster,
  run: PodRun,
  options: RunPodOptions,
  { signal, since }: { signal: AbortSignal; since?: string },
): Promise<Said | undefined> {
  let known = since;
  for (;;) {
    try {
      const start = await startOf(cluster, run, signal, {
        since: known,
        view: options.view,
        patienceMs: options.patienceMs,
      });
      run.slow = undefined;
      if (start.problem) {
        return start.problem;
      }
      run.facts.nodeName = start.nodeName;
      options.onStarted?.();
      if (await read(cluster, run, options, signal)) {
        return undefined;
      }
      if (start.ended) {
        return say('podEnded', { message: start.ended });
      }
    } catch (error) {
      signal.throwIfAborted();
      run.slow = error instanceof SlowStartError ? error.message : run.slow;
    }
    known = undefined;
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** Whether the end marker was reached. */
async function read(
  cluster: Cluster,
  run: PodRun,
  { nonce, onAnswer }: RunPodOptions,
  signal: AbortSignal,
): Promise<boolean> {
  for await (const text of cluster.kubernetes.logs(run, {
    container: PROOF_CONTAINER,
    follow: true,
    signal,
  })) {
    for (const said of parse(text, nonce)) {
      if ('end' in said) {
        return true;
      }
      if ('hello' in said) {
        run.facts.kernel = said.hello.kernel;
      } else if (!run.answers.has(said.id)) {
        const { id, ...answer } = said;
        run.answers.set(id, answer);
        onAnswer?.();
      }
    }
  }
  return false;
}

function parse(text: string, nonce: string): PodSaid[] {
  if (!text.startsWith(`${nonce} `)) {
    return [];
  }
  try {
    return JSON.parse(text.slice(nonce.length + 1));
  } catch {
    return [];
  }
}

/**
 * Removes a pod, and with it what it owns. Without a signal: it has to happen when the
 * run was given up, too. An API server that is away just then is asked again until the
 * pod has reached its own deadline: up to then it takes the place of the next one.
 */
export async function removePod(
  { kubernetes, config }: Cluster,
  { metadata: { namespace, name } }: KubernetesObject,
): Promise<void> {
  const removeNow = () =>
    kubernetes.delete(
      { apiVersion: 'v1', kind: 'Pod', namespace, name },
      { gracePeriodSeconds: 0 },
    );
  const removeLater = async () => {
    const until = performance.now() + config.proofs.deadlineMs;
    while (performance.now() < until) {
      await sleep(REMOVE_MS, undefined, { ref: false });
      try {
        await removeNow();
        return;
      } catch {
        // The sweep removes what is left at the end.
      }
    }
  };
  try {
    await removeNow();
  } catch {
    // The round does not wait for it.
    void removeLater();
  }
}

function last({ answers, uid, slow }: PodRun): string {
  if (slow) {
    return `it did not start: ${slow}`;
  }
  return uid ? `${answers.size} answers so far` : 'it was not made';
}
