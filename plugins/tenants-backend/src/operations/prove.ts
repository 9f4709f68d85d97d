import { setTimeout as sleep } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  Said,
  TenantChange,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  asApplied,
  Cluster,
  Clusters,
  differences,
  digestOf,
  notApplied,
  Platform,
  planTenant,
  proveTenants,
  readLive,
  writersOf,
  TenantPlan,
  TenantProof,
  unproven,
  VaultView,
} from '@threewalls/backstage-plugin-tenants-node';
import { OperationStore, proofOf } from '../database/OperationStore';
import { ProofResult, ProofStore, WallChange } from '../database/ProofStore';
import { StoredOperation } from '../database/rows';
import { TenantStore } from '../database/TenantStore';
import { Caches } from '../inventory/caches';
import { Inventory, Tenant } from '../inventory/Inventory';
import { Canaries } from './Canaries';
import { changesOf } from './changes';
import { rankNeighbours } from './neighbours';
import { Execution, Executor, persist } from './OperationRunner';
import { ProgressWriter } from './progress';
import { untilAborted } from './untilAborted';
import { doubted } from './verdicts';

/** Milliseconds beyond a proof's own deadline after which it is given up. */
const GRACE_MS = 60_000;
/** Milliseconds that a round that was given up has to remove what it has made. */
const CLEAN_UP_MS = 5_000;
/** Times that a proof is made anew because its tenant was changed meanwhile. */
const REPEATS = 3;

/** Where a proof is written down, and who is told. */
export interface ProverOptions {
  platform: Platform;
  clusters: Clusters;
  inventory: Inventory;
  store: TenantStore;
  operations: OperationStore;
  proofs: ProofStore;
  logger: LoggerService;
  caches: Caches;
  /** Vault as it was a moment ago */
  vaultOf(cluster: string): VaultView | undefined;
  /** What a tenant's objects show now */
  stateOf(tenant: Tenant): WallVerdict[] | undefined;
  /** Why a cluster's proofs can't be believed */
  doubtOf(cluster: string): Promise<Said | undefined>;
  /** The engine's own; a test has another */
  prove: typeof proveTenants;
  canaries: Canaries;
  onFinished(
    tenant: Tenant,
    proof: StoredOperation,
    result: ProofResult,
    changes: WallChange[],
  ): Promise<void>;
  onChanged(tenant: Tenant, changed: TenantChange[]): Promise<void>;
}

interface Prover extends ProverOptions {
  /** Objects as they were looked at last, by UID: while they are so nothing is asked */
  looked: Map<string, string>;
}

/** One of those that a round is about. */
interface Party {
  proof: StoredOperation;
  tenant: Tenant;
  /** As last applied */
  plan: TenantPlan;
  /** Of all its objects as the round began; absent where they can't be read */
  digest?: string;
}

/**
 * Proves a tenant, together with the neighbour whose turn it is: one round, judged
 * for both. Each is proved against what was last applied of it. A round during
 * which somebody has changed one of them proves nothing of that one, and is
 * made again.
 */
export function proveExecutor(options: ProverOptions): Executor {
  const prover: Prover = { ...options, looked: new Map() };
  return async execution => {
    const { operation: proof, event } = execution;
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      let first: Party;
      try {
        first = await partyOf(proof, prover);
      } catch (error) {
        await finishUnproven(proof, toError(error).message, prover);
        return undefined;
      }
      const second = await neighbourOf(first, execution, prover);
      const parties = second ? [first, second] : [first];
      if (await prove(parties, execution, prover)) {
        return undefined;
      }
      event({ message: 'The tenant was changed during its proof: once more' });
    }
    await finishUnproven(
      proof,
      `The tenant was changed during each of ${REPEATS} proofs`,
      prover,
    );
    return undefined;
  };
}

/** The tenant of a proof, if it can be proved now. */
async function partyOf(
  proof: StoredOperation,
  { inventory, platform, store }: Prover,
): Promise<Party> {
  const tenant = await inventory.expect(proof.tenant);
  if (proof.uid && tenant.uid !== proof.uid) {
    throw new Error(
      'The tenant was created again since this proof was asked for',
    );
  }
  if (tenant.phase === 'removing') {
    throw new Error('The tenant is being removed');
  }
  return {
    proof,
    tenant,
    plan: await appliedPlan(tenant, { platform, store }),
  };
}

/** @throws Error for a tenant that was made only in part: nothing can be told of it */
async function appliedPlan(
  { spec, uid }: Tenant,
  { platform, store }: Pick<Prover, 'platform' | 'store'>,
): Promise<TenantPlan> {
  const plan = asApplied(planTenant(spec, platform), await store.applied(uid));
  const missing = notApplied(plan);
  if (missing) {
    throw new Error(missing);
  }
  return plan;
}

/** The neighbour whose turn it is, its proof running too; none where all are busy. */
async function neighbourOf(
  { tenant, proof }: Party,
  { hold }: Execution,
  options: Prover,
): Promise<Party | undefined> {
  const { inventory, operations, proofs, logger } = options;
  const [{ tenants }, open, attempts] = await Promise.all([
    inventory.list(),
    operations.openByTenant(),
    proofs.attempts(tenant.uid),
  ]);
  const isOfChange = proof.trigger === 'event' || proof.attempts > 1;
  const ranked = rankNeighbours({
    tenant,
    tenants,
    ...open,
    attempts,
    isOfChange,
  });
  for (const candidate of ranked) {
    const { name } = candidate;
    try {
      await appliedPlan(candidate, options);
    } catch (error) {
      // One that can't be planned or read is no reason to leave this one unproved.
      logger.warn(`No proof of ${name}: ${toError(error).message}`);
      continue;
    }
    const neighbour = proofOf(candidate, 'schedule');
    const other = await operations.join(proof, neighbour);
    if (other) {
      hold(other);
      try {
        return await partyOf(other, options);
      } catch (error) {
        logger.warn(`No proof of ${name}: ${toError(error).message}`);
        await finishUnproven(other, toError(error).message, options);
      }
    }
  }
  return undefined;
}

/**
 * Makes one round and writes down what it came to for each.
 *
 * @returns whether the first one's proof counts
 */
async function prove(
  parties: Party[],
  execution: Execution,
  options: Prover,
): Promise<boolean> {
  const { operations, clusters } = options;
  const cluster = clusters.get(parties[0].tenant.cluster);
  await Promise.all(
    parties.map(async party => {
      party.digest = await look(party, cluster, options);
    }),
  );
  const [{ plan, digest }] = parties;
  // The neighbour's part alone is no reason to lose this one's.
  execution.renewableIf(async () => {
    const view = options.caches.get(cluster.name);
    return (
      digest !== undefined &&
      digestOf(await readLive(plan, cluster, { view })) !== digest
    );
  });
  let results = new Map<string, TenantProof>();
  let problem = 'The round gave no result for this tenant';
  try {
    results = await attack(parties, cluster, execution.signal, options);
  } catch (error) {
    execution.signal.throwIfAborted();
    problem = toError(error).message;
    options.logger.warn(
      `No proof of ${parties
        .map(p => p.tenant.name)
        .join(' and ')}: ${problem}`,
    );
  }
  // What comes of it is being written down.
  execution.renewableIf(undefined);
  // Each for itself: what goes wrong with one must not take the other's result.
  const written = await Promise.allSettled(
    parties.map(async (party, i) => {
      const result = results.get(party.tenant.name);
      const isVoid =
        result !== undefined &&
        party.digest !== undefined &&
        (await look(party, cluster, options, isBad(result))) !== party.digest;
      if (!isVoid) {
        await finish(
          party,
          result ?? { verdicts: unproven(problem), receipts: [] },
          parties[1 - i]?.tenant,
          options,
        );
      } else if (i > 0) {
        await operations.release(party.proof);
      }
      return !isVoid;
    }),
  );
  const [first] = written;
  if (first.status === 'rejected') {
    throw first.reason;
  }
  return first.value;
}

/** The attempts themselves, by the engine. */
async function attack(
  parties: Party[],
  cluster: Cluster,
  signal: AbortSignal,
  options: Prover,
): Promise<Map<string, TenantProof>> {
  const { operations, canaries, proofs, platform } = options;
  const limitMs = cluster.config.proofs.deadlineMs + GRACE_MS;
  const deadline = AbortSignal.timeout(limitMs);
  const either = AbortSignal.any([signal, deadline]);
  // A minute where its pod does not come up: nobody has to wait for that.
  await untilAborted(signal, canaries.keep(cluster));
  const writers = new Map(
    parties.map(({ proof, tenant }) => [
      tenant.name,
      new ProgressWriter(async progress => {
        await operations.update(proof, { progress });
      }),
    ]),
  );
  const [a, b] = parties.map(({ plan }) => plan);
  const tried = new Map(
    await Promise.all(
      parties.map(async ({ tenant }) => {
        const last = await proofs.lastOf(tenant.uid, 'net.own-node');
        const { maxAgeMs } = platform.proofs;
        return [tenant.name, { last, maxAgeMs }] as const;
      }),
    ),
  );
  const round = options.prove({
    cluster,
    tenants: b ? [a, b] : [a],
    view: options.caches.get(cluster.name),
    vault: options.vaultOf(cluster.name),
    tried,
    open: new Set(
      parties.flatMap(({ tenant }) =>
        options
          .stateOf(tenant)
          ?.some(v => v.wall === 'network' && v.status === 'breached')
          ? tenant.name
          : [],
      ),
    ),
    signal: either,
    onProgress: (name, progress) => writers.get(name)?.report(progress),
  });
  try {
    const results = await untilAborted(either, round);
    const isUnproven = [...results.values()].some(({ verdicts }) =>
      verdicts.some(verdict => verdict.status === 'unproven'),
    );
    if (isUnproven) {
      // It may be for want of the canary: make sure of it next time.
      canaries.forget(cluster);
    }
    return results;
  } catch (error) {
    if (signal.aborted) {
      // Whatever comes after it must not find its probes.
      const cleaned = round.then(() => {}).catch(() => {});
      await Promise.race([
        cleaned,
        sleep(CLEAN_UP_MS, undefined, { ref: false }),
      ]);
      throw signal.reason;
    }
    throw deadline.aborted
      ? new Error(`The proof did not come to an end within ${limitMs / 1000} s`)
      : error;
  } finally {
    writers.forEach(writer => writer.stop());
  }
}

/**
 * Reads all objects of a tenant from memory, and notes what others have changed in
 * them: which fields those are is asked for when it is another than before.
 *
 * @param isExact - Whether memory is not enough, which may be behind for a moment
 * @returns a digest of them, or `undefined` where they can't be read now
 */
async function look(
  { tenant, plan }: Party,
  cluster: Cluster,
  { caches, store, logger, looked, onChanged }: Prover,
  isExact: boolean = false,
): Promise<string | undefined> {
  try {
    const view = isExact ? undefined : caches.get(cluster.name);
    const memory = await readLive(plan, cluster, { view });
    const digest = digestOf(memory);
    const key = [digest, writersOf(memory), tenant.appliedDigest].join();
    if (looked.get(tenant.uid) !== key) {
      const live = await readLive(plan, cluster);
      const changed = changesOf(differences(plan, live));
      if (await store.noteChanges(tenant.uid, changed)) {
        await onChanged(tenant, changed);
      }
      looked.set(tenant.uid, key);
    }
    return digest;
  } catch (error) {
    logger.warn(
      `Objects of ${tenant.name} were not read: ${toError(error).message}`,
    );
    return undefined;
  }
}

function isBad({ verdicts }: TenantProof): boolean {
  return verdicts.some(({ status }) => status !== 'holds');
}

async function finish(
  { proof, tenant }: Pick<Party, 'proof' | 'tenant'>,
  result: ProofResult,
  neighbour: Tenant | undefined,
  { proofs, logger, doubtOf, onFinished }: Prover,
): Promise<void> {
  const doubt = await persist(() => doubtOf(tenant.cluster));
  const believed = doubt
    ? { ...result, verdicts: doubted(result.verdicts, doubt) }
    : result;
  const done = await persist(() =>
    proofs.finish(proof, believed, neighbour?.uid),
  );
  if (done) {
    await onFinished(tenant, done.proof, believed, done.changes);
  } else {
    logger.info(
      `Proof ${proof.id} of ${proof.tenant} was ended or begun anew meanwhile: this result is dropped`,
    );
  }
}

async function finishUnproven(
  proof: StoredOperation,
  reason: string,
  { proofs }: Prover,
): Promise<void> {
  const result = { verdicts: unproven(reason), receipts: [] };
  await persist(() => proofs.finish(proof, result));
}
