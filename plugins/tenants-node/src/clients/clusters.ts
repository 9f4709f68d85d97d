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

  private constructor(private readonly clusters: readonly Cluster[]) {}

  all(): Cluster[] {
    return [...this.clusters];
  }

  /** @throws InputError for a cluster that config does not name */
  get(name: string): Cluster {
    const cluster = this.clusters.find(c => c.name === name);
    if (!cluster) {
      const known = this.clusters.map(c => c.name).join(', ') || 'none';
      throw new InputError(
        `No cluster ${name} is configured under tenants.clusters (there is: ${known})`,
      );
    }
    return cluster;
  }
}
