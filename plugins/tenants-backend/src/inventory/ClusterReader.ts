import { setTimeout as sleep } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import {
  OddNamespace,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';

/** Milliseconds that a list of a cluster's tenants is good for. */
const FRESH_MS = 2_000;
/**
 * Milliseconds that anybody waits for a cluster: one that hangs slows no other.
 * One that was away may be back, and says so at once; or its requests are swallowed.
 */
const PATIENCE_MS = { present: 2_000, away: 300 };
/** Milliseconds without an answer after which a cluster is away. */
const AWAY_MS = 10_000;
/** Milliseconds until a cluster that is away is asked again by whoever needs it. */
const RETRY_MS = 1_000;

/** A namespace with a tenant's labels, readable as a tenant or not. */
export type Found = TenantRecord | OddNamespace;

/** A cluster's tenants as it has them, remembered for a moment. */
export class ClusterReader {
  /** What the last answer had, by UID; empty until there was one */
  found = new Map<string, Found>();
  /** Why there is no answer now */
  error: string | undefined = 'It has not answered yet';
  #dueAt = 0;
  #isAway = false;
  #askedAt = 0;
  #reading: Promise<void> | undefined;

  constructor(
    readonly cluster: string,
    private readonly read: () => Promise<{
      tenants: TenantRecord[];
      odd: OddNamespace[];
    }>,
    private readonly logger: LoggerService,
  ) {}

  /** Sees to it that the listing is fresh, as far as the cluster answers in time. */
  async refresh(): Promise<void> {
    if (!this.#reading && this.#dueAt <= performance.now()) {
      this.#askedAt = performance.now();
      this.#reading = this.#refresh().finally(() => {
        this.#reading = undefined;
      });
    }
    if (this.#reading) {
      const timer = new AbortController();
      const patience = PATIENCE_MS[this.#isAway ? 'away' : 'present'];
      await Promise.race([
        this.#reading,
        sleep(patience, undefined, { signal: timer.signal }).catch(() => {}),
      ]);
      timer.abort();
    }
    if (this.#reading && performance.now() - this.#askedAt > AWAY_MS) {
      this.error ??= `No answer for ${AWAY_MS / 1000} s`;
    }
  }

  async #refresh(): Promise<void> {
    try {
      const { tenants, odd } = await this.read();
      this.found = new Map([...tenants, ...odd].map(item => [item.uid, item]));
      this.#dueAt = performance.now() + FRESH_MS;
      if (this.#isAway) {
        this.logger.info(`Cluster ${this.cluster} is back`);
      }
      this.#isAway = false;
      this.error = undefined;
    } catch (error) {
      this.error = isError(error) ? error.message : String(error);
      this.#dueAt = performance.now() + RETRY_MS;
      if (!this.#isAway) {
        this.logger.warn(
          `Tenants of cluster ${this.cluster} can't be read: ${this.error}`,
        );
      }
      this.#isAway = true;
    }
  }
}
