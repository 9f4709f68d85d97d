import { setTimeout as sleep } from 'node:timers/promises';
import {
  Drill,
  DrillCatch,
  DrillOutcome,
  Receipt,
  Wall,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { removeTenant } from '../apply';
import { applyPlan, settle } from '../apply/applyPlan';
import { Cluster } from '../clients';
import { planDrill } from '../plan/drill';
import { TenantPlan } from '../plan/types';
import { TenantProof } from '../prove/proof';
import { proveTenants } from '../prove/prove';
import { WAYS, Way } from './ways';

/** Milliseconds that clocks may differ: beyond, no proof's age can be told. */
const CLOCKS_MS = 60_000;
/** Times that the broken pair is proved: a policy may be late, and so may a quota. */
const ROUNDS = 3;
const PAUSE_MS = 1_000;

/** @public */
export interface DrillOptions {
  cluster: Cluster;
  /** The prover on trial; default the engine's own */
  prove?: typeof proveTenants;
  signal?: AbortSignal;
  /** From 0 to 1, exclusive; default at random */
  random?: () => number;
}

/**
 * What came of a drill: `caught`, where the prover found each of the walls that were
 * broken; `missed`, where it did not; `failed`, where the drill could not be made.
 *
 * @public
 */
export type DrillResult = Pick<Drill, 'outcome' | 'reason' | 'walls'>;

/** Why a drill came to no end, or to a bad one. */
class DrillProblem extends Error {
  constructor(
    readonly outcome: Exclude<DrillOutcome, 'caught'>,
    message: string,
    readonly walls: DrillCatch[] = [],
  ) {
    super(message);
  }
}

/**
 * Proves the prover: makes the sacrificial pair, sees that its walls are found to
 * hold, breaks each of them in a way chosen at random, and sees that each is found
 * breached, by the very checks that have to find it. Whatever comes of it, nothing
 * of the pair is left, or its reason says what is.
 *
 * @throws the signal's reason when it is given up
 * @public
 */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const { cluster, signal } = options;
  const pair = planDrill(cluster.config);
  let left = '';
  const result = await make(pair, options)
    .then(() => onPair(pair, options))
    .catch((error: Error): DrillResult => {
      signal?.throwIfAborted();
      const { outcome, walls } =
        error instanceof DrillProblem
          ? error
          : { outcome: 'failed' as const, walls: [] };
      return { outcome, reason: error.message, walls };
    })
    .finally(async () => {
      left = await removePair(pair, cluster);
    });
  const reason = [result.reason, left].filter(Boolean).join('; ');
  return reason ? { ...result, reason } : result;
}

async function onPair(
  pair: [TenantPlan, TenantPlan],
  options: DrillOptions,
): Promise<DrillResult> {
  const sound = await proveOnce(pair, options);
  const odd = sound.verdicts.find(({ status }) => status !== 'holds');
  if (odd || sound.verdicts.length !== WALLS.length) {
    throw new DrillProblem(
      'failed',
      `The pair could not be shown to be sound: ${
        odd?.summary ?? 'not every wall was judged'
      }`,
    );
  }
  const ways = WALLS.map(wall => chooseWay(wall, options));
  for (const way of ways) {
    await way.apply(pair, options.cluster);
  }
  const brokenAt = performance.now();
  const caught = new Map<Wall, DrillCatch>();
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) {
      await sleep(PAUSE_MS, undefined, { signal: options.signal });
    }
    const proof = await proveOnce(pair, options);
    const afterMs = Math.round(performance.now() - brokenAt);
    for (const way of ways) {
      if (caught.get(way.wall)?.caughtAfterMs === undefined) {
        const problem = missedBy(proof, way);
        caught.set(way.wall, {
          wall: way.wall,
          way: way.title,
          ...(problem ? { problem } : { caughtAfterMs: afterMs }),
        });
      }
    }
    if ([...caught.values()].every(({ problem }) => !problem)) {
      return { outcome: 'caught', walls: [...caught.values()] };
    }
  }
  const walls = [...caught.values()];
  const missed = walls.filter(({ problem }) => problem);
  throw new DrillProblem(
    'missed',
    missed.map(m => `${m.wall} wall, ${m.way}: ${m.problem}`).join('; '),
    walls,
  );
}

/** One round; its receipts have to be of now. */
async function proveOnce(
  [a, b]: [TenantPlan, TenantPlan],
  { cluster, signal, prove = proveTenants }: DrillOptions,
): Promise<TenantProof> {
  const begun = Date.now();
  const proofs = await prove({ cluster, tenants: [a, b], signal });
  const proof = proofs.get(a.spec.name);
  if (!proof) {
    throw new DrillProblem('missed', 'The round gave no result');
  }
  const off = clockProblem(proof.receipts, begun, Date.now());
  if (off) {
    throw new DrillProblem('missed', off);
  }
  return proof;
}

/** Why a proof did not find what was broken; `undefined` where it did. */
function missedBy(proof: TenantProof, way: Way): string | undefined {
  const { wall, checks } = way;
  const verdict = proof.verdicts.find(v => v.wall === wall);
  const blind = checks.filter(
    check =>
      !proof.receipts.some(
        receipt => receipt.check === check && receipt.outcome === 'breached',
      ),
  );
  if (blind.length > 0) {
    return `not found by ${blind.join(', ')}`;
  }
  return verdict?.status === 'breached'
    ? undefined
    : `judged as ${
        verdict?.status ?? 'nothing'
      }, with receipts that say otherwise`;
}

/** Nodes' clocks and the portal's have to agree: a proof's age is told by both. */
function clockProblem(
  receipts: readonly Receipt[],
  begun: number,
  ended: number,
): string | undefined {
  for (const { source, startedAt } of receipts) {
    const at = Date.parse(startedAt);
    if (
      source.type === 'pod' &&
      (at < begun - CLOCKS_MS || at > ended + CLOCKS_MS)
    ) {
      return `The portal’s clock says ${new Date(
        ended,
      ).toISOString()}, the one of ${source.name} ${startedAt}`;
    }
  }
  return undefined;
}

function chooseWay(
  wall: Wall,
  { cluster, random = Math.random }: DrillOptions,
): Way {
  const isTemplated = cluster.config.vault.policies.kind === 'templated';
  const ways = WAYS.filter(
    way => way.wall === wall && !(isTemplated && way.needsOwnPolicy),
  );
  return ways[Math.floor(random() * ways.length)];
}

/** Nothing of value is in it: whatever is left of a drill before is no loss. */
async function make(
  pair: TenantPlan[],
  { cluster, signal }: DrillOptions,
): Promise<void> {
  const owned = { signal, adopt: true, beginAnew: true };
  await settle(pair.map(plan => applyPlan(plan, cluster, owned)));
}

/**
 * Without the signal: it has to happen when the drill was given up, too.
 *
 * @returns what could not be removed, and why
 */
async function removePair(
  pair: TenantPlan[],
  cluster: Cluster,
): Promise<string> {
  const left = await Promise.all(
    pair.map(({ spec: { name }, names }) =>
      removeTenant({ name, names }, cluster, {
        confirm: name,
        adopt: true,
      }).then(
        () => [],
        error => [
          `${names.namespace} is left with open walls: ${error.message}`,
        ],
      ),
    ),
  );
  return left.flat().join('; ');
}
