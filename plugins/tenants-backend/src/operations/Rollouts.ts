import { BackstageCredentials } from '@backstage/backend-plugin-api';
import { InputError, NotFoundError } from '@backstage/errors';
import {
  canonicalRef,
  isProofOnly,
  Rollout,
  RolloutRequest,
  tenantAdministerPermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { OperationStore } from '../database/OperationStore';
import { RolloutStore, StoredRollout } from '../database/RolloutStore';
import { StoredOperation } from '../database/rows';
import { Inventory, Tenant } from '../inventory/Inventory';
import { TenantAuthorizer } from '../permissions/TenantAuthorizer';
import { Operations, principalOf } from './Operations';

/** Tenants of the first wave, and of each one after it. */
const WAVES = { first: 3, next: 20 };

/** Proofs of one tenant until a roll-out takes its doubts for an answer. */
const PROOFS = {
  count: 5,
  kind: 'prove' as const,
  triggers: ['task' as const],
  withinMs: 20 * 60_000,
};
/** Milliseconds until a proof in doubt is made again: so many more each time. */
const PAUSE_MS = 15_000;

/** Where one tenant of a roll-out is, or why it is nowhere. */
type Step = 'done' | 'under way' | Error;

/**
 * Operations on many tenants, in waves: each tenant of a wave is applied and proved,
 * and all of its walls have to hold before the next wave begins. All that is known
 * of a roll-out is in the database: whichever replica looks next takes it on.
 */
export class Rollouts {
  constructor(
    private readonly options: {
      rolloutStore: RolloutStore;
      operations: OperationStore;
      door: Operations;
      inventory: Inventory;
      authorizer: TenantAuthorizer;
      isOutdated(tenant: Tenant): boolean;
    },
  ) {}

  /**
   * Starts a roll-out to those that the filter leaves and one may administer.
   *
   * @throws InputError where that leaves none, or a name is no such tenant's
   */
  async start(
    request: RolloutRequest,
    credentials: BackstageCredentials,
  ): Promise<Rollout> {
    const { rolloutStore, inventory, authorizer, isOutdated } = this.options;
    const { names, cluster, owner, outdated } = request.filter;
    const administers = await authorizer.viewer(
      credentials,
      tenantAdministerPermission,
    );
    const { tenants } = await inventory.list();
    const known = tenants.filter(administers);
    const knownNames = new Set(known.map(({ name }) => name));
    const unknown = names?.filter(name => !knownNames.has(name));
    if (unknown?.length) {
      throw new InputError(
        `There is no tenant ${unknown.join(', ')} that you may administer`,
      );
    }
    const chosen = known.filter(
      tenant =>
        tenant.phase === 'active' &&
        // Of one that is only proved nothing is applied.
        !(request.kind === 'apply' && isProofOnly(tenant.spec)) &&
        (!names || names.includes(tenant.name)) &&
        (!cluster || tenant.cluster === cluster) &&
        (!owner || tenant.owner === canonicalRef(owner)) &&
        (!outdated || isOutdated(tenant)),
    );
    if (chosen.length === 0) {
      throw new InputError(
        'There is no tenant that the filter leaves and that you may administer',
      );
    }
    const rollout = await rolloutStore.add({
      request,
      waves: wavesOf(
        chosen.map(({ name }) => name),
        { ...WAVES, ...request.waves },
      ),
      requestedBy: principalOf(credentials),
    });
    await this.advance();
    return this.#describe(rollout);
  }

  async list(): Promise<Rollout[]> {
    const rollouts = await this.options.rolloutStore.list();
    return Promise.all(rollouts.map(rollout => this.#describe(rollout)));
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<Rollout> {
    const rollout = await this.options.rolloutStore.get(id);
    if (!rollout) {
      throw new NotFoundError(`There is no roll-out ${id}`);
    }
    return this.#describe(rollout);
  }

  /**
   * Pauses, resumes or gives up a roll-out. What failed is tried again when it is
   * resumed. Operations that run go on to their end.
   */
  async update(
    id: string,
    state: 'running' | 'paused' | 'cancelled',
  ): Promise<Rollout> {
    const { rolloutStore, operations } = this.options;
    const rollout = await this.get(id);
    if (state === 'running' && rollout.state !== 'running') {
      const failed = (await operations.ofRollout(id)).filter(isFailed);
      await operations.forget(failed.map(operation => operation.id));
    }
    await rolloutStore.setState(id, state);
    await this.advance();
    return this.get(id);
  }

  /** Takes each roll-out that runs a step on. */
  async advance(): Promise<void> {
    await this.options.rolloutStore.advance(rollout => this.#step(rollout));
  }

  async #step(
    rollout: StoredRollout,
  ): Promise<Partial<Pick<Rollout, 'state' | 'wave' | 'reason'>>> {
    const { tenants } = await this.options.inventory.list();
    const operations = await this.options.operations.ofRollout(rollout.id);
    const steps = await Promise.all(
      rollout.waves[rollout.wave].map(name =>
        this.#stepOf(
          rollout,
          tenants.find(tenant => tenant.name === name),
          operations.filter(({ tenant }) => tenant === name),
        ),
      ),
    );
    const failed = steps.find(step => step instanceof Error);
    if (failed) {
      return { state: 'stopped', reason: failed.message };
    }
    if (steps.includes('under way')) {
      return {};
    }
    const wave = rollout.wave + 1;
    return wave < rollout.waves.length ? { wave } : { state: 'done' };
  }

  async #stepOf(
    rollout: StoredRollout,
    tenant: Tenant | undefined,
    operations: StoredOperation[],
  ): Promise<Step> {
    if (!tenant) {
      // It was removed since: there is nothing left to do.
      return 'done';
    }
    const failed = operations.find(isFailed);
    if (failed) {
      const again = isInDoubt(failed)
        ? await this.#mayProveAgain(failed, tenant)
        : 'never';
      if (again === 'never') {
        // Not one that somebody else has just had made again, and counted.
        const now = await this.options.operations.get(failed.id);
        return now?.rolloutId ? new Error(reasonOf(failed)) : 'under way';
      }
      // Of two that look at the same moment one has it made.
      if (
        again === 'now' &&
        (await this.options.operations.forget([failed.id])) > 0
      ) {
        await this.#enqueue(rollout, tenant, 'prove');
      }
      return 'under way';
    }
    // What is applied is proved.
    for (const kind of new Set([rollout.request.kind, 'prove' as const])) {
      const operation = operations.find(o => o.request.kind === kind);
      if (operation?.state !== 'succeeded') {
        if (!operation) {
          await this.#enqueue(rollout, tenant, kind);
        }
        return 'under way';
      }
    }
    return 'done';
  }

  /**
   * Whether a proof in doubt is made again now, later or never: in a cluster that is busy with the
   * roll-out itself a proof now and then can't tell.
   */
  async #mayProveAgain(
    { finishedAt }: StoredOperation,
    { uid }: Tenant,
  ): Promise<'now' | 'later' | 'never'> {
    const { count, at } = await this.options.operations.asked(uid, PROOFS);
    if (count >= PROOFS.count) {
      return 'never';
    }
    return at >= Date.parse(finishedAt!) + count * PAUSE_MS ? 'now' : 'later';
  }

  async #enqueue(
    { id, requestedBy }: StoredRollout,
    { name, cluster, owner, uid, spec }: Tenant,
    kind: 'apply' | 'prove',
  ): Promise<void> {
    await this.options.door.enqueue({
      tenant: name,
      cluster,
      owner,
      uid,
      requestedBy,
      trigger: 'task',
      rolloutId: id,
      request: kind === 'apply' ? { kind, spec } : { kind },
    });
  }

  async #describe(rollout: StoredRollout): Promise<Rollout> {
    const operations = await this.options.operations.ofRollout(rollout.id);
    const proved = new Set(
      operations
        .filter(o => o.verdicts && !isFailed(o))
        .map(({ tenant }) => tenant),
    );
    return { ...rollout, done: proved.size };
  }
}

/** Names in the order in which they come, in waves of so many. */
export function wavesOf(
  names: string[],
  { first, next }: { first: number; next: number },
): string[][] {
  const waves = [names.slice(0, first)];
  for (let from = first; from < names.length; from += next) {
    waves.push(names.slice(from, from + next));
  }
  return waves;
}

/** A proof may come to its end and have shown that a wall does not hold. */
function isFailed({ state, verdicts }: StoredOperation): boolean {
  return (
    state === 'failed' ||
    state === 'cancelled' ||
    (verdicts?.some(({ status }) => status !== 'holds') ?? false)
  );
}

/** A proof by which no wall is breached, and one or more are unproven. */
function isInDoubt({ state, verdicts }: StoredOperation): boolean {
  return (
    state === 'succeeded' &&
    verdicts !== undefined &&
    verdicts.every(({ status }) => status !== 'breached')
  );
}

function reasonOf(operation: StoredOperation): string {
  const { tenant, request, state, error, verdicts } = operation;
  const wall = verdicts?.find(({ status }) => status !== 'holds');
  return wall
    ? `${tenant}: the ${wall.wall} wall is ${wall.status}: ${wall.summary}`
    : `${tenant}: ${request.kind} ${state}${error ? `: ${error}` : ''}`;
}
