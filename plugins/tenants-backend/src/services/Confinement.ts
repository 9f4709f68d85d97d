import { LoggerService } from '@backstage/backend-plugin-api';
import {
  HealthProblem,
  say,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  tryConfinement,
} from '@threewalls/backstage-plugin-tenants-node';
import { partOf } from './HealthMonitor';

/** Milliseconds that an answer is good for. */
const FRESH_MS = 3_600_000;

/**
 * Whether each cluster refuses to the portal what deploy/ has it refuse. Without
 * that nothing else stops: it is said loudly, and everything goes on.
 */
export class Confinement {
  readonly #warnings = new Map<string, HealthProblem>();
  readonly #triedAt = new Map<string, number>();

  constructor(
    private readonly options: { clusters: Clusters; logger: LoggerService },
  ) {}

  /** What is not as it has to be, as last tried. */
  get warnings(): HealthProblem[] {
    return [...this.#warnings.values()];
  }

  /** Tries it in each cluster; where one is away, again when it is asked for next. */
  async tryAll(): Promise<void> {
    const now = Date.now();
    const { clusters, logger } = this.options;
    await Promise.all(
      clusters.all().map(async cluster => {
        const { name } = cluster;
        if (now - (this.#triedAt.get(name) ?? -Infinity) < FRESH_MS) {
          return;
        }
        try {
          const found = await tryConfinement(cluster);
          this.#triedAt.set(name, now);
          this.#note(name, found, now);
        } catch (error) {
          logger.info(
            `Whether the portal is confined in cluster ${name} could not be tried yet: ${error}`,
          );
        }
      }),
    );
  }

  #note(cluster: string, found: string[], now: number): void {
    const { logger } = this.options;
    const named = partOf(say('partConfinement', { cluster }));
    const before = this.#warnings.get(cluster);
    if (found.length === 0) {
      if (this.#warnings.delete(cluster)) {
        logger.info(`The portal is confined in cluster ${cluster} again`);
      }
      return;
    }
    const message = `The portal ${found.join(
      '; ',
    )}. Install deploy/ of this version there, with the account and the prefix of config`;
    if (before?.message !== message) {
      logger.error(
        `The portal is not confined as it should be in cluster ${cluster}. ${message}`,
      );
    }
    const since = before?.since ?? new Date(now).toISOString();
    this.#warnings.set(cluster, { ...named, message, since });
  }
}
