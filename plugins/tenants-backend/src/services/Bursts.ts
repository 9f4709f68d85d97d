/** Milliseconds without another of its kind after which a burst has ended. */
const QUIET_MS = 1_000;
/** Milliseconds after which a burst is reported while it goes on. */
export const LATEST_MS = 10_000;

interface Burst<T> {
  /** Those that came after the first */
  more: T[];
  since: number;
  timer?: NodeJS.Timeout;
}

/**
 * Bursts of news of one kind, such as of every tenant of a cluster that is away: the
 * first is reported at once, all others of the burst together.
 */
export class Bursts<T> {
  readonly #bursts = new Map<string, Burst<T>>();

  /** @param tell - Reports what has followed the first */
  constructor(private readonly tell: (more: T[]) => Promise<void>) {}

  /** @returns whether it is the first, to be reported at once */
  isFirst(kind: string, news: T): boolean {
    const now = performance.now();
    const burst = this.#bursts.get(kind);
    if (burst) {
      burst.more.push(news);
      this.#wait(kind, burst, Math.max(0, burst.since + LATEST_MS - now));
      return false;
    }
    const begun: Burst<T> = { more: [], since: now };
    this.#bursts.set(kind, begun);
    this.#wait(kind, begun, QUIET_MS);
    return true;
  }

  /** Reports what waits. */
  async end(): Promise<void> {
    await Promise.all([...this.#bursts.keys()].map(kind => this.#end(kind)));
  }

  #wait(kind: string, burst: Burst<T>, most: number): void {
    clearTimeout(burst.timer);
    const ms = Math.min(QUIET_MS, most);
    burst.timer = setTimeout(() => void this.#end(kind), ms);
  }

  async #end(kind: string): Promise<void> {
    const burst = this.#bursts.get(kind);
    this.#bursts.delete(kind);
    clearTimeout(burst?.timer);
    if (burst?.more.length) {
      await this.tell(burst.more);
    }
  }
}
