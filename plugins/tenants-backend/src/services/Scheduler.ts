import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import { Platform } from '@threewalls/backstage-plugin-tenants-node';
import { AttentionStore } from '../database/AttentionStore';
import { OperationStore, proofOf } from '../database/OperationStore';
import { ProofStore } from '../database/ProofStore';
import { TenantStore } from '../database/TenantStore';
import { Inventory, Tenant } from '../inventory/Inventory';
import { ProofOnly } from '../inventory/ProofOnly';
import { Canaries } from '../operations/Canaries';
import { Drills } from '../operations/Drills';
import { isNew } from '../operations/isNew';
import { OperationRunner } from '../operations/OperationRunner';
import { Rollouts } from '../operations/Rollouts';
import { Announcer } from './Announcer';
import { Confinement } from './Confinement';
import { HealthMonitor } from './HealthMonitor';

/** Seconds between two looks at what is due. */
const TICK_S = 15;
/**
 * Minutes after which a task is taken from the replica that does it, which may be
 * dead: of what is soon done, and of what takes its time.
 */
const SHORT_MIN = 1;
const LONG_MIN = 10;
/** Milliseconds that a tenant is lost before anybody is told: a cluster may be back. */
const TELL_LOST_MS = 60_000;

export interface SchedulerOptions {
  scheduler: SchedulerService;
  store: TenantStore;
  attention: AttentionStore;
  operations: OperationStore;
  proofs: ProofStore;
  inventory: Inventory;
  runner: OperationRunner;
  rollouts: Rollouts;
  canaries: Canaries;
  confinement: Pick<Confinement, 'tryAll'>;
  drills: Drills;
  announcer: Announcer;
  proofOnly: Pick<ProofOnly, 'keep'>;
  health: Pick<HealthMonitor, 'health'>;
  logger: LoggerService;
  platform: Platform;
  prune(): Promise<number>;
}

/** What is done again and again: proofs that are due, roll-outs, looks at what is lost. */
export class Scheduler {
  /** Impostors that were told of */
  #impostors = new Set<string>();

  constructor(private readonly options: SchedulerOptions) {}

  async start(): Promise<void> {
    const { runner, rollouts, drills, proofOnly, logger } = this.options;
    const { canaries, confinement, health } = this.options;
    await this.#every('prove-due', TICK_S, 'global', () => this.proveDue());
    await this.#every('roll-out', 5, 'global', () => rollouts.advance());
    await this.#every('look', TICK_S, 'global', async () => {
      await proofOnly.keep();
      await this.look();
    });
    await this.#every('drill', 60, 'global', () => drills.runDue(), LONG_MIN);
    await this.#every('mutes', TICK_S, 'global', () => this.endMutes());
    await this.#every('run-queue', 5, 'local', () => runner.pump());
    const prepare = () => canaries.prepare();
    await this.#every('prepare-clusters', 3_600, 'local', prepare, LONG_MIN);
    // Soon again where a cluster was away.
    await this.#every('confinement', 60, 'local', () => confinement.tryAll());
    // Since when a part is away is known only if somebody looks.
    await this.#every('watch-health', 30, 'local', async () => {
      await health.health();
    });
    const prune = async () => {
      const deleted = await this.options.prune();
      if (deleted) {
        logger.info(`${deleted} old operations were deleted`);
      }
    };
    await this.#every('prune', 3_600, 'global', prune, LONG_MIN);
  }

  async #every(
    id: string,
    seconds: number,
    scope: 'global' | 'local',
    fn: () => Promise<void>,
    minutes: number = SHORT_MIN,
  ): Promise<void> {
    await this.options.scheduler.scheduleTask({
      id: `tenants-${id}`,
      frequency: { seconds },
      timeout: { minutes },
      scope,
      fn,
    });
  }

  async proveDue(): Promise<void> {
    const { inventory, operations, proofs, runner, platform } = this.options;
    const { intervalMs } = platform.proofs;
    const [{ tenants }, now, turns, { busy, queued }] = await Promise.all([
      inventory.list(),
      proofs.now(),
      proofs.turns(),
      operations.openByTenant(),
    ]);
    const idle = tenants.filter(
      ({ name, phase }) =>
        phase === 'active' && !busy.has(name) && !queued.has(name),
    );
    for (const tenant of dueTenants(idle, turns, { now, intervalMs })) {
      await operations.enqueue(proofOf(tenant, 'schedule'));
    }
    // Only now: those that are due together are proved against each other.
    await runner.pump();
  }

  /** Tells of what is breached still where a mute has ended. */
  async endMutes(): Promise<void> {
    const { attention, store, announcer } = this.options;
    const ended = new Set(await attention.takeEnded());
    if (ended.size > 0) {
      for (const tenant of await store.list()) {
        if (ended.has(tenant.uid) && tenant.breached.length > 0) {
          await announcer.stillBreached(tenant, tenant.breached);
        }
      }
    }
  }

  /** Notes what is lost and what is found, and tells of it; and of impostors. */
  async look(): Promise<void> {
    const { inventory, store, announcer, proofs } = this.options;
    const { tenants, impostors } = await inventory.list();
    const [now, listed] = await Promise.all([proofs.now(), store.list()]);
    const known = new Map(listed.map(t => [t.uid, t]));
    for (const tenant of tenants) {
      const before = known.get(tenant.uid)?.lost;
      if (tenant.lost && before?.reason !== tenant.lost.summary) {
        await store.noteLost(tenant.uid, tenant.lost.summary);
      } else if (!tenant.lost && before) {
        await store.noteLost(tenant.uid, undefined);
        if (before.isTold) {
          await announcer.lost(tenant, undefined);
        }
      }
      const isLong = before && now - Date.parse(before.since) >= TELL_LOST_MS;
      if (tenant.lost && isLong && !before.isTold) {
        await store.noteTold(tenant.uid);
        await announcer.lost(tenant, tenant.lost.summary);
      }
    }
    for (const impostor of impostors) {
      if (!this.#impostors.has(impostor.uid)) {
        await announcer.impostor(impostor);
      }
    }
    this.#impostors = new Set(impostors.map(({ uid }) => uid));
  }
}

/**
 * Tenants to prove now, the longest unproved first. Those without any proof all
 * at once, but for new ones: the task that makes them asks for their first. The
 * others as many at a time as makes an even pace over the interval,
 * so that a portal's start is no burst that repeats itself forever.
 */
export function dueTenants(
  tenants: Pick<Tenant, 'uid' | 'createdAt'>[],
  /** In milliseconds, by UID */
  turns: Map<string, number>,
  options: { now: number; intervalMs: number },
): Tenant[] {
  const { now, intervalMs } = options;
  const at = ({ uid }: Pick<Tenant, 'uid'>) => turns.get(uid);
  const never = tenants.filter(
    tenant => at(tenant) === undefined && !isNew(tenant, now),
  );
  const due = tenants
    .filter(tenant => at(tenant)! <= now - intervalMs)
    .sort((a, b) => at(a)! - at(b)!);
  const pace = Math.ceil((tenants.length * TICK_S * 1000) / intervalMs);
  return [...never, ...due.slice(0, pace)] as Tenant[];
}
