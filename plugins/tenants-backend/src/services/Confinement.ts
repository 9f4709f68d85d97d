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
  /** What came of it last, by cluster */
  readonly #tried = new Map<string, { at: number; warning?: HealthProblem }>();

  constructor(
    private readonly options: { clusters: Clusters; logger: LoggerService },
  ) {}

  /** What is not as it has to be, as last tried. */
  get warnings(): HealthProblem[] {
    return [...this.#tried.values()].flatMap(({ warning }) => warning ?? []);
  }

  /** Tries it in each cluster; where one is away, again when it is asked for next. */
  async tryAll(): Promise<void> {
    const now = Date.now();
    const { clusters, logger } = this.options;
    await Promise.all(
      clusters.all().map(async cluster => {
        const { name } = cluster;
        const { at = -Infinity, warning: before } = this.#tried.get(name) ?? {};
        if (now - at < FRESH_MS) {
          return;
        }
        try {
          const found = await tryConfinement(cluster);
          const since = before?.since ?? new Date(now).toISOString();
          const warning = warningOf(name, found, since);
          this.#tried.set(name, { at: now, warning });
          if (warning && warning.message !== before?.message) {
            logger.error(
              `The portal is not confined as it should be in cluster ${name}. ${warning.message}`,
            );
          } else if (!warning && before) {
            logger.info(`The portal is confined in cluster ${name} again`);
          }
        } catch (error) {
          logger.info(
            `Whether the portal is confined in cluster ${name} could not be tried yet: ${error}`,
          );
        }
      }),
    );
  }
}

function warningOf(
  cluster: string,
  found: string[],
  since: string,
): HealthProblem | undefined {
  const message = `The portal ${found.join(
    '; ',
  )}. Install deploy/ of this version there, with the account and the prefix of config`;
  return found.length > 0
    ? { ...partOf(say('partConfinement', { cluster })), message, since }
    : undefined;
}
