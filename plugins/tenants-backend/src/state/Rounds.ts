import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that changes are collected: they come in flocks. */
const GAP_MS = 30;
/** Milliseconds until what went wrong is tried again. */
const RETRY_MS = 1_000;

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
  #isStopped = false;

  constructor(
    private readonly options: {
      run(isDue: (namespace: string) => boolean): Promise<void>;
      onError(error: unknown): void;
    },
  ) {}

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
    this.#timer = setTimeout(() => this.#run(), Math.max(next, GAP_MS)).unref();
  }

  async #run(): Promise<void> {
    const now = performance.now();
    const due = [...this.#due].flatMap(([what, at]) =>
      at <= now ? [what] : [],
    );
    due.forEach(what => this.#due.delete(what));
    const all = due.includes(undefined);
    const some = new Set(due);
    const waiting = [...this.#waiting];
    this.#isRunning = true;
    try {
      await this.options.run(namespace => all || some.has(namespace));
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
