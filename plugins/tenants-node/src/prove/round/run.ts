import { randomBytes } from 'node:crypto';
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
import { PodsFirst } from './podsFirst';
import { Prepared } from './prepare';
import { SideReceipts, takeReceipts } from './receipts';

/** When a round is given up, and when it has to have come to its end. */
export interface RoundSignals {
  signal: AbortSignal;
  deadline: AbortSignal;
}

/** A pod of a round: as soon as it was made, or could not be; and when it has ended. */
interface RoundPod {
  made: Promise<PodRun>;
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
  const podsFirst = new PodsFirst(1 + sides.length);
  const reports = sides.map(side => progressOf(side, onProgress));
  const either = AbortSignal.any([signal, deadline]);

  const asked: KubernetesObject[] = [];
  const start = (
    name: string,
    side: Side,
    on: { problem?: Said; report?: (change: Change) => void } = {},
  ): RoundPod => {
    const isRam = name === RAM;
    const counted = podsFirst.onePod();
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
      counted();
      const none = Promise.resolve(notRun(pod, on.problem));
      return { made: none, ended: none };
    }
    asked.push(pod);
    let onMade: (run: PodRun) => void = () => {};
    const created = new Promise<PodRun>(resolve => (onMade = resolve));
    const ended = runPod(cluster, pod, {
      nonce,
      view,
      signal,
      deadline,
      onMade,
      onStarted: () => {
        counted();
        on.report?.(p => (p.phase = 'attacking'));
      },
      onAnswer: () => on.report?.(p => p.done++),
    }).finally(counted);
    return { made: Promise.race([created, ended]), ended };
  };
  const pods = new Map([
    [RAM, start(RAM, sides[0])],
    ...sides.map((side, i): [string, RoundPod] => {
      const name = podOf(side, 'tenant');
      const on = { problem: noRoom[i], report: reports[i] };
      return [name, start(name, side, on)];
    }),
  ]);
  const portalMayStart = podsFirst.wait(either);
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
