import { randomBytes } from 'node:crypto';
import { ProofProgress } from '@threewalls/backstage-plugin-tenants-common';
import { attemptsOf } from './checks/checks';
import { judge } from './judge';
import { podManifest } from './pod/manifest';
import { notRun, PodRun, runPod } from './pod/run';
import { declaredPlacement } from './attempts/placement';
import { ProveOptions, TenantProof } from './proof';
import { RoundResults } from './round/evaluate';
import { Answers, assignTasks, RAM } from './round/pods';
import { PodsFirst } from './round/podsFirst';
import { runPortalAttempts } from './round/portal';
import { nominal, prepare, Prepared } from './round/prepare';
import { receiptsOf } from './round/sides';
import { Side } from './types';

/**
 * Proves one or two tenants: one round, all checks, judged for each. What goes
 * wrong becomes a receipt that says why; nothing of a round is left behind.
 *
 * @throws the signal's reason when it is given up
 * @public
 */
export async function proveTenants(
  options: ProveOptions,
): Promise<Map<string, TenantProof>> {
  const { tenants, signal = new AbortController().signal } = options;
  const deadline = AbortSignal.timeout(options.platform.proofs.deadlineMs);
  const startedAt = new Date().toISOString();
  const prepared = await prepare(
    options,
    AbortSignal.any([signal, deadline]),
  ).catch((error: Error) => {
    signal.throwIfAborted();
    return nominal(options, `The round could not begin: ${error.message}`);
  });
  const results = prepared.problem
    ? nothing(startedAt, prepared.problem)
    : await run(prepared, options, { signal, deadline, startedAt });
  return new Map(
    tenants.map((plan, i) => {
      const side = receiptsOf(prepared.sides[i], results);
      return [plan.spec.name, { ...side, verdicts: judge(side.receipts) }];
    }),
  );
}

interface Times {
  signal: AbortSignal;
  deadline: AbortSignal;
  startedAt: string;
}

/** All pods and all of the portal's own attempts, at once. */
async function run(
  { sides, facts, noRoom }: Prepared,
  options: ProveOptions,
  { signal, deadline, startedAt }: Times,
): Promise<RoundResults> {
  const { cluster, platform, fresh = false, onProgress } = options;
  const tasks = assignTasks(sides, fresh);
  const names = sides.map(side => side.tenant.plan.spec.name);
  const progress = new Map(
    sides.map((side, i) => [
      names[i],
      {
        phase: 'waiting for the proof pods',
        done: 0,
        total: attemptsOf(side).length,
      },
    ]),
  );
  const tell = (name: string, change: (p: ProofProgress) => void) => {
    const current = progress.get(name);
    if (current) {
      change(current);
      current.done = Math.min(current.done, current.total);
      onProgress?.(name, { ...current });
    }
  };
  const podsFirst = new PodsFirst(1 + sides.length);
  const podFor = async (
    name: string,
    side: Side,
    problem?: string,
  ): Promise<[string, PodRun]> => {
    const isRam = name === RAM;
    const counted = podsFirst.onePod();
    const nonce = randomBytes(6).toString('hex');
    const pod = podManifest({
      role: isRam ? 'ram' : 'proof',
      plan: isRam ? side.canary.plan : side.tenant.plan,
      platform,
      cluster: cluster.config,
      nonce,
      tasks: tasks.get(name) ?? [],
      fresh,
      placement: isRam ? undefined : declaredPlacement(side),
    });
    if (problem) {
      counted();
      return [name, notRun(pod, problem)];
    }
    const result = await runPod(cluster, pod, {
      nonce,
      signal,
      deadline,
      onStarted: () => {
        counted();
        tell(name, p => (p.phase = 'attacking'));
      },
      onAnswer: () => tell(name, p => p.done++),
    }).finally(counted);
    return [name, result];
  };
  const context = {
    cluster,
    platform,
    signal: AbortSignal.any([signal, deadline]),
  };
  const attemptsFor = async (side: Side, i: number) => {
    await podsFirst.wait(context.signal);
    const onDone = () => tell(names[i], p => p.done++);
    return runPortalAttempts(side, context, onDone);
  };
  // All of them come to their end, and clean up, before the round does.
  const [runs, portal] = await Promise.all([
    Promise.allSettled([
      podFor(RAM, sides[0]),
      ...sides.map((side, i) => podFor(names[i], side, noRoom[i])),
    ]),
    Promise.all(sides.map(attemptsFor)),
  ]);
  signal.throwIfAborted();
  const ran = runs.map(settled => {
    if (settled.status === 'rejected') {
      throw settled.reason;
    }
    return settled.value;
  });
  return {
    answers: new Answers(new Map(ran), tasks),
    portal: new Map(portal.flat()),
    nodes: facts.nodes,
    startedAt,
  };
}

function nothing(startedAt: string, problem: string): RoundResults {
  return {
    answers: new Answers(new Map(), new Map()),
    portal: new Map(),
    nodes: new Map(),
    startedAt,
    problem,
  };
}
