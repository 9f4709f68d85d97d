import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  ProverState,
  Said,
  say,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  Clusters,
  DrillResult,
  Platform,
  proveTenants,
  runDrill,
} from '@threewalls/backstage-plugin-tenants-node';
import pLimit from 'p-limit';
import { DrillStore, KnownDrills } from '../database/DrillStore';
import { Canaries } from './Canaries';

const MINUTE_MS = 60_000;
/** Milliseconds that a cluster is known before its first drill: a start has enough to do. */
const FIRST_MS = 2 * MINUTE_MS;
/** Milliseconds until the next one, where the last did not catch everything. */
const AGAIN_MS = 15 * MINUTE_MS;
/** Drills in a row that may come to nothing: one is bad luck. */
const MAX_FAILURES = 2;
/** Intervals without a breach that was caught, after which nothing is believed. */
const OVERDUE = 2;
/** Milliseconds that the portal's clock may differ from the database's. */
const CLOCKS_MS = MINUTE_MS;
/** Milliseconds for a drill in all. */
const DEADLINE_MS = 5 * MINUTE_MS;
/** Milliseconds that what the records say is good for. */
const FRESH_MS = 5_000;
/** Clusters at once. */
const CONCURRENCY = 3;

export interface DrillsOptions {
  platform: Platform;
  clusters: Clusters;
  canaries: Canaries;
  store: DrillStore;
  auditor: AuditorService;
  logger: LoggerService;
  /** The prover on trial */
  prove: typeof proveTenants;
  /** Called where a cluster's proofs can't be believed any more, or can again */
  onDoubt(cluster: string, problem: string | undefined): Promise<void>;
  /** The engine's own; a test has another */
  run?: typeof runDrill;
  now?: () => number;
}

/**
 * Proves the prover: at an interval, the walls of a sacrificial pair in each cluster
 * are broken, and have to be found breached. A cluster whose prover has missed one,
 * or has not caught one for too long, has no wall that holds.
 */
export class Drills {
  readonly #limit = pLimit(CONCURRENCY);
  #states = new Map<string, ProverState>();
  #readAt = -Infinity;

  constructor(private readonly options: DrillsOptions) {}

  /** Makes the drills that are due. */
  async runDue(): Promise<void> {
    const { clusters, platform } = this.options;
    const all = clusters.all();
    const { drills, at } = await this.#known();
    const due = all.filter(({ name }) => {
      const known = drills.find(({ cluster }) => cluster === name);
      return known && isDue(known, at, platform.proofs.drillIntervalMs);
    });
    await Promise.all(due.map(c => this.#limit(() => this.#drill(c))));
  }

  /** Reads the records anew, if they were not read just now. */
  async refresh(): Promise<void> {
    const { platform, now = Date.now } = this.options;
    if (Math.abs(performance.now() - this.#readAt) < FRESH_MS) {
      return;
    }
    const { drills, at } = await this.#known();
    const clock = clockProblem(now(), at);
    this.#states = new Map(
      drills.map(known => [
        known.cluster,
        proverState(known, at, platform.proofs.drillIntervalMs, clock),
      ]),
    );
    this.#readAt = performance.now();
  }

  /** What is known of a cluster's prover, as last read. */
  state(cluster: string): ProverState | undefined {
    return this.#states.get(cluster);
  }

  /** Why a cluster's proofs can't be believed now. */
  async doubtOf(cluster: string): Promise<Said | undefined> {
    await this.refresh();
    return doubtOf(this.state(cluster));
  }

  /** Of every cluster something: since when it could have had a drill. */
  async #known() {
    const { clusters, store } = this.options;
    const known = await store.list();
    const isKnown = new Set(known.drills.map(({ cluster }) => cluster));
    const names = clusters.all().map(({ name }) => name);
    if (names.every(name => isKnown.has(name))) {
      return known;
    }
    await store.know(names);
    return store.list();
  }

  async #drill(cluster: Cluster): Promise<void> {
    const { canaries, store, auditor, logger, prove, onDoubt } = this.options;
    const { run = runDrill } = this.options;
    const begun = performance.now();
    const before = await this.doubtOf(cluster.name);
    await canaries.keep(cluster);
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const result = await run({ cluster, prove, signal }).catch(
      (error): DrillResult => ({
        outcome: 'failed',
        reason: toError(error).message,
        walls: [],
      }),
    );
    await store.record(cluster.name, result, performance.now() - begun);
    this.#readAt = -Infinity;
    const { outcome, reason, walls } = result;
    logger[outcome === 'caught' && !reason ? 'info' : 'error'](
      `Drill of cluster ${cluster.name}: ${outcome}${
        reason ? `: ${reason}` : ''
      }`,
    );
    const event = await auditor.createEvent({
      eventId: 'drill',
      severityLevel: outcome === 'missed' ? 'critical' : 'medium',
      meta: { cluster: cluster.name, outcome, walls: walls as any },
    });
    await event.success({ meta: { summary: reason ?? outcome } });
    const now = await this.doubtOf(cluster.name);
    if (now?.summary !== before?.summary) {
      await onDoubt(cluster.name, now?.summary);
    }
  }
}

/** Whether a cluster's next drill is due, by the database's clock. */
export function isDue(
  { knownSince, last, lastAt }: KnownDrills,
  at: number,
  intervalMs: number,
): boolean {
  if (!last || lastAt === undefined) {
    return at - knownSince >= FIRST_MS;
  }
  const waitMs =
    last.outcome === 'caught' ? intervalMs : Math.min(AGAIN_MS, intervalMs);
  return at - lastAt >= waitMs;
}

/** What a cluster's drills say of its walls. */
export function proverState(
  { knownSince, caughtAt, failures, last }: KnownDrills,
  at: number,
  intervalMs: number,
  clock?: Said,
): ProverState {
  const problem = (): Said | undefined => {
    if (clock) {
      return clock;
    }
    if (last?.outcome === 'missed') {
      return say('proverMissed', { reason: last.reason ?? '' });
    }
    if (failures >= MAX_FAILURES) {
      const reason = last?.reason ?? '';
      return say('proverFailed', { failures, reason });
    }
    return at - (caughtAt ?? knownSince) > OVERDUE * intervalMs
      ? say('proverOverdue')
      : undefined;
  };
  const found = problem();
  return {
    ...(caughtAt !== undefined && {
      caughtAt: new Date(caughtAt).toISOString(),
    }),
    ...(last && { lastDrill: last }),
    ...(found && { problem: found.summary, wording: found.wording }),
  };
}

/** A proof's age is told by the portal's clock, its time by the database's. */
function clockProblem(portal: number, database: number): Said | undefined {
  const off = Math.abs(portal - database);
  return off > CLOCKS_MS
    ? say('clocksDiffer', { seconds: Math.round(off / 1000) })
    : undefined;
}

/** Why no wall of a cluster can be shown to hold now. */
export function doubtOf(prover: ProverState = {}): Said | undefined {
  const { problem, wording } = prover;
  return problem === undefined ? undefined : { summary: problem, wording };
}
