import { InputError } from '@backstage/errors';
import { ClusterProfile, Platform } from '../config/platform';
import { KubernetesClient } from './kubernetes';
import { VaultClient } from './vault';

/**
 * A cluster with its two clients.
 *
 * @public
 */
export interface Cluster {
  name: string;
  config: ClusterProfile;
  kubernetes: KubernetesClient;
  vault: VaultClient;
}

/**
 * The clusters of a portal, each with one pair of clients for the life of the
 * process.
 *
 * @public
 */
export class Clusters {
  readonly #clusters: Map<string, Cluster>;

  static fromPlatform(platform: Platform): Clusters {
    return new Clusters(
      platform.clusters.map(config => ({
        name: config.name,
        config,
        kubernetes: KubernetesClient.fromConfig(config),
        vault: VaultClient.fromConfig(config),
      })),
    );
  }

  private constructor(clusters: Cluster[]) {
    this.#clusters = new Map(clusters.map(c => [c.name, c]));
  }

  all(): Cluster[] {
    return [...this.#clusters.values()];
  }

  /** @throws InputError for a cluster that config does not name */
  get(name: string): Cluster {
    const cluster = this.#clusters.get(name);
    if (!cluster) {
      const known = [...this.#clusters.keys()].join(', ') || 'none';
      throw new InputError(
        `No cluster ${name} is configured under tenants.clusters (there is: ${known})`,
      );
    }
    return cluster;
  }
}
