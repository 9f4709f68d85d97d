import { InputError, NotFoundError } from '@backstage/errors';
import pLimit from 'p-limit';
import { Cluster } from '../clients';
import { planCanary, planRam } from '../plan/canary';
import { onlyProved } from '../plan/proofOnly';
import {
  KubernetesObject,
  KubernetesResource,
  PlannedResource,
  Stage,
  STAGES,
  TenantPlan,
} from '../plan/types';
import { AppliedResources, asRecorded, plannedNoMore } from './applied';
import {
  Applied,
  applyKubernetes,
  ApplyContext,
  look,
  removeKubernetes,
} from './applyKubernetes';
import { applyPolicyOrRole } from './applyVault';
import { checkOwnership, Ownership } from './ownership';
import { applySeed, SeedOptions } from './seed';
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
  result: 'created' | 'updated' | 'unchanged' | 'ready' | 'removed';
  /** Milliseconds */
  ms: number;
}

/** @public */
export interface ApplyPlanOptions extends Partial<Ownership>, SeedOptions {
  /** Stages to apply; default all */
  stages?: readonly Stage[];
  /** Whether to wait for what the next stage needs; default true */
  wait?: boolean;
  signal?: AbortSignal;
  /** Called before the namespace is made, where there is none */
  onMaking?: () => Promise<void>;
  /**
   * Called as soon as the tenant has a namespace, and before anything else is
   * made in it, so that the records know it first
   */
  onNamespace?: (uid: string) => Promise<void>;
  /** Called as each resource is done */
  onResult?: (result: ApplyResult) => void;
  /** Called with what has been sent, as the records keep it; without what was removed */
  onApplied?: (
    applied: Partial<AppliedResources>,
    object?: KubernetesObject,
  ) => void;
  /** Called when a wait begins */
  onWait?: (what: string) => void;
}

/**
 * Makes the world match a plan: stage by stage, in parallel inside a stage.
 * What is as planned already is left alone, so running it again resumes; what is
 * the tenant's own and was changed is put back, whoever has changed it. What was
 * applied once, holds no wall up and is planned no more goes last.
 *
 * @throws InputError for a tenant that is only proved, ConflictError for an object of
 * somebody else's, KubernetesError and
 * VaultError for a refusal, ClusterUnavailableError for no answer
 * @public
 */
export async function applyPlan(
  plan: TenantPlan,
  cluster: Cluster,
  options: ApplyPlanOptions = {},
): Promise<ApplyResult[]> {
  const { signal } = options;
  if (plan.proofOnly) {
    throw onlyProved(plan.spec.name);
  }
  const stages = options.stages ?? STAGES;
  const limit = pLimit(CONCURRENCY);
  const results: ApplyResult[] = [];
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
  const timed = async (
    stage: Stage,
    resource: PlannedResource,
    run: () => Promise<Done>,
  ) => {
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const { result, object } = await run();
    report(stage, resource.id, result, startedAt);
    if (resource.type !== 'seed') {
      const { id } = resource;
      options.onApplied?.({ [id]: asRecorded(stage, resource) }, object);
    }
    return object;
  };

  const context: ApplyContext = { ...options, cluster, plan, fresh: false };
  const first = plan.stages[0].resources[0] as KubernetesResource;
  signal?.throwIfAborted();
  const found = await look(first.object, context);
  if (found) {
    checkOwnership(found, plan, options);
  }
  checkWalls(stages, plan, options, found);
  let namespace = found;
  if (stages.includes('namespace')) {
    if (!found) {
      await options.onMaking?.();
    }
    namespace = await timed('namespace', first, async () => {
      const fresh = !found;
      const done = await applyKubernetes(first, { ...context, fresh }, found);
      if (!found && done.result !== 'created') {
        // Somebody has made it between the look and the apply.
        checkOwnership(done.object, plan, options);
      }
      // Said to be made once it is on record: until then it may be anybody's.
      await options.onNamespace?.(String(done.object.metadata.uid));
      return done;
    });
  } else if (found) {
    await options.onNamespace?.(String(found.metadata.uid));
  }
  if (!namespace) {
    throw new NotFoundError(
      `There is no namespace ${plan.names.namespace} yet: apply the stage namespace first`,
    );
  }
  // In a namespace that this very run has made there is nothing to look at.
  context.fresh = !found;
  const namespaceUid = String(namespace.metadata.uid);

  const applyOne = async (resource: PlannedResource): Promise<Done> => {
    switch (resource.type) {
      case 'kubernetes':
        return applyKubernetes(resource, context);
      case 'vault':
        return { result: await applyPolicyOrRole(resource, context) };
      default:
        return {
          result: await applySeed(resource, {
            ...options,
            ...context,
            namespaceUid,
          }),
        };
    }
  };
  for (const { name, resources, waits } of plan.stages) {
    if (!stages.includes(name)) {
      continue;
    }
    await settle(
      resources
        .filter(resource => resource !== first)
        .map(resource =>
          limit(() => timed(name, resource, () => applyOne(resource))),
        ),
    );
    if (options.wait !== false) {
      await settle(
        waits.map(async wait => {
          const startedAt = performance.now();
          options.onWait?.(wait.for);
          await waitFor(wait, cluster, signal);
          report(name, wait.for, 'ready', startedAt);
        }),
      );
    }
  }
  await settle(
    plannedNoMore(plan, options.applied)
      .filter(([, { stage }]) => stages.includes(stage as Stage))
      .map(async ([id, { stage, resource }]) => {
        const startedAt = performance.now();
        await removeKubernetes(resource as KubernetesResource, context);
        report(stage as Stage, id, 'removed', startedAt);
        options.onApplied?.({ [id]: undefined });
      }),
  );
  return results;
}

/**
 * No pod exists before its walls do: whoever applies n8n alone has applied them before,
 * by the records of this very namespace.
 *
 * @throws InputError
 */
function checkWalls(
  stages: readonly Stage[],
  plan: TenantPlan,
  { uid, applied = {} }: Partial<Ownership>,
  found: KubernetesObject | undefined,
): void {
  if (uid === undefined || !stages.includes('workload')) {
    return;
  }
  const known = found?.metadata.uid === uid ? applied : {};
  const missing = plan.stages
    .filter(({ name }) => name === 'walls' && !stages.includes(name))
    .flatMap(({ resources }) => resources.filter(({ id }) => !known[id]));
  if (missing.length > 0) {
    throw new InputError(
      `stages: n8n runs behind its walls, and ${missing[0].id} was not applied yet: apply the stage walls first`,
    );
  }
}

type Done = Pick<Applied, 'result'> & Partial<Applied>;

/**
 * Makes the canary and its test client's namespace what they have to be, and
 * waits until the bait answers.
 *
 * @throws what applyPlan throws
 * @public
 */
export async function ensureCanary(
  cluster: Cluster,
  options: Pick<
    ApplyPlanOptions,
    'signal' | 'onResult' | 'onWait' | 'wait'
  > = {},
): Promise<ApplyResult[]> {
  // Nothing of value is in either: whatever is left of another canary is no loss.
  const owned = { ...options, adopt: true, beginAnew: true };
  const plans = [planCanary(cluster.config), planRam(cluster.config)];
  const results = await settle(
    plans.map(plan => applyPlan(plan, cluster, owned)),
  );
  return results.flat();
}

/** Lets all finish before the first failure is thrown, so that none is left running. */
export async function settle<T>(promises: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
