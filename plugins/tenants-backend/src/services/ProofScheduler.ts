import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { LatestProof, ProofStore } from '../database/ProofStore';
import { HealthMonitor } from './HealthMonitor';
import { isNew } from './isNew';
import { ProofRunner } from './ProofRunner';
import { Prover } from './Prover';
import { TenantSource } from './TenantSource';

/** Seconds between two looks at what is due. */
const TICK_S = 15;

export interface ProofSchedulerOptions {
  scheduler: SchedulerService;
  store: ProofStore;
  source: TenantSource;
  runner: ProofRunner;
  prover: Prover;
  health: Pick<HealthMonitor, 'health'>;
  logger: LoggerService;
  /** Milliseconds between two proofs of a tenant; a floor */
  intervalMs: number;
  retention: { days: number; count: number };
}

/** Proves every tenant each interval, over all replicas of a portal. */
export class ProofScheduler {
  static create(options: ProofSchedulerOptions): ProofScheduler {
    return new ProofScheduler(options);
  }

  private constructor(private readonly options: ProofSchedulerOptions) {}

  async start(): Promise<void> {
    const { scheduler, runner, prover, health } = this.options;
    await scheduler.scheduleTask({
      id: 'tenants-prove-due',
      frequency: { seconds: TICK_S },
      timeout: { minutes: 2 },
      initialDelay: { seconds: 5 },
      scope: 'global',
      fn: () => this.proveDue(),
    });
    await scheduler.scheduleTask({
      id: 'tenants-run-queue',
      frequency: { seconds: 5 },
      timeout: { minutes: 2 },
      scope: 'local',
      fn: async () => {
        await runner.recover();
        await runner.pump();
      },
    });
    await scheduler.scheduleTask({
      id: 'tenants-prepare-clusters',
      frequency: { hours: 1 },
      timeout: { minutes: 10 },
      scope: 'local',
      fn: () => prover.prepare(),
    });
    // Since when a part is away is known only if somebody looks.
    await scheduler.scheduleTask({
      id: 'tenants-watch-health',
      frequency: { seconds: 30 },
      timeout: { minutes: 1 },
      scope: 'local',
      fn: async () => {
        await health.health();
      },
    });
    await scheduler.scheduleTask({
      id: 'tenants-prune-proofs',
      frequency: { hours: 1 },
      timeout: { minutes: 30 },
      initialDelay: { minutes: 10 },
      scope: 'global',
      fn: () => this.prune(),
    });
  }

  /** Queues the proofs that are due. */
  async proveDue(now: number = Date.now()): Promise<void> {
    const { source, store, runner, intervalMs } = this.options;
    const { tenants, away } = await source.list();
    const reachable = tenants.filter(t => !away.has(t.cluster));
    const names = reachable.map(tenant => tenant.name);
    const [latest, current] = await Promise.all([
      store.latest(names),
      store.current(names),
    ]);
    const idle = reachable.filter(
      tenant => tenant.phase === 'active' && !current.has(tenant.name),
    );
    for (const tenant of dueTenants(idle, latest, { now, intervalMs })) {
      await runner.enqueue(tenant, 'schedule');
    }
    // Only now: those that are due together are proved against each other.
    await runner.pump();
  }

  async prune(): Promise<void> {
    const { store, logger, retention } = this.options;
    const deleted = await store.prune(retention);
    if (deleted) {
      logger.info(`${deleted} old proofs were deleted`);
    }
  }
}

/**
 * Tenants to prove now, the longest unproved first. Those without any proof all
 * at once, but for new ones: the task that makes them asks for their first. The
 * others as many at a time as makes an even pace over the interval,
 * so that a portal's start is no burst that repeats itself forever.
 */
export function dueTenants(
  tenants: TenantRecord[],
  latest: Map<string, LatestProof>,
  options: { now: number; intervalMs: number },
): TenantRecord[] {
  const { now, intervalMs } = options;
  const startedAt = (tenant: TenantRecord) => {
    const proof = latest.get(tenant.name)?.proof;
    return proof ? Date.parse(proof.startedAt) : undefined;
  };
  const never = tenants.filter(
    tenant => startedAt(tenant) === undefined && !isNew(tenant, now),
  );
  const due = tenants
    .filter(tenant => startedAt(tenant)! <= now - intervalMs)
    .sort((a, b) => startedAt(a)! - startedAt(b)!);
  const pace = Math.ceil((tenants.length * TICK_S * 1000) / intervalMs);
  return [...never, ...due.slice(0, pace)];
}
