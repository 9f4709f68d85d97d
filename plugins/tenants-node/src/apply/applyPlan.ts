import pLimit from 'p-limit';
import { Cluster } from '../clients';
import { Platform } from '../config/platform';
import { planCanary, planRam } from '../plan/canary';
import { PlannedResource, Stage, STAGES, TenantPlan } from '../plan/types';
import { applyKubernetes } from './applyKubernetes';
import { applyPolicyOrRole, applySeed, SeedValues } from './applyVault';
import { waitFor } from './wait';

/** Requests under way at once. */
const CONCURRENCY = 16;

/**
 * What became of one resource.
 *
 * @public
 */
export interface ApplyResult {
  stage: Stage;
  /** Such as `NetworkPolicy tenant-isolation` */
  id: string;
  result: 'created' | 'updated' | 'unchanged' | 'ready';
  /** Milliseconds */
  ms: number;
}

/** @public */
export interface ApplyPlanOptions {
  /** Stages to apply; default all */
  stages?: readonly Stage[];
  /** Take over what is there and not ours */
  adopt?: boolean;
  /** Values of the form's secrets, for a KV entry that is not there yet */
  seed?: SeedValues;
  /** Whether to wait for what the next stage needs; default true */
  wait?: boolean;
  signal?: AbortSignal;
  /** Called as each resource is done */
  onResult?: (result: ApplyResult) => void;
  /** Called when a wait begins */
  onWait?: (what: string) => void;
}

/**
 * Makes the world match a plan: stage by stage, in parallel inside a stage.
 * What is as planned already is left alone, so running it again resumes.
 *
 * @throws ConflictError for an object of somebody else's, KubernetesError and
 * VaultError for a refusal, ClusterUnavailableError for no answer
 * @public
 */
export async function applyPlan(
  plan: TenantPlan,
  cluster: Cluster,
  options: ApplyPlanOptions = {},
): Promise<ApplyResult[]> {
  const { signal, adopt = false, seed = {} } = options;
  const stages = options.stages ?? STAGES;
  const limit = pLimit(CONCURRENCY);
  const results: ApplyResult[] = [];
  // In a namespace that this very run has made there is nothing to look at.
  let fresh = false;

  const report = (
    stage: Stage,
    id: string,
    result: ApplyResult['result'],
    startedAt: number,
  ) => {
    const ms = Math.round(performance.now() - startedAt);
    results.push({ stage, id, result, ms });
    options.onResult?.({ stage, id, result, ms });
  };
  const applyOne = async (
    resource: PlannedResource,
  ): Promise<ApplyResult['result']> => {
    signal?.throwIfAborted();
    const { name: tenant, owner } = plan.spec;
    const context = { cluster, tenant, owner, adopt, fresh, signal };
    switch (resource.type) {
      case 'kubernetes':
        return applyKubernetes(resource, context);
      case 'vault':
        return applyPolicyOrRole(resource, context);
      default:
        return applySeed(resource, { ...context, spec: plan.spec, seed });
    }
  };
  const applyAll = (stage: Stage, resources: PlannedResource[]) =>
    settle(
      resources.map(resource =>
        limit(async () => {
          const startedAt = performance.now();
          const result = await applyOne(resource);
          report(stage, resource.id, result, startedAt);
          return result;
        }),
      ),
    );

  for (const stage of plan.stages) {
    if (!stages.includes(stage.name)) {
      continue;
    }
    const [first, ...rest] = stage.resources;
    if (stage.name === 'namespace') {
      // Everything else of its stage lives in it.
      const [result] = await applyAll(stage.name, [first]);
      fresh = result === 'created';
      await applyAll(stage.name, rest);
    } else {
      await applyAll(stage.name, stage.resources);
    }
    if (options.wait !== false) {
      await settle(
        stage.waits.map(async wait => {
          const startedAt = performance.now();
          options.onWait?.(wait.for);
          await waitFor(wait, cluster, signal);
          report(stage.name, wait.for, 'ready', startedAt);
        }),
      );
    }
  }
  return results;
}

/**
 * Makes the canary and its test client's namespace what they have to be, and
 * waits until the bait answers.
 *
 * @throws what applyPlan throws
 * @public
 */
export async function ensureCanary(
  cluster: Cluster,
  platform: Platform,
  options: Pick<
    ApplyPlanOptions,
    'signal' | 'onResult' | 'onWait' | 'wait'
  > = {},
): Promise<ApplyResult[]> {
  const plans = [planCanary(cluster, platform), planRam(cluster, platform)];
  const results = await settle(
    plans.map(plan => applyPlan(plan, cluster, options)),
  );
  return results.flat();
}

/** Lets all finish before the first failure is thrown, so that none is left running. */
async function settle<T>(promises: Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const failures = settled.flatMap(s =>
    s.status === 'rejected' ? [s.reason] : [],
  );
  if (failures.length > 0) {
    throw failures[0];
  }
  return settled.map(s => (s as PromiseFulfilledResult<T>).value);
}
