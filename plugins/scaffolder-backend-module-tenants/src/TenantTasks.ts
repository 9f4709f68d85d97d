import { setTimeout as sleep } from 'node:timers/promises';
import {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { ResponseError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  Operation,
  OperationRequest,
  PreviewRequest,
  StartOperationOptions,
  TenantPreview,
  TenantsApi,
  TenantsRequestOptions,
} from '@threewalls/backstage-plugin-tenants-common';
import { differenceLine } from './taskLog';

/** Milliseconds between two looks at what is under way: at first, and at most. */
const POLL_MS = { first: 50, most: 500 };
/** Milliseconds that the tenants backend may be away, such as while it restarts. */
const AWAY_MS = 60_000;

/** What an action hands on of its context. */
export interface TaskContext {
  logger: { info(message: string): void; warn(message: string): void };
  task: { id: string };
  isDryRun?: boolean;
  signal?: AbortSignal;
  getInitiatorCredentials(): Promise<BackstageCredentials>;
}

/**
 * The tenants backend as the actions need it: on behalf of whoever started the
 * task, and followed to its end in the task's log.
 */
export class TenantTasks {
  constructor(
    private readonly options: {
      tenants: TenantsApi;
      auth: AuthService;
      catalog: CatalogService;
    },
  ) {}

  get catalog(): CatalogService {
    return this.options.catalog;
  }

  /** Calls the API as whoever started the task. What it refuses is thrown as it says. */
  async call<T>(
    context: TaskContext,
    send: (tenants: TenantsApi, options: TenantsRequestOptions) => Promise<T>,
  ): Promise<T> {
    const { tenants, auth } = this.options;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await context.getInitiatorCredentials(),
      targetPluginId: 'tenants',
    });
    try {
      return await send(tenants, { token, signal: context.signal });
    } catch (error) {
      throw isRefusal(error) ? error.cause : error;
    }
  }

  /**
   * What an apply of a spec would do, a line in the task's log for each resource.
   *
   * @throws Error where an apply would be refused
   */
  async preview(
    context: TaskContext,
    request: PreviewRequest,
    stages?: string[],
  ): Promise<TenantPreview> {
    const preview = await this.call(context, (tenants, options) =>
      tenants.previewTenant(request, options),
    );
    const resources = preview.resources.filter(
      ({ stage }) => !stages || stages.includes(stage),
    );
    resources.forEach(resource =>
      context.logger.info(differenceLine(resource)),
    );
    if (preview.refusal) {
      throw new Error(preview.refusal);
    }
    return { ...preview, resources };
  }

  async start(
    context: TaskContext,
    name: string,
    request: OperationRequest & StartOperationOptions,
  ): Promise<Operation> {
    return this.call(context, (tenants, options) =>
      tenants.startOperation(
        name,
        { trigger: 'task', task: context.task.id, ...request },
        options,
      ),
    );
  }

  /**
   * Follows an operation to its end, a line in the task's log for each event. With
   * the task it is cancelled, unless others wait for it, too.
   *
   * @throws Error with why it failed
   */
  async follow(
    context: TaskContext,
    { tenant, id }: Pick<Operation, 'tenant' | 'id'>,
  ): Promise<Operation> {
    let after = -1;
    let phase: string | undefined;
    const report = async () => {
      const { items } = await this.call(context, (tenants, options) =>
        tenants.listOperationEvents(tenant, id, { after }, options),
      );
      for (const { position, message } of items) {
        after = position;
        context.logger.info(message);
      }
    };
    let pause = POLL_MS.first;
    for (let awaySince: number | undefined; ; ) {
      try {
        const operation = await this.call(context, (tenants, options) =>
          tenants.getOperation(tenant, id, options),
        );
        await report();
        awaySince = undefined;
        if (operation.finishedAt) {
          if (operation.state !== 'succeeded') {
            throw new Error(whyEnded(operation));
          }
          return operation;
        }
        if (operation.progress && operation.progress.phase !== phase) {
          phase = operation.progress.phase;
          context.logger.info(`${operation.request.kind}  ${phase}`);
        }
        await sleep(pause, undefined, { signal: context.signal });
        pause = Math.min(2 * pause, POLL_MS.most);
      } catch (error) {
        if (context.signal?.aborted) {
          await this.#cancel(context, tenant, id);
          throw error;
        }
        awaySince ??= Date.now();
        if (!isAway(error) || Date.now() - awaySince > AWAY_MS) {
          throw error;
        }
        await sleep(POLL_MS.most, undefined, { signal: context.signal });
      }
    }
  }

  async run(
    context: TaskContext,
    name: string,
    request: OperationRequest & StartOperationOptions,
  ): Promise<Operation> {
    return this.follow(context, await this.start(context, name, request));
  }

  async #cancel(context: TaskContext, tenant: string, id: string) {
    await this.call({ ...context, signal: undefined }, (tenants, options) =>
      tenants.cancelOperation(tenant, id, {
        ...options,
        task: context.task.id,
      }),
    ).catch(error => context.logger.warn(`${error.message}`));
  }
}

function whyEnded({ request, tenant, state, error }: Operation): string {
  return error ?? `The ${request.kind} of ${tenant} was ${state}`;
}

/** The backend's own word: nothing that a retry would change. */
function isRefusal(error: unknown): error is ResponseError {
  return error instanceof ResponseError && error.statusCode < 500;
}

function isAway(error: unknown): boolean {
  return (
    (error instanceof ResponseError && error.statusCode >= 500) ||
    (error instanceof TypeError && /fetch/.test(error.message))
  );
}
