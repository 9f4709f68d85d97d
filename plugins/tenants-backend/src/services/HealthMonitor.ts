import { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  HealthProblem,
  Said,
  say,
  TenantsHealth,
} from '@threewalls/backstage-plugin-tenants-common';
import { Clusters } from '@threewalls/backstage-plugin-tenants-node';
import { untilAborted } from '../operations/untilAborted';

/** Milliseconds that a look at everything is good for: while all is well, and not. */
const FRESH_MS = { ok: 5_000, degraded: 1_000 };
/** Milliseconds for one part to answer. */
const TIMEOUT_MS = 3_000;

/** A part by name, such as `cluster lab`. */
export type Part = Pick<HealthProblem, 'part' | 'wording'>;

export function partOf({ summary, wording }: Said): Part {
  return { part: summary, wording };
}

/** Without it nothing else matters. */
export const DATABASE = partOf(say('partDatabase'));

/** Asks one part for a sign of life; rejects where there is none. */
export interface HealthProbe extends Part {
  check(): Promise<unknown>;
}

/** Whether the backend reaches what it needs, and since when it does not. */
export class HealthMonitor {
  readonly #problems = new Map<string, HealthProblem>();
  #checking: Promise<void> | undefined;
  #checkedAt = -Infinity;

  constructor(
    private readonly options: {
      probes: HealthProbe[];
      /** What is to be said beside what is away */
      warnings?: () => HealthProblem[];
      logger: LoggerService;
      now?: () => number;
      timeoutMs?: number;
    },
  ) {}

  async health(): Promise<TenantsHealth> {
    const fresh = FRESH_MS[this.#problems.size === 0 ? 'ok' : 'degraded'];
    // Away from it in either direction: a clock may be set back.
    if (Math.abs(this.#now() - this.#checkedAt) >= fresh) {
      this.#checking ??= this.#check().finally(() => {
        this.#checking = undefined;
      });
      await this.#checking;
    }
    const problems = [...this.#problems.values()].sort((a, b) =>
      a.part < b.part ? -1 : 1,
    );
    const warnings = this.options.warnings?.() ?? [];
    if (this.#problems.has(DATABASE.part)) {
      return { status: 'unavailable', problems, warnings };
    }
    return { status: problems.length ? 'degraded' : 'ok', problems, warnings };
  }

  #now(): number {
    return (this.options.now ?? Date.now)();
  }

  async #check(): Promise<void> {
    await Promise.all(this.options.probes.map(probe => this.#ask(probe)));
    this.#checkedAt = this.#now();
  }

  async #ask({ part, wording, check }: HealthProbe): Promise<void> {
    const { logger, timeoutMs = TIMEOUT_MS } = this.options;
    const late = AbortSignal.timeout(timeoutMs);
    try {
      await untilAborted(late, check());
      if (this.#problems.delete(part)) {
        logger.info(`The ${part} is back`);
      }
    } catch (error) {
      const message =
        error === late.reason
          ? `No answer within ${timeoutMs / 1000} s`
          : toError(error).message;
      const before = this.#problems.get(part);
      if (!before) {
        logger.warn(`The ${part} is away: ${message}`);
      }
      const since = before?.since ?? new Date(this.#now()).toISOString();
      this.#problems.set(part, { part, wording, message, since });
    }
  }
}

export function clusterProbes(clusters: Clusters): HealthProbe[] {
  return clusters.all().flatMap(({ name, kubernetes, vault }) => [
    {
      ...partOf(say('partCluster', { cluster: name })),
      check: () => kubernetes.expect({ method: 'GET', path: '/version' }),
    },
    {
      ...partOf(say('partVault', { cluster: name })),
      check: async () => {
        if ((await vault.health()).sealed) {
          throw new Error('Vault is sealed: unseal it');
        }
        // With the portal's login: a Vault that does not know it is no use.
        await vault.expect('GET', 'auth/token/lookup-self');
      },
    },
  ]);
}
