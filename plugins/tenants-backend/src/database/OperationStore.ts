import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  OperationEvent,
  OperationKind,
  OperationRequest,
  OperationState,
  Page,
  ProofProgress,
  ProofTrigger,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import { ConflictError } from '@backstage/errors';
import { Knex } from 'knex';
import { fromNow, isPostgres, lockName, now, readNow } from './dialect';
import {
  EVENTS,
  KnownTenant,
  Milliseconds,
  OperationRow,
  OPERATIONS,
  pageOf,
  StoredOperation,
  toEvent,
  toOperation,
} from './rows';

/** Milliseconds that an operation is left alone without a sign of its runner. */
export const LEASE_MS = 15_000;

/**
 * Milliseconds that a scheduled proof waits behind those that people ask for; then
 * it takes its turn among them, the oldest first.
 */
const PATIENCE_MS = 60_000;
/** Of proofs: those that somebody waits for come first; the schedule can wait. */
const PRIORITY: Record<ProofTrigger, number> = {
  task: 1,
  user: 2,
  event: 3,
  schedule: 4,
};

/** Times that an operation is queued or taken, should another one be in the way each time. */
const QUEUE_ATTEMPTS = 5;

/** PostgreSQL refuses to compare anything else with an id. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * An operation as it was taken: what was put back meanwhile and taken anew, by this
 * replica, too, is another run.
 */
export type Run = Pick<StoredOperation, 'id' | 'round'>;

/** What is asked for when an operation is queued. */
export interface NewOperation {
  tenant: string;
  cluster: string;
  owner: string;
  uid?: string;
  trigger: ProofTrigger;
  requestedBy?: string;
  /** The task that asks */
  task?: string;
  request: OperationRequest;
  /** Hash of a first password; kept until the operation ends */
  secret?: string;
  rolloutId?: string;
}

/** The proof of a tenant, to be queued. */
export function proofOf(
  tenant: Pick<KnownTenant, 'name' | 'cluster' | 'owner' | 'uid'>,
  trigger: ProofTrigger,
): NewOperation {
  const { name, cluster, owner, uid } = tenant;
  const request = { kind: 'prove' } as const;
  return { tenant: name, cluster, owner, uid, trigger, request };
}

/** What was queued, or was there already. */
export interface Queued {
  operation: StoredOperation;
  joined: boolean;
}

/** Operations of one tenant that are limited, in so many milliseconds. */
export interface Counted {
  kind: OperationKind;
  triggers: ProofTrigger[];
  withinMs: number;
}

export interface Outcome {
  state: Exclude<OperationState, 'queued' | 'running'>;
  /** JSON, what it came to */
  result?: object;
  error?: string;
}

/**
 * The queue of operations, in the database: whichever replica has room takes the
 * next one. A tenant's running operation is its lease: there is one at most, it is
 * renewed while its replica lives, and taken over when it does not. Names are
 * unique in a portal, so a name's lease is its tenant's, before it has a UID
 * and after; that the UID is still the same is checked under it.
 */
export class OperationStore {
  constructor(
    private readonly knex: Knex,
    /** Who this replica is */
    readonly runner: string = thisReplica(),
  ) {}

  /**
   * Queues an operation, or joins an equal one that has not ended. A proof that
   * a task or an event asks for never joins one that runs, which may have begun
   * before the change; nor does a restore, which may be past what has changed. An
   * apply that brings a secret of its own joins none.
   */
  async enqueue(wanted: NewOperation): Promise<Queued> {
    return this.knex.transaction(async trx => {
      await lockName(trx, wanted.tenant);
      return this.#enqueue(trx, wanted);
    });
  }

  async #enqueue(
    trx: Knex,
    wanted: NewOperation,
    attempt: number = 1,
  ): Promise<Queued> {
    // A roll-out does each thing with a tenant once, whoever takes it on meanwhile.
    const { rolloutId, tenant, uid, request, trigger } = wanted;
    const placed =
      rolloutId &&
      (await trx<OperationRow>(OPERATIONS)
        .where({ rollout_id: rolloutId, tenant, kind: request.kind })
        .first());
    if (placed) {
      return { operation: toOperation(placed), joined: true };
    }
    const open = await this.#open(trx, tenant);
    const equal = open.find(row => isJoinable(row, wanted));
    if (equal) {
      const priority = priorityOf(wanted);
      const change = {
        ...(priority < equal.priority && { priority, trigger }),
        ...(rolloutId && { rollout_id: rolloutId }),
        // What two want is neither's alone.
        ...((wanted.task ?? null) !== equal.task && { task: null }),
      };
      if (Object.keys(change).length > 0) {
        await trx(OPERATIONS).where({ id: equal.id }).update(change);
      }
      return { operation: toOperation({ ...equal, ...change }), joined: true };
    }
    if (request.kind === 'prove') {
      // One that waits for a namespace which is gone must not be in the way.
      await trx<OperationRow>(OPERATIONS)
        .where({ tenant, kind: 'prove', state: 'queued' })
        .whereNot({ uid: uid ?? '' })
        .update(ended(trx, { state: 'cancelled' }));
    }
    const [row] = await trx(OPERATIONS)
      .insert(this.#row(wanted))
      // A replica that stops has put a proof back at this very moment.
      .onConflict()
      .ignore()
      .returning('*');
    if (!row && attempt === QUEUE_ATTEMPTS) {
      throw new ConflictError(`The queue of ${tenant} changes too fast`);
    }
    return row
      ? { operation: toOperation(row), joined: false }
      : this.#enqueue(trx, wanted, attempt + 1);
  }

  #row(wanted: NewOperation) {
    const { tenant, cluster, owner, uid, trigger, request } = wanted;
    return {
      id: randomUUID(),
      kind: request.kind,
      tenant,
      cluster,
      owner,
      uid: uid ?? null,
      state: 'queued' as const,
      trigger,
      priority: priorityOf(wanted),
      requested_by: wanted.requestedBy ?? null,
      task: wanted.task ?? null,
      request: JSON.stringify(request),
      secret: wanted.secret ?? null,
      rollout_id: wanted.rolloutId ?? null,
      created_at: now(this.knex),
    };
  }

  /** Operations of a tenant that have not ended, the oldest first. */
  #open(knex: Knex, tenant: string): Promise<OperationRow[]> {
    return knex<OperationRow>(OPERATIONS)
      .where({ tenant })
      .whereIn('state', ['queued', 'running'])
      .orderBy('created_at');
  }

  async open(tenant: string): Promise<StoredOperation[]> {
    return (await this.#open(this.knex, tenant)).map(toOperation);
  }

  /**
   * Names of tenants that an operation runs for, those of them that it changes, those
   * whose proof is queued, and for how many milliseconds each proof has run.
   */
  async openByTenant() {
    const rows = await this.knex<OperationRow>(OPERATIONS)
      .whereIn('state', ['queued', 'running'])
      .select<(OperationRow & { age: Milliseconds })[]>(
        ...['tenant', 'state', 'kind', 'cancelled'],
        this.knex.raw('? - started_at as age', [now(this.knex)]),
      );
    const namesOf = (isOne: (row: (typeof rows)[number]) => boolean) =>
      new Set(rows.filter(isOne).map(({ tenant }) => tenant));
    return {
      busy: namesOf(row => row.state === 'running'),
      changing: namesOf(row => row.state === 'running' && row.kind !== 'prove'),
      queued: namesOf(row => row.state === 'queued' && row.kind === 'prove'),
      provingFor: new Map(
        rows
          .filter(row => row.state === 'running' && row.kind === 'prove')
          // One that is cancelled comes to no result.
          .filter(({ cancelled }) => !cancelled)
          .map(({ tenant, age }) => [tenant, Number(age)] as const),
      ),
    };
  }

  /**
   * The next operation, now running here: the most urgent one whose tenant has
   * none that runs, changes before proofs, or one whose replica has died. `undefined`
   * where there is none.
   *
   * @param full - Clusters with no room: for more proofs, for more changes
   * @param here - What runs in this process, however long ago its lease was renewed
   */
  async claim(
    full: { proofs: string[]; changes: string[] },
    here: string[] = [],
  ): Promise<StoredOperation | undefined> {
    for (let attempt = 1; attempt <= QUEUE_ATTEMPTS; attempt++) {
      try {
        return await this.knex.transaction(trx => this.#claim(trx, full, here));
      } catch (error) {
        // Another replica took another operation of that tenant: there may be others.
        if (!isUniqueViolation(error)) {
          throw error;
        }
      }
    }
    return undefined;
  }

  async #claim(
    trx: Knex,
    full: { proofs: string[]; changes: string[] },
    here: string[],
  ): Promise<StoredOperation | undefined> {
    const other = (is: string) =>
      trx(`${OPERATIONS} as r`).whereRaw(`r.tenant = o.tenant and ${is}`);
    const query = trx<OperationRow>(`${OPERATIONS} as o`)
      .where(q =>
        q
          .where(dead =>
            dead
              .where('state', 'running')
              .where('lease_until', '<', now(trx))
              .whereNotIn('id', here),
          )
          .orWhere(queued =>
            queued
              .where('state', 'queued')
              .whereNotExists(other("r.state = 'running'"))
              // What is to be changed is proved after that.
              .whereNotExists(
                other(
                  "o.kind = 'prove' and r.kind <> 'prove' and r.state = 'queued'",
                ),
              ),
          ),
      )
      .whereNot(q => q.where('kind', 'prove').whereIn('cluster', full.proofs))
      .whereNot(q =>
        q.whereNot('kind', 'prove').whereIn('cluster', full.changes),
      )
      .orderByRaw(
        'case when priority > ? and created_at < ? then ? else priority end',
        [PRIORITY.user, fromNow(trx, -PATIENCE_MS), PRIORITY.user],
      )
      .orderBy('created_at')
      .select('o.*')
      .first();
    const row = await (isPostgres(trx)
      ? query.forUpdate().skipLocked()
      : query);
    if (row?.state === 'running' && row.cancelled) {
      // Its replica has died before it heard of that.
      await trx<OperationRow>(OPERATIONS)
        .where({ id: row.id })
        .update(ended(trx, { state: 'cancelled' }));
      return this.#claim(trx, full, here);
    }
    if (row && row.kind !== 'prove') {
      // Whoever began earlier can be seen by whoever began later.
      await lockName(trx, `changes/${row.cluster}`);
    }
    const taken = row && (await this.#take(trx, row));
    return taken && toOperation(taken);
  }

  /** Sets an operation running here, unless it has come to another state meanwhile. */
  async #take(
    trx: Knex,
    { id, state }: Pick<OperationRow, 'id' | 'state'>,
    round: string = randomUUID(),
  ): Promise<OperationRow | undefined> {
    const [taken] = await trx<OperationRow>(OPERATIONS)
      .where({ id, state })
      .update({
        state: 'running',
        runner: this.runner,
        // A change goes on, a proof is made anew.
        started_at: trx.raw(
          "case when kind = 'prove' or started_at is null then ? else started_at end",
          [now(trx)],
        ) as any,
        lease_until: fromNow(trx, LEASE_MS) as any,
        attempts: trx.raw('attempts + 1') as any,
        progress: null,
        round,
      })
      .returning('*');
    return taken;
  }

  /**
   * Sets a neighbour's proof running in the same round, queued or not. `undefined`
   * where an operation of the neighbour runs already, is to change it, or was
   * cancelled at this moment.
   */
  async join(
    proof: StoredOperation,
    neighbour: NewOperation,
  ): Promise<StoredOperation | undefined> {
    try {
      return await this.knex.transaction(async trx => {
        const open = await this.#open(trx, neighbour.tenant);
        if (open.some(row => row.state === 'running' || row.kind !== 'prove')) {
          return undefined;
        }
        let queued = open.find(row => row.kind === 'prove');
        if (!queued) {
          const row = this.#row(neighbour);
          [queued] = await trx(OPERATIONS).insert(row).returning('*');
        }
        const taken = await this.#take(trx, queued!, proof.round);
        return taken && toOperation(taken);
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * How many proofs of a tenant were asked for in the last milliseconds, when another
   * may be, and the time, by the database's clock.
   */
  async asked(
    uid: string,
    { kind, triggers, withinMs }: Counted,
  ): Promise<{ count: number; freeInMs: number; at: number }> {
    const at = await readNow(this.knex);
    const row = await this.knex(OPERATIONS)
      .where({ uid, kind })
      .where('created_at', '>', at - withinMs)
      .whereIn('trigger', triggers)
      .count({ count: '*' })
      .min({ first: 'created_at' })
      .first();
    return {
      count: Number(row?.count ?? 0),
      freeInMs: Number(row?.first ?? at) + withinMs - at,
      at,
    };
  }

  /** Rounds of proofs under way in each cluster, over all replicas. */
  async rounds(): Promise<Map<string, number>> {
    const rows = await this.knex(OPERATIONS)
      .where({ state: 'running', kind: 'prove' })
      .where('lease_until', '>=', now(this.knex))
      .groupBy('cluster')
      .select('cluster')
      .countDistinct({ count: 'round' });
    return new Map(
      rows.map((row: any) => [String(row.cluster), Number(row.count)]),
    );
  }

  /** Names of tenants that a change is queued for, or runs. */
  async changesOpen(): Promise<string[]> {
    return this.knex<OperationRow>(OPERATIONS)
      .whereIn('state', ['queued', 'running'])
      .whereNot({ kind: 'prove' })
      .pluck('tenant');
  }

  /** What is being applied in an operation's cluster by those that began before it did. */
  async appliedBefore({ id, cluster }: StoredOperation): Promise<TenantSpec[]> {
    const begun = this.knex<OperationRow>(OPERATIONS).where({ id });
    const rows = await this.knex<OperationRow>(OPERATIONS)
      .where({ kind: 'apply', cluster })
      .whereIn('state', ['queued', 'running'])
      .where(before =>
        before
          .where('started_at', '<', begun.clone().select('started_at'))
          .orWhere(same =>
            same
              .where('started_at', begun.clone().select('started_at'))
              .where('id', '<', id),
          ),
      );
    return rows.map(row => JSON.parse(row.request).spec);
  }

  /**
   * When applies of this tenant for its owner began to make its namespace, and ended,
   * without an answer of whether they have made it; in milliseconds.
   *
   * @param skewMs - By which another clock may differ
   */
  async unheard(
    { tenant, cluster, owner, uid }: StoredOperation,
    skewMs: number,
  ): Promise<{ from: number; to?: number }[]> {
    const rows = await this.knex(EVENTS)
      .join(OPERATIONS, `${OPERATIONS}.id`, `${EVENTS}.operation_id`)
      .where({ kind: 'apply', tenant, cluster, owner, uid: uid ?? null })
      .orderBy('position')
      .select('operation_id', 'finished_at', 'position', 'body');
    const spans = new Map<string, { from: number; to?: number }>();
    for (const { operation_id: id, finished_at: to, ...row } of rows) {
      const { stage, result, at } = toEvent(row);
      if (stage === 'namespace' && result === 'waiting') {
        const from = Date.parse(at) - skewMs;
        spans.set(id, { from, ...(to && { to: Number(to) + skewMs }) });
      } else if (stage === 'namespace') {
        spans.delete(id);
      }
    }
    return [...spans.values()];
  }

  /**
   * Renews leases; hands back those that are still ours, and whether somebody has
   * cancelled them.
   */
  async heartbeat(ids: string[]): Promise<Map<string, boolean>> {
    const rows = await this.#ours()
      .whereIn('id', ids)
      .update({ lease_until: fromNow(this.knex, LEASE_MS) as any })
      .returning(['id', 'cancelled']);
    return new Map(rows.map(row => [row.id, Boolean(row.cancelled)]));
  }

  /** @returns whether it is still ours */
  async update(
    operation: Run,
    change: { uid?: string; progress?: ProofProgress; neighbour?: string },
  ): Promise<boolean> {
    const { progress, ...columns } = change;
    const updated = await this.#own(operation).update({
      ...columns,
      ...(progress && { progress: JSON.stringify(progress) }),
    });
    return updated > 0;
  }

  async addEvents(
    id: string,
    events: Omit<OperationEvent, 'position'>[],
  ): Promise<void> {
    if (events.length === 0) {
      return;
    }
    await this.knex.transaction(async trx => {
      const last = await trx(EVENTS)
        .where({ operation_id: id })
        .max({ position: 'position' })
        .first();
      const first = Number(last?.position ?? -1) + 1;
      await trx(EVENTS).insert(
        events.map((event, i) => ({
          operation_id: id,
          position: first + i,
          body: JSON.stringify(event),
        })),
      );
    });
  }

  async events(id: string, after: number): Promise<OperationEvent[]> {
    const rows = UUID.test(id)
      ? await this.knex(EVENTS)
          .where({ operation_id: id })
          .where('position', '>', after)
          .orderBy('position')
      : [];
    return rows.map(toEvent);
  }

  /** What removals of a tenant have done that came to no end, in its order. */
  async removing(uid: string): Promise<OperationEvent[]> {
    const rows = await this.knex(EVENTS)
      .join(OPERATIONS, `${OPERATIONS}.id`, `${EVENTS}.operation_id`)
      .where({ uid, kind: 'remove' })
      .whereNot({ state: 'succeeded' })
      .orderBy(['created_at', 'position'])
      .select('position', 'body');
    return rows.map(toEvent);
  }

  /** Writes down a proof that is made already: nobody ever runs it. */
  async note(
    wanted: NewOperation,
    trx: Knex = this.knex,
  ): Promise<StoredOperation> {
    const at = now(trx) as any;
    const [row] = await trx(OPERATIONS)
      .insert({
        ...this.#row(wanted),
        state: 'succeeded',
        started_at: at,
        finished_at: at,
      })
      .returning('*');
    return toOperation(row);
  }

  /** Ends an operation of ours; `undefined` where it is not ours any more. */
  async finish(
    operation: Run,
    outcome: Outcome,
    trx: Knex = this.knex,
  ): Promise<StoredOperation | undefined> {
    const [row] = await this.#own(operation, trx)
      .update(ended(trx, outcome))
      .returning('*');
    return row && toOperation(row);
  }

  /**
   * Puts an operation of ours back into the queue, for any replica that has room.
   *
   * @param isFree - Whether it counts as not begun
   * @param isUrgent - Whether it goes before the schedule's proofs
   * @returns whether it is queued now, or another in its place
   */
  async release(
    operation: Run,
    { isFree = false, isUrgent = false } = {},
  ): Promise<boolean> {
    const unlessUrgent = (column: string, value: string | number) =>
      this.knex.raw('case when priority > ? then ? else ?? end', [
        PRIORITY.event,
        value,
        column,
      ]) as any;
    const change = {
      state: 'queued',
      runner: null,
      lease_until: null,
      progress: null,
      ...(isFree && { attempts: this.knex.raw('attempts - 1') as any }),
      // A change waits for it then, whoever has asked for it.
      ...(isUrgent && {
        task: null,
        priority: unlessUrgent('priority', PRIORITY.event),
        trigger: unlessUrgent('trigger', 'event'),
      }),
    } as const;
    try {
      const isBack = await this.#own(operation)
        .where({ cancelled: false })
        .update(change);
      if (!isBack) {
        // One that was cancelled meanwhile ends: it must not come back.
        await this.finish(operation, { state: 'cancelled' });
      }
      return isBack > 0;
    } catch (error) {
      if (!isUniqueViolation(error)) {
        throw error;
      }
      // A proof of that tenant is queued already, and is as good: for a roll-out, too.
      await this.#own(operation).update({ rollout_id: null });
      await this.finish(operation, {
        state: 'cancelled',
        error: 'Another proof is made in its place',
      });
      return true;
    }
  }

  /**
   * Cancels an operation: a queued one at once, a running one as soon as its
   * replica hears of it.
   *
   * @param task - Who gives it up, where that is a task
   * @throws ConflictError where others than that task have asked for it, too
   */
  async cancel(
    id: string,
    task?: string,
  ): Promise<StoredOperation | undefined> {
    return this.knex.transaction(async trx => {
      // Nobody takes it or puts it back between the look and the write.
      const row = await trx<OperationRow>(OPERATIONS)
        .where({ id })
        .forUpdate()
        .first();
      if (row?.state !== 'queued' && row?.state !== 'running') {
        return row && toOperation(row);
      }
      if (task !== undefined && row.task !== task) {
        throw new ConflictError(
          `Somebody else waits for the same ${row.kind} of ${row.tenant}: it goes on`,
        );
      }
      const [cancelled] = await trx<OperationRow>(OPERATIONS)
        .where({ id })
        .update(
          row.state === 'queued'
            ? ended(trx, { state: 'cancelled' })
            : { cancelled: true },
        )
        .returning('*');
      return toOperation(cancelled);
    });
  }

  async get(id: string): Promise<StoredOperation | undefined> {
    const row = UUID.test(id)
      ? await this.knex<OperationRow>(OPERATIONS).where({ id }).first()
      : undefined;
    return row && toOperation(row);
  }

  /** Operations of whatever has had that name, the newest first. */
  async list(
    tenant: string,
    page: { limit: number; offset: number; kinds?: OperationKind[] },
    mayRead: (operation: StoredOperation) => boolean,
  ): Promise<Page<StoredOperation>> {
    // Owners of one name may differ over time: few of them, and many operations.
    const owners: { owner: string }[] = await this.knex(OPERATIONS)
      .where({ tenant })
      .distinct('owner');
    const readable = owners
      .map(({ owner }) => owner)
      .filter(owner => mayRead({ tenant, owner } as StoredOperation));
    const found = this.knex<OperationRow>(OPERATIONS)
      .where({ tenant })
      .whereIn('owner', readable)
      .whereIn('kind', page.kinds ?? ['apply', 'remove', 'prove']);
    return pageOf(found, page, toOperation);
  }

  /**
   * Whether all that was applied of a tenant, or is about to be, was asked for by
   * one task alone.
   */
  async isMadeBy(
    task: string,
    { tenant, uid }: { tenant: string; uid: string },
  ): Promise<boolean> {
    const other = await this.knex<OperationRow>(OPERATIONS)
      .where({ kind: 'apply', tenant })
      .where(q =>
        q
          .where({ uid })
          .orWhere(open => open.whereIn('state', ['queued', 'running'])),
      )
      .where(q => q.whereNull('task').orWhereNot({ task }))
      .first('id');
    return other === undefined;
  }

  /** Takes operations out of a roll-out, so that they are made anew; how many were in one. */
  async forget(ids: string[]): Promise<number> {
    return this.knex(OPERATIONS)
      .whereIn('id', ids)
      .whereNotNull('rollout_id')
      .update({ rollout_id: null });
  }

  async ofRollout(rolloutId: string): Promise<StoredOperation[]> {
    const rows = await this.knex<OperationRow>(OPERATIONS)
      .where({ rollout_id: rolloutId })
      .orderBy('created_at');
    return rows.map(toOperation);
  }

  /** How many wait and how many run, by kind. */
  async counts(): Promise<{ kind: string; state: string; count: number }[]> {
    const rows = await this.knex(OPERATIONS)
      .whereIn('state', ['queued', 'running'])
      .groupBy('kind', 'state')
      .select('kind', 'state')
      .count({ count: '*' });
    return rows.map((row: any) => ({ ...row, count: Number(row.count) }));
  }

  #own({ id, round }: Run, knex: Knex = this.knex) {
    return this.#ours(knex).where({ id, round: round ?? null });
  }

  #ours(knex: Knex = this.knex) {
    return knex<OperationRow>(OPERATIONS).where({
      state: 'running',
      runner: this.runner,
    });
  }
}

/** A name that says where to look, and that no process before has had. */
function thisReplica(): string {
  const id = randomUUID().slice(0, 8);
  return `${hostname().slice(0, 40)}:${process.pid}:${id}`;
}

function priorityOf({ request, trigger }: NewOperation): number {
  return request.kind === 'prove' ? PRIORITY[trigger] : 0;
}

function isJoinable(row: OperationRow, wanted: NewOperation): boolean {
  const { request, trigger, secret, uid } = wanted;
  const isOther = row.uid && uid && row.uid !== uid;
  if (row.kind !== request.kind || isOther || row.cancelled) {
    return false;
  }
  const isAfterChange =
    request.kind === 'prove'
      ? ['task', 'event'].includes(trigger)
      : request.kind === 'apply' && request.purpose === 'restore';
  // A task that is taken up again goes on with what it has asked for.
  const isOwn = wanted.task !== undefined && row.task === wanted.task;
  if (isAfterChange && row.state === 'running' && !isOwn) {
    return false;
  }
  return (
    request.kind === 'prove' ||
    (!secret && !row.secret && row.request === JSON.stringify(request))
  );
}

function ended(knex: Knex, { state, result, error }: Outcome) {
  return {
    state,
    result: result ? JSON.stringify(result) : null,
    error: error ?? null,
    finished_at: now(knex) as any,
    progress: null,
    secret: null,
    lease_until: null,
  };
}

export function isUniqueViolation(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE';
}
