import { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import {
  Receipt,
  TenantChange,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  asApplied,
  Clusters,
  differences,
  Platform,
  planTenant,
  readLive,
} from '@threewalls/backstage-plugin-tenants-node';
import { NewOperation, OperationStore } from '../database/OperationStore';
import { StoredOperation } from '../database/rows';
import { TenantStore } from '../database/TenantStore';
import { Tenant } from '../inventory/Inventory';
import { changesOf, describeChanges } from '../operations/changes';

/**
 * Restores of one tenant in so many milliseconds. Who changes it again and again is
 * stronger, or means it: then people decide.
 */
const MOST = {
  count: 3,
  kind: 'apply' as const,
  triggers: ['event' as const],
  withinMs: 3_600_000,
};

/** Checks that compare objects of ours with the plan. */
const AS_PLANNED = /\.as-planned$/;

/** Of whom a healer tells. */
export type Healed = Pick<Tenant, 'uid' | 'name' | 'cluster' | 'owner'>;

export interface HealerOptions {
  platform: Platform;
  clusters: Clusters;
  store: TenantStore;
  operations: OperationStore;
  logger: LoggerService;
  /** Called where a tenant stays as others have made it, with the reason */
  onGivenUp(tenant: Healed, reason: string): Promise<void>;
}

/**
 * Restores tenants of which others have changed the portal's own objects, where
 * config or their spec says so: to what was last applied, not to today's plan. What
 * others have added it lets be. Never fails.
 */
export class Healer {
  #enqueue: ((wanted: NewOperation) => Promise<unknown>) | undefined;

  constructor(private readonly options: HealerOptions) {}

  /** @param enqueue - How restores are queued; until then nothing is healed */
  start(enqueue: (wanted: NewOperation) => Promise<unknown>): void {
    this.#enqueue = enqueue;
  }

  /**
   * A wall of a tenant is breached.
   *
   * @param receipts - By which: where they say that ours is as planned nothing is read
   */
  async breached(tenant: Tenant, receipts: Receipt[]): Promise<void> {
    const { clusters, operations, onGivenUp, logger } = this.options;
    const enqueue = this.#enqueue;
    const { name, uid, cluster, owner, spec, phase } = tenant;
    const isOn = spec.heal ?? clusters.get(cluster).config.heal;
    const isOurs = receipts.some(
      ({ check, outcome }) =>
        AS_PLANNED.test(check) && outcome !== 'asExpected',
    );
    if (!isOn || !isOurs || !enqueue || phase !== 'active') {
      return;
    }
    try {
      const restores = await this.#changed(tenant);
      if (restores.length === 0) {
        return;
      }
      const healed = await operations.asked(uid, MOST);
      if (healed.count >= MOST.count) {
        await onGivenUp(
          tenant,
          `It was restored ${
            healed.count
          } times within an hour, and was changed again: ${describeChanges(
            restores,
          )}`,
        );
        return;
      }
      await enqueue({
        tenant: name,
        cluster,
        owner,
        uid,
        trigger: 'event',
        request: { kind: 'apply', spec, restores },
      });
    } catch (error) {
      const reason = isError(error) ? error.message : String(error);
      logger.warn(`Tenant ${name} was not restored: ${reason}`);
      await onGivenUp(tenant, reason);
    }
  }

  /** An operation has ended: one of a healer's that failed is told of. */
  async moved(operation: StoredOperation): Promise<void> {
    const { request, state, tenant, cluster, owner, uid, error } = operation;
    if (request.kind === 'apply' && request.restores && state === 'failed') {
      await this.options.onGivenUp(
        { name: tenant, cluster, owner, uid: uid ?? '' },
        error ?? 'The operation failed',
      );
    }
  }

  async #changed({ spec, uid, cluster }: Tenant): Promise<TenantChange[]> {
    const { platform, clusters, store } = this.options;
    const today = planTenant(spec, platform);
    const plan = asApplied(today, await store.applied(uid));
    const live = await readLive(plan, clusters.get(cluster));
    return changesOf(differences(plan, live));
  }
}
