import { setTimeout as sleep } from 'node:timers/promises';
import {
  AuthService,
  LoggerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import { Entity } from '@backstage/catalog-model';
import { isError, NotFoundError, ResponseError } from '@backstage/errors';
import {
  DeferredEntity,
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import { EventsService } from '@backstage/plugin-events-node';
import {
  Tenant,
  TENANT_EVENT_TOPIC,
  TenantEventPayload,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import { toEntity, toUnmanagedEntity } from './entities';

const NAME = 'TenantEntityProvider';
/** Milliseconds until the tenants backend is asked again that gave no answer. */
const RETRY_MS = 2_000;
/** Tenants of one request. */
const PAGE_SIZE = 500;

export interface TenantEntityProviderOptions {
  tenants: Pick<TenantsApi, 'getTenant' | 'listTenants' | 'listUnmanaged'>;
  auth: AuthService;
  events: EventsService;
  taskRunner: SchedulerServiceTaskRunner;
  logger: LoggerService;
  /** Of the portal's front end */
  appUrl: string;
}

/**
 * Provides every tenant as a Resource: all of them by schedule, and each one as soon
 * as the tenants backend says that it has changed.
 */
export class TenantEntityProvider implements EntityProvider {
  #connection: EntityProviderConnection | undefined;
  /** Ends with the last mutation, so that no list overtakes a newer event */
  #last: Promise<unknown> = Promise.resolve();
  #isAway = false;

  constructor(private readonly options: TenantEntityProviderOptions) {}

  getProviderName(): string {
    return NAME;
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    this.#connection = connection;
    await this.options.taskRunner.run({
      id: `${NAME}:refresh`,
      fn: async signal => {
        // At a portal's start the tenants backend may be a moment behind.
        while (!(await this.#quietly(() => this.refresh()))) {
          await sleep(RETRY_MS, undefined, { signal });
        }
      },
    });
    await this.options.events.subscribe({
      id: NAME,
      topics: [TENANT_EVENT_TOPIC],
      onEvent: async ({ eventPayload }) => {
        const { name } = eventPayload as TenantEventPayload;
        await this.#quietly(() => this.refreshOne(name));
      },
    });
  }

  /** Provides all tenants, and all namespaces that are somebody else's. */
  async refresh(): Promise<void> {
    await this.#inTurn(async connection => {
      const { tenants, appUrl } = this.options;
      const token = await this.#token();
      const found: Tenant[] = [];
      for (let total = 1; found.length < total; ) {
        const page = await tenants.listTenants(
          { limit: PAGE_SIZE, offset: found.length },
          { token },
        );
        found.push(...page.items);
        total = page.items.length > 0 ? page.totalItems : 0;
      }
      const unmanaged = await tenants.listUnmanaged({ token });
      await connection.applyMutation({
        type: 'full',
        entities: [
          ...found.map(tenant => toEntity(tenant, appUrl)),
          ...unmanaged.items.map(toUnmanagedEntity),
        ].map(defer),
      });
    });
  }

  /** Provides one tenant as it is now, or takes its entity away. */
  async refreshOne(name: string): Promise<void> {
    await this.#inTurn(async connection => {
      const { tenants, appUrl } = this.options;
      const token = await this.#token();
      const tenant = await tenants.getTenant(name, { token }).catch(error => {
        if (error instanceof ResponseError && error.statusCode === 404) {
          return undefined;
        }
        throw error;
      });
      await connection.applyMutation({
        type: 'delta',
        added: tenant ? [defer(toEntity(tenant, appUrl))] : [],
        removed: tenant ? [] : [{ entityRef: `resource:default/${name}` }],
      });
    });
  }

  async #token(): Promise<string> {
    const { auth } = this.options;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: 'tenants',
    });
    return token;
  }

  async #inTurn(
    fn: (connection: EntityProviderConnection) => Promise<void>,
  ): Promise<void> {
    const connection = this.#connection;
    if (!connection) {
      throw new NotFoundError(`${NAME} is not connected`);
    }
    const turn = this.#last.then(() => fn(connection));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Entities stay as they are while the tenants backend is away: that is said once. */
  async #quietly(fn: () => Promise<void>): Promise<boolean> {
    const { logger } = this.options;
    try {
      await fn();
      if (this.#isAway) {
        logger.info('Tenants are read again');
      }
      this.#isAway = false;
      return true;
    } catch (error) {
      if (!this.#isAway) {
        this.#isAway = true;
        logger.warn(
          `Tenants can't be read; their entities stay as they are: ${
            isError(error) ? error.message : error
          }`,
        );
      }
      return false;
    }
  }
}

function defer(entity: Entity): DeferredEntity {
  return { entity, locationKey: NAME };
}
