import { randomBytes } from 'node:crypto';
import {
  ProofProgress,
  Receipt,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '../clients';
import { planCanary } from '../plan/canary';
import { TenantPlan } from '../plan/types';
import { Platform } from '../platform';
import { attemptsOf } from './checks';
import { DEFAULT_OUTSIDE } from './destinations';
import { judge } from './judge';
import { podManifest } from './pod/manifest';
import { notRun, PodRun, runPod } from './pod/run';
import { declaredPlacement } from './portal/placement';
import { RoundResults } from './round/evaluate';
import {
  canaryParty,
  ClusterFacts,
  readCluster,
  readTenantParty,
  tenantParty,
} from './round/facts';
import { Answers, assignTasks, RAM } from './round/pods';
import { runPortalAttempts } from './round/portal';
import { waitForProbeQuota } from './round/quota';
import { receiptsOf } from './round/sides';
import { Outside, Party, Side } from './types';

/** @public */
export interface ProveOptions {
  cluster: Cluster;
  platform: Platform;
  /** A pair, or one that is proved with the canary alone */
  tenants: [TenantPlan] | [TenantPlan, TenantPlan];
  /** Right after a create or change: lets a policy take the settle time to bite */
  fresh?: boolean;
  /** Addresses outside the cluster to dial, where they aren't the default ones */
  outside?: Outside;
  signal?: AbortSignal;
  onProgress?: (tenant: string, progress: ProofProgress) => void;
}

/**
 * What a round came to for one of its tenants.
 *
 * @public
 */
export interface TenantProof {
  receipts: Receipt[];
  verdicts: WallVerdict[];
  /** Milliseconds a fresh policy took to bite, where the round had to wait */
  timeToEnforceMs?: number;
  /** The tenant on the other side, or `canary` when there was none, or none that was well */
  neighbour: string;
}

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
  const prepared = await prepare(options, AbortSignal.any([signal, deadline]))
    .catch((error: Error) => {
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

interface Prepared {
  sides: Side[];
  facts: ClusterFacts;
  /** Why a tenant's pod can't be made, by the tenant's place */
  noRoom: (string | undefined)[];
  /** Why the round can't begin */
  problem?: string;
}

/** Looks up what there is to attack, and waits until a pod may be made. */
async function prepare(
  options: ProveOptions,
  signal: AbortSignal,
): Promise<Prepared> {
  const { cluster, tenants } = options;
  const [facts, parties, waits] = await Promise.all([
    readCluster(cluster, signal),
    Promise.all(tenants.map(plan => readTenantParty(cluster, plan, signal))),
    Promise.all(
      tenants.map(({ names }) =>
        waitForProbeQuota(cluster, names.namespace, signal),
      ),
    ),
  ]);
  return { sides: sidesOf(options, facts, parties), facts, noRoom: waits };
}

/** A round that could not even begin: what it would have tried, as planned. */
function nominal(options: ProveOptions, problem: string): Prepared {
  const facts = { kubeApi: [], kubelets: [], nodes: new Map() };
  const parties = options.tenants.map(tenantParty);
  return {
    sides: sidesOf(options, facts, parties),
    facts,
    noRoom: [],
    problem,
  };
}

function sidesOf(
  options: ProveOptions,
  facts: ClusterFacts,
  parties: Party[],
): Side[] {
  const { cluster, platform, outside = DEFAULT_OUTSIDE } = options;
  const canary = canaryParty(planCanary(cluster, platform));
  return parties.map((tenant, i) => {
    const other = parties[1 - i];
    return {
      cluster,
      platform,
      tenant,
      // A neighbour without a pod is no target.
      neighbour: other?.pods.length ? other : undefined,
      canary,
      kubeApi: facts.kubeApi,
      kubelets: facts.kubelets,
      outside,
    };
  });
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
      { phase: 'waiting for the proof pods', done: 0, total: attemptsOf(side).length },
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
  const podFor = async (
    name: string,
    side: Side,
    problem?: string,
  ): Promise<[string, PodRun]> => {
    const isRam = name === RAM;
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
      return [name, notRun(pod, problem)];
    }
    const result = await runPod(cluster, pod, {
      nonce,
      signal,
      deadline,
      onStarted: () => tell(name, p => (p.phase = 'attacking')),
      onAnswer: () => tell(name, p => p.done++),
    });
    return [name, result];
  };
  const context = {
    cluster,
    platform,
    signal: AbortSignal.any([signal, deadline]),
  };
  const [runs, portal] = await Promise.all([
    Promise.all([
      podFor(RAM, sides[0]),
      ...sides.map((side, i) => podFor(names[i], side, noRoom[i])),
    ]),
    Promise.all(
      sides.map((side, i) =>
        runPortalAttempts(side, context, () => tell(names[i], p => p.done++)),
      ),
    ),
  ]);
  signal.throwIfAborted();
  return {
    answers: new Answers(new Map(runs), tasks),
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
