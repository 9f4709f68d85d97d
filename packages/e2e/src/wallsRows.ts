import { setTimeout as sleep } from 'node:timers/promises';
import {
  Outcome,
  Receipt,
  Wall,
  WallStatus,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  applyPlan,
  checkState,
  KubernetesClient,
  proveTenants,
  TenantPlan,
  TenantProof,
  VaultView,
  WatchCache,
} from '@threewalls/backstage-plugin-tenants-node';
import { removePlan } from './support/plans';
import { Hands } from './wallsHands';
import { planSmallTenant, WallsLab } from './wallsLab';
import { Mutation } from './wallsMutation';
import type { RandomChange } from './wallsRandom';

/** Milliseconds that memory has to hear of what was just done. */
const HEARD_MS = 1_000;
/** Times that memory is asked until it knows of everything. */
const WARM_UPS = 20;

type Statuses = Record<Wall, WallStatus>;
type Proofs = Map<string, TenantProof>;

/** What became of a row. */
export interface RowResult {
  statuses: Statuses;
  /** The worst outcome of each check */
  outcomes: Map<string, Outcome>;
  /** Why a check's receipts turned: their reasons, or what came back */
  reasons: Map<string, string[]>;
  /** The other tenant's walls meanwhile */
  neighbour: Statuses;
  /** After mending */
  mended: Statuses;
  ms: number;
  error?: Error;
}

/** Two tenants of the tests' own. */
export class Pair {
  static async create(lab: WallsLab, a: string, b: string): Promise<Pair> {
    const plans = [a, b].map(name => planSmallTenant(name, lab.platform));
    // Nothing of value is in what an earlier run has left.
    const anew = { adopt: true, beginAnew: true };
    await Promise.all(plans.map(plan => applyPlan(plan, lab.cluster, anew)));
    const pair = new Pair(lab, plans as [TenantPlan, TenantPlan]);
    await pair.#warmUp();
    pair.first = await pair.prove(new Hands(lab));
    return pair;
  }

  /** The proof of the tenants as planned */
  first: Proofs = new Map();

  /** Proofs read from it, as the portal's do */
  readonly #memory: WatchCache;

  private constructor(
    readonly lab: WallsLab,
    readonly plans: [TenantPlan, TenantPlan],
  ) {
    const { config } = lab.cluster;
    this.#memory = WatchCache.ofTenants(
      KubernetesClient.fromConfig(config),
      config,
    );
  }

  /** Several of them at once: so many rows, changes or proofs run side by side. */
  static async createAll(
    lab: WallsLab,
    prefix: string,
    count: number,
  ): Promise<Pair[]> {
    return Promise.all(
      Array.from({ length: count }, (_, i) =>
        Pair.create(lab, `${prefix}-${i}-a`, `${prefix}-${i}-b`),
      ),
    );
  }

  async prove(hands: Hands, isForgotten: boolean = false): Promise<Proofs> {
    const [a, b] = this.plans.map(
      plan => hands.told.get(plan.spec.name) ?? plan,
    );
    const cluster = { ...this.lab.cluster, config: hands.profile };
    await sleep(HEARD_MS);
    const view = isForgotten ? undefined : this.#memory;
    return proveTenants({ cluster, tenants: [a, b], view });
  }

  /** What is remembered is read with the first question after it. */
  async #warmUp(): Promise<void> {
    const { cluster } = this.lab;
    const [plan] = this.plans;
    const view = this.#memory;
    for (let i = 0; i < WARM_UPS; i++) {
      const vault = new VaultView(cluster.vault);
      const { verdicts } = await checkState({ cluster, plan, view, vault });
      if (verdicts.every(({ status }) => status !== 'unproven')) {
        return;
      }
    }
  }

  async run(row: Mutation): Promise<RowResult> {
    const [a, b] = this.plans;
    const hands = new Hands(this.lab);
    const begun = Date.now();
    const result: Partial<RowResult> = {};
    try {
      await row.apply(Object.assign(hands, { a, b }));
      const broken = await this.prove(hands, row.isForgotten);
      const proof = broken.get(a.spec.name)!;
      result.statuses = statusesOf(proof);
      result.outcomes = worst(proof.receipts);
      result.reasons = reasonsOf(proof.receipts);
      result.neighbour = statusesOf(broken.get(b.spec.name)!);
    } catch (error) {
      result.error = error as Error;
    }
    try {
      await this.#mend(hands);
      const mended = await this.prove(hands);
      result.mended = statusesOf(mended.get(a.spec.name)!);
    } catch (error) {
      result.error ??= error as Error;
    }
    return { ...(result as RowResult), ms: Date.now() - begun };
  }

  /** Makes a change, proves, and undoes it; what it has to be is told apart from the proof. */
  async tryOut(change: RandomChange) {
    const [a, b] = this.plans;
    const hands = new Hands(this.lab);
    try {
      const expected = await change.apply(Object.assign(hands, { a, b }));
      const { verdicts } = (await this.prove(hands)).get(a.spec.name)!;
      const found = verdicts.find(v => v.wall === change.wall)!;
      return { expected, found: found.status, why: found.summary };
    } finally {
      await this.#mend(hands);
    }
  }

  async #mend(hands: Hands): Promise<void> {
    await hands.mend();
    await Promise.all(
      this.plans.map(plan =>
        applyPlan(plan, this.lab.cluster, { adopt: true }),
      ),
    );
  }

  async remove(): Promise<void> {
    this.#memory.stop();
    await Promise.all(
      this.plans.map(plan => removePlan(plan, this.lab.cluster)),
    );
  }
}

/** Runs rows, those that touch only their own tenants side by side. */
export async function runRows(
  pairs: Pair[],
  rows: Mutation[],
  onDone: (row: Mutation, result: RowResult) => void,
): Promise<Map<string, RowResult>> {
  const results = new Map<string, RowResult>();
  const run = async (pair: Pair, row: Mutation) => {
    const result = await pair.run(row);
    results.set(row.title, result);
    onDone(row, result);
  };
  const queue = rows.filter(row => !row.shared);
  await Promise.all(
    pairs.map(async pair => {
      for (let row = queue.shift(); row; row = queue.shift()) {
        await run(pair, row);
      }
    }),
  );
  for (const row of rows.filter(({ shared }) => shared)) {
    await run(pairs[0], row);
  }
  return results;
}

/** A line of the table that a run prints. */
export function lineOf(row: Mutation, result: RowResult): string {
  const { statuses, outcomes, mended, ms, error } = result;
  const cells = [
    row.title,
    `${row.wall}: ${statuses?.[row.wall] ?? 'not proved'}`,
    row.checks.map(id => `${id} ${outcomes?.get(id) ?? '–'}`).join(', '),
    mended ? summary(mended) : 'not proved',
    `${(ms / 1000).toFixed(1)} s`,
    ...(error ? [error.message] : []),
  ];
  return `| ${cells.join(' | ')} |`;
}

function summary(statuses: Statuses): string {
  const other = WALLS.filter(wall => statuses[wall] !== 'holds');
  return other.length === 0
    ? 'holds'
    : other.map(wall => `${wall} ${statuses[wall]}`).join(', ');
}

function statusesOf({ verdicts }: TenantProof): Statuses {
  return Object.fromEntries(
    verdicts.map(({ wall, status }) => [wall, status]),
  ) as Statuses;
}

const ORDER: Outcome[] = [
  'notApplicable',
  'asExpected',
  'inconclusive',
  'failed',
  'breached',
];

function worst(receipts: Receipt[]): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  for (const { check, outcome } of receipts) {
    const known = outcomes.get(check);
    if (!known || ORDER.indexOf(outcome) > ORDER.indexOf(known)) {
      outcomes.set(check, outcome);
    }
  }
  return outcomes;
}

function reasonsOf(receipts: Receipt[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { check, outcome, reason, code, response } of receipts) {
    if (outcome !== 'asExpected') {
      const said = reason ?? `${code} ${response}`.trim();
      reasons.set(check, [...(reasons.get(check) ?? []), said]);
    }
  }
  return reasons;
}
