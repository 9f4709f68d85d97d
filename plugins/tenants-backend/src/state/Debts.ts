import { LoggerService } from '@backstage/backend-plugin-api';
import { NewOperation, OperationStore } from '../database/OperationStore';

/** Milliseconds without another change before a tenant is attacked: changes come in flocks. */
const QUIET_MS = 300;
/** Milliseconds that further changes put it off, at most. */
const LATEST_MS = 1_500;
/**
 * Proofs of one tenant that changes may ask for at once, and milliseconds until one more
 * may be asked for: who has had them all waits for one, not for all to be long ago.
 */
const MOST = { atOnce: 6, everyMs: 10_000 };
/** Milliseconds after which nothing is owed to who could not be attacked: the schedule does it. */
const FORGET_MS = 600_000;
/** Milliseconds between two looks at what is owed. */
const TICK_MS = 250;
/** Milliseconds by which the age of a proof may be short: the database's clock counts whole ones. */
const ROUNDED_MS = 1;

type Owed = Pick<NewOperation, 'tenant' | 'cluster' | 'owner'> & {
  uid: string;
  namespace: string;
};

/**
 * Proofs that are owed since something has changed: each is queued before the
 * schedule's, once nothing else runs for its tenant, and not too often for one. A
 * proof that runs and began before the change is made anew in its place; one that
 * began after it, on whichever replica, is enough.
 */
export class Debts {
  readonly #owed = new Map<
    string,
    { tenant: Owed; since: number; last: number }
  >();
  /** When all that changes have had tenants proved is made up for, by UID */
  readonly #evenAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #paying = false;

  constructor(
    private readonly options: {
      operations: Pick<OperationStore, 'openByTenant'>;
      enqueue(wanted: NewOperation): Promise<unknown>;
      /** Has a proof of a tenant made anew that began before a change; whether one sees it */
      renew(tenant: string, changedAt: number): Promise<boolean>;
      /** UIDs of tenants of some namespaces that can be attacked now */
      active(namespaces: ReadonlySet<string>): Promise<Set<string>>;
      logger: LoggerService;
      now?: () => number;
    },
  ) {}

  /**
   * Notes that a tenant has to be attacked anew.
   *
   * @param at - When it was changed; milliseconds, by `performance.now()`
   */
  add(tenant: Owed, at: number = this.#now()): void {
    const { since = at } = this.#owed.get(tenant.uid) ?? {};
    this.#owed.set(tenant.uid, { tenant, since, last: at });
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#owed.clear();
  }

  /** Queues what is owed and due. */
  async pay(): Promise<void> {
    const due = [...this.#owed].filter(([uid, debt]) => this.#isDue(uid, debt));
    if (due.length === 0) {
      return;
    }
    const { operations, enqueue, renew, active } = this.options;
    const asked = this.#now();
    const [{ busy, queued, provingFor }, there] = await Promise.all([
      operations.openByTenant(),
      active(new Set(due.map(([, { tenant }]) => tenant.namespace))),
    ]);
    for (const [uid, { tenant, last }] of due) {
      const { namespace, ...owed } = tenant;
      const name = owed.tenant;
      if (!there.has(uid)) {
        // It waits until its cluster is back; or it is gone, and forgotten.
        this.#defer(uid);
      } else if (busy.has(name) && !queued.has(name)) {
        const age = provingFor.get(name) ?? Infinity;
        const isAfter = age + ROUNDED_MS < asked - last;
        if (isAfter || (await renew(name, last))) {
          this.#paidNow(uid);
          this.#paid(uid, last);
        }
      } else {
        // One that is queued already is joined: it has not begun, and will see the change.
        const request = { kind: 'prove' } as const;
        await enqueue({ ...owed, trigger: 'event', request });
        if (!queued.has(name)) {
          this.#paidNow(uid);
        }
        this.#paid(uid, last);
      }
    }
  }

  #isDue(uid: string, { since, last }: { since: number; last: number }) {
    const now = this.#now();
    return (
      (now - last >= QUIET_MS || now - since >= LATEST_MS) &&
      this.#evenIn(uid) <= (MOST.atOnce - 1) * MOST.everyMs
    );
  }

  #evenIn(uid: string): number {
    return Math.max(0, (this.#evenAt.get(uid) ?? 0) - this.#now());
  }

  #paidNow(uid: string): void {
    this.#evenAt.set(uid, this.#now() + this.#evenIn(uid) + MOST.everyMs);
  }

  #defer(uid: string): void {
    const debt = this.#owed.get(uid);
    if (debt && this.#now() - debt.since > FORGET_MS) {
      this.#owed.delete(uid);
    }
  }

  /** What has changed meanwhile is owed still. */
  #paid(uid: string, last: number): void {
    if (this.#owed.get(uid)?.last === last) {
      this.#owed.delete(uid);
    }
    if (this.#owed.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #tick(): void {
    if (this.#paying) {
      return;
    }
    this.#paying = true;
    this.pay()
      .catch(error => {
        this.options.logger.warn(`Proofs that are owed: ${error}`);
      })
      .finally(() => {
        this.#paying = false;
      });
  }

  #now(): number {
    return this.options.now?.() ?? performance.now();
  }
}
