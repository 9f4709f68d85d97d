import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that changes are collected: they come in flocks. */
const GAP_MS = 30;
/** Milliseconds until what went wrong is tried again. */
const RETRY_MS = 1_000;
/** Milliseconds without an end of anything that is due, after which nothing is known. */
export const BEHIND_MS = 30_000;

/**
 * Work that is due for some namespaces, or for all: one round at a time, and what
 * comes up meanwhile is done in the next.
 */
export class Rounds {
  /** When each is due, in milliseconds; `undefined` stands for all */
  readonly #due = new Map<string | undefined, number>();
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  /** Since when nothing of what is due has ended; milliseconds by `performance.now()` */
  #behindSince: number | undefined;
  #isStopped = false;

  constructor(
    private readonly options: {
      /**
       * @param due - Namespaces; absent for all
       * @param progress - To be called as each of them is done: a round may be long
       */
      run(
        due: ReadonlySet<string> | undefined,
        progress: () => void,
      ): Promise<void>;
      onError(error: unknown): void;
    },
  ) {}

  /** Whether what was seen is old, as nothing of what is due comes to an end. */
  get isBehind(): boolean {
    const since = this.#behindSince ?? Infinity;
    return performance.now() - since > BEHIND_MS;
  }

  /** Has namespaces be looked at, now or some milliseconds later. */
  add(namespaces: string[], inMs: number = 0): void {
    namespaces.forEach(namespace => this.#add(namespace, inMs));
  }

  /** Has all be looked at; what concerns all may come often. */
  addAll(inMs: number): void {
    this.#add(undefined, inMs);
  }

  /** As `add`, and waits until they were looked at, but not for long. */
  async addAndWait(namespaces: string[], patienceMs: number): Promise<void> {
    let done = () => {};
    const looked = new Promise<void>(resolve => {
      done = resolve;
    });
    this.add(namespaces);
    this.#waiting.add(done);
    const timer = new AbortController();
    const { signal } = timer;
    const late = sleep(patienceMs, undefined, { signal, ref: false });
    await Promise.race([looked, late.catch(() => {})]);
    timer.abort();
    this.#waiting.delete(done);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#waiting.forEach(done => done());
  }

  #add(what: string | undefined, inMs: number): void {
    const at = performance.now() + inMs;
    this.#due.set(what, Math.min(at, this.#due.get(what) ?? at));
    this.#plan();
  }

  #plan(): void {
    if (this.#isRunning || this.#isStopped || this.#due.size === 0) {
      return;
    }
    clearTimeout(this.#timer);
    const next = Math.min(...this.#due.values()) - performance.now();
    // A timer counts whole milliseconds, and by another clock: early, it would find nothing due.
    const inMs = Math.max(Math.ceil(next) + 1, GAP_MS);
    this.#timer = setTimeout(() => this.#run(), inMs).unref();
  }

  async #run(): Promise<void> {
    const now = performance.now();
    const due = [...this.#due].flatMap(([what, at]) =>
      at <= now ? [what] : [],
    );
    due.forEach(what => this.#due.delete(what));
    const all = due.includes(undefined);
    const some = new Set(due as string[]);
    const waiting = [...this.#waiting];
    this.#isRunning = true;
    this.#behindSince ??= now;
    try {
      await this.options.run(all ? undefined : some, () => {
        this.#behindSince = performance.now();
      });
      this.#behindSince = undefined;
    } catch (error) {
      if (!this.#isStopped) {
        this.options.onError(error);
        due.forEach(what => this.#add(what, RETRY_MS));
      }
    } finally {
      this.#isRunning = false;
      waiting.forEach(done => done());
      this.#plan();
    }
  }
}
