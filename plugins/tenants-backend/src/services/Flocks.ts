/** Milliseconds without another of its kind after which a flock has come to its end. */
const QUIET_MS = 1_000;
/** Milliseconds after which it is told of, though it goes on. */
export const LATEST_MS = 10_000;

interface Flock<T> {
  /** Those that came after the first */
  more: T[];
  since: number;
  timer?: NodeJS.Timeout;
}

/**
 * News of one kind that comes of many at once, such as of every tenant of a cluster
 * that is away: the first is told of at once, and all that follow it closely in one.
 */
export class Flocks<T> {
  readonly #flocks = new Map<string, Flock<T>>();

  /** @param tell - Tells of what has followed the first */
  constructor(private readonly tell: (more: T[]) => Promise<void>) {}

  /** @returns whether it is the first, of which is to be told at once */
  isFirst(kind: string, news: T): boolean {
    const now = performance.now();
    const flock = this.#flocks.get(kind);
    if (flock) {
      flock.more.push(news);
      this.#wait(kind, flock, Math.max(0, flock.since + LATEST_MS - now));
      return false;
    }
    const begun: Flock<T> = { more: [], since: now };
    this.#flocks.set(kind, begun);
    this.#wait(kind, begun, QUIET_MS);
    return true;
  }

  /** Tells of what waits. */
  async end(): Promise<void> {
    await Promise.all([...this.#flocks.keys()].map(kind => this.#end(kind)));
  }

  #wait(kind: string, flock: Flock<T>, most: number): void {
    clearTimeout(flock.timer);
    const ms = Math.min(QUIET_MS, most);
    flock.timer = setTimeout(() => void this.#end(kind), ms);
  }

  async #end(kind: string): Promise<void> {
    const flock = this.#flocks.get(kind);
    this.#flocks.delete(kind);
    clearTimeout(flock?.timer);
    if (flock?.more.length) {
      await this.tell(flock.more);
    }
  }
}
