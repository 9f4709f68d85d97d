import { numberFrom } from './numberFrom';

/**
 * Random choices that can be made again: of one seed, which a failing test says
 * and THREEWALLS_SEED sets.
 */
export class Random {
  static fromEnvironment(): Random {
    return new Random(numberFrom('THREEWALLS_SEED', Date.now() % 2 ** 31));
  }

  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed;
  }

  /** At least 0, below 1: the generator known as mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0, below the bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  one<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }

  /** At least one, at most so many, in their order. */
  some<T>(all: readonly T[], most: number): T[] {
    const picked = new Set(
      Array.from({ length: 1 + this.below(most) }, () => this.one(all)),
    );
    return all.filter(one => picked.has(one));
  }
}
