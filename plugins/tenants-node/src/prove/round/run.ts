import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ProofProgress,
  Said,
} from '@threewalls/backstage-plugin-tenants-common';
import { declaredPlacement, nodeToTry } from '../attempts/placement';
import { attemptsOf } from '../checks/checks';
import { KubernetesObject } from '../../plan/types';
import { podManifest } from '../pod/manifest';
import { notRun, removePod, runPod } from '../pod/run';
import { ProveOptions } from '../proof';
import { PodRun, Round, Side } from '../types';
import { answerOf, assignTasks, podOf, RAM } from './pods';
import { Prepared } from './prepare';
import { SideReceipts, takeReceipts } from './receipts';

/**
 * Milliseconds that the portal's own attempts wait for the pods to have started:
 * pods that share a node with the API server start sooner undisturbed, and then
 * wait for their connects to time out, which is when there is time for the rest.
 */
const PATIENCE_MS = 4_000;

/** When a round is given up, and when it has to have come to its end. */
export interface RoundSignals {
  signal: AbortSignal;
  deadline: AbortSignal;
}

/** A pod of a round: once it was made, has started, or will not; and has ended. */
interface RoundPod {
  made: Promise<PodRun>;
  started: Promise<unknown>;
  ended: Promise<PodRun>;
}

/** Runs all pods and all of the portal's own attempts of a round, at once. */
export async function runRound(
  { sides, facts, noRoom, view, vault, again }: Prepared,
  options: ProveOptions,
  { signal, deadline }: RoundSignals,
): Promise<SideReceipts[]> {
  const { cluster, onProgress } = options;
  const tasks = assignTasks(sides);
  const reports = sides.map(side => progressOf(side, onProgress));
  const either = AbortSignal.any([signal, deadline]);

  const asked: KubernetesObject[] = [];
  const start = (
    name: string,
    side: Side,
    on: { problem?: Said; report?: (change: Change) => void } = {},
  ): RoundPod => {
    const isRam = name === RAM;
    const nonce = randomBytes(6).toString('hex');
    const pod = podManifest({
      role: isRam ? 'ram' : 'proof',
      plan: isRam ? side.canary.plan : side.tenant.plan,
      cluster: cluster.config,
      nonce,
      tasks: tasks.get(name) ?? [],
      placement: isRam ? undefined : declaredPlacement(side),
      node: isRam ? undefined : nodeToTry(side),
    });
    if (on.problem) {
      const none = Promise.resolve(notRun(pod, on.problem));
      return { made: none, started: none, ended: none };
    }
    asked.push(pod);
    const made = Promise.withResolvers<PodRun>();
    const started = Promise.withResolvers<void>();
    const ended = runPod(cluster, pod, {
      nonce,
      view,
      signal,
      deadline,
      onMade: made.resolve,
      onStarted: () => {
        started.resolve();
        on.report?.(p => (p.phase = 'attacking'));
      },
      onAnswer: () => on.report?.(p => p.done++),
    });
    return {
      made: Promise.race([made.promise, ended]),
      started: Promise.race([started.promise, ended]),
      ended,
    };
  };
  const pods = new Map([
    [RAM, start(RAM, sides[0])],
    ...sides.map((side, i): [string, RoundPod] => {
      const name = podOf(side, 'tenant');
      const on = { problem: noRoom[i], report: reports[i] };
      return [name, start(name, side, on)];
    }),
  ]);
  const starts = [...pods.values()].map(({ started }) => started);
  const portalMayStart = podsFirst(starts, either);
  const taken = Promise.all(
    sides.map((side, i) => {
      const pod: Round['pod'] = async by => pods.get(podOf(side, by))?.ended;
      return takeReceipts(
        side,
        {
          cluster,
          signal: either,
          view,
          vault,
          again,
          pod,
          made: async by => pods.get(podOf(side, by))?.made,
          answer: async ({ by, task }) => answerOf(await pod(by), task),
          node: name => facts.nodes.get(name ?? ''),
        },
        { portalMayStart, onDone: () => reports[i](p => p.done++) },
      );
    }),
  );
  // All pods come to their end before the round does, and stay until then: what is made
  // for an attempt goes with them.
  const ends = [...pods.values()].flatMap(({ made, ended }) => [made, ended]);
  await Promise.allSettled([...ends, taken]);
  await Promise.all(asked.map(pod => removePod(cluster, pod)));
  signal.throwIfAborted();
  return taken;
}

/** Until all pods have started, or will not: for a while at most, and while nothing aborts. */
export async function podsFirst(
  pods: Promise<unknown>[],
  signal: AbortSignal,
): Promise<void> {
  const patience = sleep(PATIENCE_MS, undefined, { signal, ref: false });
  await Promise.race([Promise.allSettled(pods), patience.catch(() => {})]);
}

type Change = (progress: ProofProgress) => void;

/** Tells how far a side has come, whenever that changes. */
function progressOf(
  side: Side,
  onProgress: ProveOptions['onProgress'],
): (change: Change) => void {
  const progress: ProofProgress = {
    phase: 'waiting for the proof pods',
    done: 0,
    total: attemptsOf(side).length,
  };
  return change => {
    change(progress);
    progress.done = Math.min(progress.done, progress.total);
    onProgress?.(side.tenant.name, { ...progress });
  };
}
