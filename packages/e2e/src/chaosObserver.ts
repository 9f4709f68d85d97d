import { setTimeout as sleep } from 'node:timers/promises';
import {
  Tenant,
  Wall,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { Replica } from './replicasPortal';
import { statusOf } from './wallsDetection';

/** Milliseconds between two questions to a replica. */
const LOOK_MS = 250;
/** Milliseconds that a replica which lives may take to answer, on however busy a machine. */
const ANSWER_MS = 8_000;
/** Milliseconds that an answer may be about the future: clocks are read one after another. */
const FUTURE_MS = 1_000;
const TIME = /"(\w+)":"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g;

/** What a replica's API said of all tenants, and when it was asked; milliseconds of the database's machine. */
export interface Sample {
  replica: string;
  askedAt: number;
  answeredAt: number;
  tenants: Tenant[];
}

/** A stretch of time in which a wall can't be green; what is not said concerns all. */
export interface Dark {
  because: string;
  from: number;
  until: number;
  replica?: string;
  tenant?: string;
  wall?: Wall;
}

/** Asks every replica that lives, again and again, and remembers what each has said. */
export class Observer {
  readonly samples: Sample[] = [];
  /** Answers that did not come, or not in time */
  readonly problems: string[] = [];
  readonly #loops = new Map<string, AbortController>();

  watch(name: string, replica: Replica): void {
    const loop = new AbortController();
    this.#loops.set(name, loop);
    void this.#follow(name, replica, loop.signal);
  }

  /** Of one that is about to die nothing is expected. */
  forget(name: string): void {
    this.#loops.get(name)?.abort();
    this.#loops.delete(name);
  }

  stop(): void {
    [...this.#loops.keys()].forEach(name => this.forget(name));
  }

  /** Names of the replicas that live. */
  get living(): string[] {
    return [...this.#loops.keys()];
  }

  async #follow(
    replica: string,
    api: Replica,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const askedAt = Date.now();
      const answer = await api
        .get('/tenants?limit=1000')
        .catch((error: Error) => error);
      const answeredAt = Date.now();
      if (signal.aborted) {
        return;
      }
      const tookMs = answeredAt - askedAt;
      if (answer instanceof Error || tookMs > ANSWER_MS) {
        this.problems.push(`${replica}: ${answer} after ${tookMs} ms`);
      }
      if (!(answer instanceof Error)) {
        const { items } = answer;
        this.samples.push({ replica, askedAt, answeredAt, tenants: items });
      }
      await sleep(Math.max(0, LOOK_MS - tookMs));
    }
  }

  /**
   * Waits until every replica that lives shows it.
   *
   * @returns when each has said so first, by name
   */
  async untilAll(
    isSo: (sample: Sample) => boolean,
    since: number,
    seconds: number,
  ): Promise<Map<string, number>> {
    for (const deadline = Date.now() + seconds * 1000; ; await sleep(50)) {
      const found = new Map<string, number>();
      for (const name of this.living) {
        const sample = this.samples.find(
          s => s.replica === name && s.askedAt >= since && isSo(s),
        );
        if (sample) {
          found.set(name, sample.answeredAt);
        }
      }
      if (found.size === this.living.length) {
        return found;
      }
      if (Date.now() > deadline) {
        const last = this.living.map(name => {
          const sample = this.samples.findLast(s => s.replica === name);
          return `${name}: ${sample && textOf(sample)}`;
        });
        throw new Error(`Not within ${seconds} s: ${isSo}; ${last.join('; ')}`);
      }
    }
  }

  /** Walls that were green, without a word, where they could not be. */
  green(dark: Dark[]): string[] {
    return dark.flatMap(({ because, from, until, replica, tenant, wall }) =>
      this.samples
        .filter(
          s =>
            s.askedAt >= from &&
            s.answeredAt <= until &&
            (replica === undefined || s.replica === replica),
        )
        .flatMap(s =>
          s.tenants
            .filter(t => tenant === undefined || t.name === tenant)
            .flatMap(t =>
              t.walls
                .filter(
                  w =>
                    w.status === 'holds' &&
                    (wall === undefined || w.wall === wall),
                )
                .map(
                  w =>
                    `${because}: ${s.replica} after ${s.askedAt - from} of ${
                      until - from
                    } ms: ${t.name}’s ${w.wall} wall`,
                ),
            ),
        ),
    );
  }

  /** Times that were yet to come when they were told, and proofs that aged by another clock. */
  wrongTimes(maxAgeMs: number): string[] {
    const wrong = new Set<string>();
    for (const { replica, tenants, askedAt, answeredAt } of this.samples) {
      for (const { spec: _, ...tenant } of tenants) {
        for (const [, what, time] of JSON.stringify(tenant).matchAll(TIME)) {
          if (Date.parse(time) > answeredAt + FUTURE_MS) {
            wrong.add(`${replica}: ${what} in the future`);
          }
        }
        for (const { status, stale, provedAt } of tenant.walls) {
          const at = Date.parse(provedAt ?? '');
          if (stale && answeredAt + FUTURE_MS < at + maxAgeMs) {
            wrong.add(`${replica}: stale too early`);
          }
          if (status === 'holds' && askedAt - FUTURE_MS > at + maxAgeMs) {
            wrong.add(`${replica}: green too long`);
          }
        }
      }
    }
    return [...wrong];
  }
}

/** Whether all walls of all tenants have this status. */
export function areAll(status: WallStatus) {
  return ({ tenants }: Sample) =>
    tenants.every(t => t.walls.every(w => w.status === status));
}

export function isBreached(name: string, wall: Wall) {
  return ({ tenants }: Sample) =>
    tenants.some(t => t.name === name && statusOf(t, wall) === 'breached');
}

function textOf({ tenants }: Sample): string {
  return tenants
    .map(
      t =>
        `${t.name} ${t.walls
          .map(w => `${w.status} (${w.summary})`)
          .join(', ')}`,
    )
    .join('; ');
}
