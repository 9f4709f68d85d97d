import { setTimeout as sleep } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  OperationEvent,
  OperationKind,
} from '@threewalls/backstage-plugin-tenants-common';
import pLimit from 'p-limit';
import { LEASE_MS, OperationStore, Outcome } from '../database/OperationStore';
import { StoredOperation } from '../database/rows';
import { EventWriter } from './EventWriter';
import { untilAborted } from './untilAborted';

/** Changes at once in each cluster, for each replica: mostly they wait. */
const CHANGES = 20;
/** Times that an operation is begun: one that ends its replica each time must not go on. */
const MAX_ATTEMPTS = 10;
/** Times that the end of an operation is tried to be written down. */
const WRITES = 5;
/** Times that a proof is begun whose tenant is changed while it is made; then it goes on. */
const BEGINS = 3;
/**
 * Milliseconds after which a proof that still counts goes on: about half of what one takes, so that
 * neither what it was made for nor the change waits for much more than one and a half.
 */
const YOUNG_MS = 3_000;
/** Milliseconds to find out whether it still counts. */
const ASK_MS = 1_000;

/** What an executor works with. */
export interface Execution {
  operation: StoredOperation;
  /** Aborts when the operation is cancelled, when its lease is lost, and on shutdown */
  signal: AbortSignal;
  /** Notes what has been done; never fails */
  event(event: Omit<OperationEvent, 'position' | 'at'>): void;
  /** Resolves when what was noted is written down; rejects where it can't be */
  written(): Promise<void>;
  /** Keeps the lease of another operation as long as this one runs */
  hold(other: StoredOperation): void;
  /**
   * Tells how to find out whether what runs would count for nothing by now; without
   * an argument, that it is no more to be made anew
   */
  renewableIf(isVoid: (() => Promise<boolean>) | undefined): void;
}

/**
 * Does what an operation says. What it throws is why the operation failed;
 * `undefined` where it has written down the end itself.
 */
export type Executor = (execution: Execution) => Promise<Outcome | undefined>;

/** What an execution keeps: its own operation, and those that it holds. */
interface Lease extends AbortController {
  /** Its own first */
  held: StoredOperation[];
  /** Tenants that are proved by themselves since: what it makes in them is there still */
  apart: Set<string>;
  /** Milliseconds, by `performance.now()` */
  since: number;
  /** Whether a change has made it worthless; absent once it is no more to be made anew */
  isVoid?: () => Promise<boolean>;
  /** The change of which that was asked last */
  askedOf?: number;
}

/** Why an operation was given up. */
export class Abandoned extends Error {
  constructor(
    readonly reason: 'cancelled' | 'lost' | 'stopped' | 'overtaken' | 'again',
  ) {
    super(
      {
        cancelled: 'This operation was cancelled',
        lost: 'The lease of this operation ran out',
        stopped: 'The portal stopped during this operation',
        overtaken: 'The tenant is changed: this proof is made after it',
        again: 'The tenant was changed during its proof: once more',
      }[reason],
    );
  }

  /** Whether it was for what has become of the tenant */
  get isOfTenant(): boolean {
    return this.reason === 'overtaken' || this.reason === 'again';
  }
}

export interface OperationRunnerOptions {
  store: OperationStore;
  executors: Record<OperationKind, Executor>;
  logger: LoggerService;
  /** Rounds of proofs at once in a cluster, over all replicas */
  concurrency(cluster: string): Promise<number>;
  /** Called whenever an operation of ours has begun or ended */
  onMoved(operation: StoredOperation): Promise<void>;
}

/**
 * Runs the queue of operations: takes the next as long as there is room, keeps the
 * leases of those that run here, and writes down how they end.
 */
export class OperationRunner {
  readonly #running = new Map<string, Promise<void>>();
  readonly #changes = new Map<string, number>();
  readonly #held = new Map<string, Lease>();
  readonly #oneAtATime = pLimit(1);
  readonly #stop = new AbortController();
  #heart: NodeJS.Timeout | undefined;
  /** When leases were renewed last; milliseconds, by `performance.now()` */
  #renewedAt = 0;

  constructor(private readonly options: OperationRunnerOptions) {}

  /** Takes operations from the queue while there is room. */
  async pump(): Promise<void> {
    await this.#oneAtATime(async () => {
      while (!this.#stop.signal.aborted) {
        const operation = await this.options.store.claim(await this.#full(), [
          ...this.#running.keys(),
          ...this.#held.keys(),
        ]);
        if (!operation) {
          return;
        }
        this.#launch(operation);
      }
    });
  }

  /** As `pump`, for those who do not wait for it. */
  pumpSoon(): void {
    this.pump().catch(error => {
      this.options.logger.error('The queue of operations was not run', error);
    });
  }

  /** Ends an operation that runs here, as soon as it can be. */
  abort(id: string): void {
    const lease = this.#held.get(id);
    // A neighbour's proof that is not wanted is no reason to leave this one unproved.
    if (lease?.held[0].id === id) {
      lease.abort(new Abandoned('cancelled'));
    }
  }

  /**
   * Puts back the round of proofs that a tenant is in, here: a change waits for it,
   * after which it would count for nothing.
   */
  overtake(tenant: string): void {
    for (const lease of this.#held.values()) {
      if (lease.apart.has(tenant) || this.#proofIn(lease, tenant)) {
        lease.abort(new Abandoned('overtaken'));
      }
    }
  }

  /**
   * Has a tenant's proof anew that runs here, where the tenant was changed since it
   * began: by itself where it is the neighbour in another's round, which goes on;
   * else where that round began not long ago, or would count for nothing. A few times:
   * who is changed all the time is proved all the same.
   *
   * @param changedAt - Milliseconds, by `performance.now()`
   * @returns whether a round runs here, or will, that sees the change
   */
  async renew(tenant: string, changedAt: number): Promise<boolean> {
    const found = this.#roundOf(tenant);
    if (!found) {
      return false;
    }
    const { lease, proof } = found;
    if (lease.signal.aborted) {
      const { reason } = lease.signal;
      return reason instanceof Abandoned && reason.isOfTenant;
    }
    if (lease.since >= changedAt) {
      return true;
    }
    if (proof !== lease.held[0]) {
      return this.#proveAlone(proof, lease);
    }
    const { isVoid } = lease;
    if (
      !(await isRenewable(lease, changedAt)) ||
      // Meanwhile it may have ended, or have begun anew by itself.
      this.#roundOf(tenant)?.lease !== lease ||
      lease.isVoid !== isVoid ||
      lease.signal.aborted
    ) {
      return false;
    }
    lease.abort(new Abandoned('again'));
    return true;
  }

  /** What becomes of it in that round counts for nothing from here on. */
  async #proveAlone(neighbour: StoredOperation, lease: Lease) {
    const { id, tenant, attempts } = neighbour;
    // Its namespace has room for the pods of two rounds.
    const isApart = [...this.#held.values()].some(l => l.apart.has(tenant));
    // What has come of it may be being written down.
    if (!lease.isVoid || attempts >= BEGINS || isApart) {
      return false;
    }
    lease.apart.add(tenant);
    const isQueued = await this.options.store.release(neighbour, {
      isUrgent: true,
    });
    this.#letGo(id, lease);
    this.pumpSoon();
    return isQueued;
  }

  /** Puts back what runs here, so that another replica goes on with it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const lease of this.#held.values()) {
      lease.abort(new Abandoned('stopped'));
    }
    await this.#oneAtATime(async () => {});
    await Promise.all(this.#running.values());
    clearInterval(this.#heart);
  }

  /** Waits until nothing runs here and nothing waits. */
  async idle(): Promise<void> {
    await this.pump();
    while (this.#running.size) {
      await Promise.all(this.#running.values());
      await this.pump();
    }
  }

  async #full() {
    const rounds = await this.options.store.rounds();
    const proofs = await Promise.all(
      [...rounds].map(async ([cluster, count]) =>
        count >= (await this.options.concurrency(cluster)) ? cluster : [],
      ),
    );
    const changes = [...this.#changes].filter(([, count]) => count >= CHANGES);
    return {
      proofs: proofs.flat(),
      changes: changes.map(([cluster]) => cluster),
    };
  }

  #launch(operation: StoredOperation): void {
    const { id, cluster, request } = operation;
    const change = request.kind === 'prove' ? 0 : 1;
    const count = (by: number) =>
      this.#changes.set(cluster, (this.#changes.get(cluster) ?? 0) + by);
    count(change);
    const running = this.#run(operation)
      .catch(error => {
        this.options.logger.error(
          `The end of operation ${id} of ${operation.tenant} was not written down`,
          error,
        );
      })
      .finally(() => {
        if (this.#running.get(id) === running) {
          this.#running.delete(id);
        }
        count(-change);
        this.pumpSoon();
      });
    this.#running.set(id, running);
  }

  async #run(operation: StoredOperation): Promise<void> {
    const { store, executors, logger, onMoved } = this.options;
    const held = [operation];
    const since = performance.now();
    const lease: Lease = Object.assign(new AbortController(), {
      held,
      apart: new Set<string>(),
      since,
      isVoid: async () => false,
    });
    const events = new EventWriter(
      batch => store.addEvents(operation.id, batch),
      logger,
    );
    this.#hold(operation.id, lease);
    let outcome: Outcome | undefined;
    try {
      await onMoved(operation);
      if (operation.attempts > MAX_ATTEMPTS) {
        throw new Error(
          `It was begun ${operation.attempts} times, and no replica has lived to end it`,
        );
      }
      outcome = await executors[operation.request.kind]({
        operation,
        signal: lease.signal,
        event: event => events.add(event),
        written: () => events.written(),
        hold: other => {
          held.push(other);
          this.#hold(other.id, lease);
        },
        renewableIf: isVoid => {
          lease.isVoid = isVoid;
        },
      });
    } catch (error) {
      const { reason } = lease.signal;
      if (reason instanceof Abandoned && reason.reason !== 'cancelled') {
        if (reason.isOfTenant) {
          events.add({ message: reason.message });
        }
        await events.flush();
        if (reason.reason !== 'lost') {
          await this.#putBack(held, lease, {
            isFree: reason.reason === 'overtaken',
            isUrgent: reason.isOfTenant,
          });
        }
        return;
      }
      outcome = reason
        ? { state: 'cancelled', error: reason.message }
        : { state: 'failed', error: toError(error).message };
      logger.warn(
        `${operation.request.kind} of ${operation.tenant}: ${outcome.error}`,
      );
      // A neighbour's proof is nobody's then, and must be in no change's way.
      await this.#putBack(held.slice(1), lease, { isFree: true });
    } finally {
      held.forEach(({ id }) => this.#letGo(id, lease));
    }
    await events.flush();
    if (outcome) {
      const ended = outcome;
      await persist(() => store.finish(operation, ended));
    }
    for (const { id, round } of held) {
      const done = await store.get(id);
      if (done && done.round === round) {
        await onMoved(done);
      }
    }
  }

  /** Puts back those that are with this lease still. */
  async #putBack(
    held: StoredOperation[],
    lease: Lease,
    as: Parameters<OperationStore['release']>[1],
  ): Promise<void> {
    const ours = held.filter(({ id }) => this.#held.get(id) === lease);
    await Promise.all(ours.map(one => this.options.store.release(one, as)));
  }

  /** The round of proofs, run here, that a tenant is in, and its own proof in it. */
  #roundOf(tenant: string) {
    for (const lease of this.#held.values()) {
      const proof = this.#proofIn(lease, tenant);
      if (proof) {
        return { lease, proof };
      }
    }
    return undefined;
  }

  /** A lease may have held others, which have come to their end or are with another. */
  #proofIn(lease: Lease, tenant: string): StoredOperation | undefined {
    return lease.held.find(
      one =>
        one.tenant === tenant &&
        one.request.kind === 'prove' &&
        this.#held.get(one.id) === lease,
    );
  }

  /** What another execution has taken up since is left to that. */
  #letGo(id: string, lease: Lease): void {
    if (this.#held.get(id) === lease) {
      this.#held.delete(id);
    }
  }

  #hold(id: string, lease: Lease): void {
    this.#held.set(id, lease);
    this.#heart ??= setInterval(() => this.#beat(), LEASE_MS / 5).unref();
  }

  async #beat(): Promise<void> {
    const held = [...this.#held];
    if (held.length === 0) {
      return;
    }
    try {
      const { store } = this.options;
      const now = performance.now();
      const ours = await untilAborted(
        AbortSignal.timeout(LEASE_MS / 3),
        store.heartbeat(held.map(([id]) => id)),
      );
      this.#renewedAt = now;
      for (const [id, lease] of held) {
        if (ours.get(id)) {
          this.abort(id);
        } else if (ours.has(id) || this.#held.get(id) !== lease) {
          // It is ours, or was ended while this was asked.
        } else if (id === lease.held[0].id) {
          lease.abort(new Abandoned('lost'));
        } else {
          // A neighbour's, written down before this one: its result was all it was for.
          this.#held.delete(id);
        }
      }
      // Of those that other replicas have queued; or run already, where a tenant was sent away
      // from a round here and its change had nothing to wait for.
      for (const tenant of await store.changesOpen()) {
        this.overtake(tenant);
      }
    } catch (error) {
      this.options.logger.warn(`Leases were not renewed: ${error}`);
      // Another replica may have taken these up, and this one can't know of it.
      for (const [, lease] of held) {
        const since = Math.max(lease.since, this.#renewedAt);
        if (performance.now() - since > LEASE_MS) {
          lease.abort(new Abandoned('lost'));
        }
      }
    }
  }
}

/** Whether a round that did not see a change is worth making anew because of it. */
async function isRenewable(lease: Lease, changedAt: number): Promise<boolean> {
  const { held, since, isVoid, askedOf } = lease;
  if (!isVoid || held.some(({ attempts }) => attempts >= BEGINS)) {
    return false;
  }
  if (performance.now() - since < YOUNG_MS) {
    return true;
  }
  if (askedOf === changedAt) {
    return false;
  }
  lease.askedOf = changedAt;
  // A Vault that hangs holds up no other tenant.
  const late = AbortSignal.timeout(ASK_MS);
  return untilAborted(late, isVoid()).catch(() => false);
}

/** Tries a write again that fails: one hiccup of the database loses no result. */
export async function persist<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (attempt === WRITES) {
        throw error;
      }
      await sleep(100 * 2 ** attempt);
    }
  }
}
