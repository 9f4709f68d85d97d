import { LoggerService } from '@backstage/backend-plugin-api';
import {
  Cluster,
  Clusters,
  ensureCanary,
  sweepProofPods,
} from '@threewalls/backstage-plugin-tenants-node';

/** Milliseconds that the canary may take to be made. */
const TIMEOUT_MS = 120_000;

/** The canary of each cluster, kept there. */
export class Canaries {
  /** Those that were seen to be as they should */
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(
    private readonly options: {
      clusters: Clusters;
      logger: LoggerService;
    },
  ) {}

  /**
   * Sees to it that a cluster's canary is there. What needs it proves nothing
   * without; the other checks still do, so this never fails.
   */
  async keep(cluster: Cluster): Promise<void> {
    const { logger } = this.options;
    let canary = this.#known.get(cluster.name);
    if (!canary) {
      // One for all rounds that wait for it, hence not under any one's signal.
      canary = ensureCanary(cluster, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      this.#known.set(cluster.name, canary);
    }
    try {
      await canary;
    } catch (error) {
      this.forget(cluster);
      logger.warn(`The canary of cluster ${cluster.name}: ${error}`);
    }
  }

  /** Has it looked at again before the next round. */
  forget(cluster: Pick<Cluster, 'name'>): void {
    this.#known.delete(cluster.name);
  }

  /** Removes pods that a dead process has left, and has the canaries there. */
  async prepare(): Promise<void> {
    const { clusters, logger } = this.options;
    await Promise.all(
      clusters.all().map(async cluster => {
        try {
          // Pods of proofs that are under way, here or in another replica, are younger.
          const { naming, proofs } = cluster.config;
          await sweepProofPods(cluster, { naming }, 2 * proofs.deadlineMs);
          await this.keep(cluster);
        } catch (error) {
          logger.info(
            `Cluster ${cluster.name} is not ready for proofs yet: ${error}`,
          );
        }
      }),
    );
  }
}
