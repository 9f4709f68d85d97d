import { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import {
  Clusters,
  ensureCanary,
  Platform,
  planTenant,
  proveTenants,
  sweepProofPods,
} from '@threewalls/backstage-plugin-tenants-node';
import { ProofResult } from '../database/ProofStore';
import { ProofRound, Prover } from './Prover';

/** Milliseconds that the canary may take to be made. */
const CANARY_TIMEOUT_MS = 120_000;

/** Proofs made with the engine, upon real clusters. */
export class ClusterProver implements Prover {
  /** Canaries that were seen to be as they should, by cluster */
  readonly #canaries = new Map<string, Promise<unknown>>();

  static create(options: {
    clusters: Clusters;
    platform: Platform;
    logger: LoggerService;
  }): ClusterProver {
    return new ClusterProver(
      options.clusters,
      options.platform,
      options.logger,
    );
  }

  private constructor(
    private readonly clusters: Clusters,
    private readonly platform: Platform,
    private readonly logger: LoggerService,
  ) {}

  async prove(round: ProofRound): Promise<Map<string, ProofResult>> {
    const { signal, onProgress } = round;
    const cluster = this.clusters.get(round.cluster);
    await this.#canary(round.cluster).catch(error => {
      signal.throwIfAborted();
      // What needs the canary proves nothing then; the other checks still do.
      this.logger.warn(
        `The canary of cluster ${round.cluster} could not be kept: ${messageOf(
          error,
        )}`,
      );
    });
    const [first, second] = round.tenants.map(tenant =>
      planTenant(tenant.spec, this.platform),
    );
    const results = await proveTenants({
      cluster,
      platform: this.platform,
      tenants: second ? [first, second] : [first],
      signal,
      onProgress,
    });
    const isUnproven = [...results.values()].some(({ verdicts }) =>
      verdicts.some(verdict => verdict.status === 'unproven'),
    );
    if (isUnproven) {
      // It may be for want of the canary: make sure of it next time.
      this.#canaries.delete(round.cluster);
    }
    return results;
  }

  async prepare(): Promise<void> {
    // Pods of proofs that are under way, here or in another replica, are younger.
    const olderThanMs = 2 * this.platform.proofs.deadlineMs;
    await Promise.all(
      this.clusters.all().map(async cluster => {
        try {
          await sweepProofPods(cluster, this.platform, olderThanMs);
          await this.#canary(cluster.name);
        } catch (error) {
          this.logger.info(
            `Cluster ${cluster.name} is not ready for proofs yet: ${messageOf(
              error,
            )}`,
          );
        }
      }),
    );
  }

  /** One for all rounds that wait for it, hence not under any one's signal. */
  #canary(name: string): Promise<unknown> {
    const known = this.#canaries.get(name);
    if (known) {
      return known;
    }
    const canary = ensureCanary(this.clusters.get(name), this.platform, {
      signal: AbortSignal.timeout(CANARY_TIMEOUT_MS),
    });
    canary.catch(() => this.#canaries.delete(name));
    this.#canaries.set(name, canary);
    return canary;
  }
}

function messageOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}
