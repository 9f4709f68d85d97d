import { LoggerService } from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import {
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
  OWNER_ANNOTATION,
  UnmanagedNamespace,
} from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, Clusters } from '@threewalls/backstage-plugin-tenants-node';

/** Namespaces that run n8n and that somebody else made, where config selects any. */
export class Unmanaged {
  /** As last read, by cluster: those of one that is away stay */
  readonly #known = new Map<string, UnmanagedNamespace[]>();

  static fromConfig(
    root: Config,
    clusters: Clusters,
    logger: LoggerService,
  ): Unmanaged {
    const config = root.getOptionalConfig('tenants.catalog.unmanaged');
    return new Unmanaged(
      config ? clusters.all() : [],
      config?.getString('labelSelector') ?? '',
      config?.getOptionalString('owner') ?? 'unknown',
      logger,
    );
  }

  private constructor(
    private readonly clusters: Cluster[],
    private readonly labelSelector: string,
    private readonly owner: string,
    private readonly logger: LoggerService,
  ) {}

  async list(): Promise<UnmanagedNamespace[]> {
    await Promise.all(this.clusters.map(cluster => this.#read(cluster)));
    return [...this.#known.values()].flat();
  }

  async #read({ name, kubernetes, config }: Cluster): Promise<void> {
    try {
      const { items } = await kubernetes.list(
        { apiVersion: 'v1', kind: 'Namespace' },
        {
          // One that is adopted leaves this list for the other.
          labelSelector: `${this.labelSelector},${MANAGED_BY_LABEL}!=${FIELD_MANAGER}`,
          signal: AbortSignal.timeout(5_000),
        },
      );
      this.#known.set(
        name,
        items
          .filter(
            ({ metadata }) =>
              !config.proofOnly.some(one => one.namespace === metadata.name),
          )
          .map(({ metadata }) => ({
            cluster: name,
            namespace: metadata.name,
            owner: metadata.annotations?.[OWNER_ANNOTATION] ?? this.owner,
          })),
      );
    } catch (error) {
      this.logger.info(`Namespaces of cluster ${name} were not read: ${error}`);
    }
  }
}
