import { setTimeout as sleep } from 'node:timers/promises';
import {
  LoggerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import { Entity } from '@backstage/catalog-model';
import { isError, NotFoundError } from '@backstage/errors';
import {
  DeferredEntity,
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import { TenantEvent, TenantReader } from './TenantReader';

/** Milliseconds between two attempts to watch a cluster that is away. */
const RETRY_MS = { first: 1_000, max: 2_000 };

export interface TenantEntityProviderOptions {
  reader: TenantReader;
  taskRunner: SchedulerServiceTaskRunner;
  logger: LoggerService;
  /** Ends the watch */
  signal: AbortSignal;
}

/**
 * Provides every tenant of one cluster as a Resource: all of them by schedule,
 * and each change as soon as its namespace changes.
 *
 * One provider a cluster: what it provided stays while the cluster is away,
 * whatever the others do.
 */
export class TenantEntityProvider implements EntityProvider {
  #connection: EntityProviderConnection | undefined;
  /** Ends with the last mutation, so that no list overtakes a newer event */
  #last: Promise<unknown> = Promise.resolve();
  #isAway = false;

  static create(options: TenantEntityProviderOptions): TenantEntityProvider {
    return new TenantEntityProvider(options);
  }

  private constructor(private readonly options: TenantEntityProviderOptions) {}

  getProviderName(): string {
    return this.options.reader.provider;
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    this.#connection = connection;
    await this.options.taskRunner.run({
      id: `${this.getProviderName()}:refresh`,
      fn: async () => {
        await this.#tell(() => this.refresh());
      },
    });
    // Not awaited: it ends when the portal does.
    this.#watch();
  }

  /**
   * Provides all tenants of the cluster.
   *
   * @returns the resourceVersion to watch from
   */
  async refresh(): Promise<string> {
    return this.#inTurn(async connection => {
      const { reader, signal } = this.options;
      const { entities, resourceVersion } = await reader.list({ signal });
      await connection.applyMutation({
        type: 'full',
        entities: entities.map(entity => this.#defer(entity)),
      });
      return resourceVersion;
    });
  }

  async #watch(): Promise<void> {
    const { reader, signal } = this.options;
    for (let failures = 0; !signal.aborted; ) {
      const isDone = await this.#tell(async () => {
        const resourceVersion = await this.refresh();
        failures = 0;
        for await (const event of reader.watch({ resourceVersion, signal })) {
          await this.#change(event);
        }
      });
      const wait = isDone
        ? RETRY_MS.first
        : Math.min(RETRY_MS.first * 2 ** failures++, RETRY_MS.max);
      await sleep(wait, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #change(event: TenantEvent): Promise<void> {
    await this.#inTurn(connection =>
      connection.applyMutation({
        type: 'delta',
        added: event.type === 'changed' ? [this.#defer(event.entity)] : [],
        removed: event.type === 'gone' ? [{ entityRef: event.entityRef }] : [],
      }),
    );
  }

  #defer(entity: Entity): DeferredEntity {
    return { entity, locationKey: this.getProviderName() };
  }

  async #inTurn<T>(
    fn: (connection: EntityProviderConnection) => Promise<T>,
  ): Promise<T> {
    const connection = this.#connection;
    if (!connection) {
      throw new NotFoundError(`${this.getProviderName()} is not connected`);
    }
    const turn = this.#last.then(() => fn(connection));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Whether all went well; a cluster that is away is said once. */
  async #tell(fn: () => Promise<unknown>): Promise<boolean> {
    const { reader, logger, signal } = this.options;
    try {
      await fn();
      if (this.#isAway) {
        logger.info(`Tenants of cluster ${reader.cluster} are read again`);
      }
      this.#isAway = false;
      return true;
    } catch (error) {
      if (!this.#isAway && !signal.aborted) {
        this.#isAway = true;
        logger.warn(
          `Tenants of cluster ${
            reader.cluster
          } can't be read; their entities stay as they are: ${
            isError(error) ? error.message : error
          }`,
        );
      }
      return false;
    }
  }
}
