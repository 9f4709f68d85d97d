import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { Dispatcher } from 'undici';
import { FIELD_MANAGER } from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../plan/types';
import { ClusterConfig } from '../platform';
import { connect, Connection, loadKubeConfig } from './connection';
import { ClusterUnavailableError, KubernetesError } from './errors';
import { objectPath } from './kinds';
import { lines } from './lines';

/** Times a request is sent when the API server says 429 or the pool's connection was reset. */
const ATTEMPTS = 4;

export interface KubernetesRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal;
  /** Milliseconds for the whole answer; default 30 s */
  timeoutMs?: number;
}

/** An answer of the API server, whatever its status. */
export interface KubernetesResponse<T = any> {
  status: number;
  body: T;
}

export interface ApplyOptions {
  dryRun?: boolean;
  /** Take over fields of other managers */
  force?: boolean;
  signal?: AbortSignal;
}

/** An object to POST: a review has no name, and a pod may have a generated one. */
export interface NewObject {
  apiVersion: string;
  kind: string;
  metadata?: Partial<KubernetesObject['metadata']>;
  [field: string]: unknown;
}

export type ObjectRef = Parameters<typeof objectPath>[0];

export interface WatchEvent<T = any> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

/**
 * A cluster's API over one kept-alive connection pool and without discovery.
 *
 * Credentials are read when they are first needed and again after a 401, so
 * that a portal may start before its cluster does and outlive its tokens.
 */
export class KubernetesClient {
  #connection: Promise<Connection> | undefined;
  /** Requests sent so far, for the benchmarks and their regression test. */
  requests = 0;

  static fromConfig(cluster: ClusterConfig): KubernetesClient {
    return new KubernetesClient(cluster.name, async () =>
      connect(loadKubeConfig(cluster)),
    );
  }

  static fromKubeConfig(name: string, config: KubeConfig): KubernetesClient {
    return new KubernetesClient(name, async () => connect(config));
  }

  private constructor(
    readonly cluster: string,
    private readonly open: () => Promise<Connection>,
  ) {}

  /**
   * Sends a request and hands back the answer, whatever its status.
   *
   * @throws ClusterUnavailableError when there was no answer
   */
  async request<T = any>(
    request: KubernetesRequest,
  ): Promise<KubernetesResponse<T>> {
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send(request, request.timeoutMs ?? 30_000);
      let text: string;
      try {
        text = await response.body.text();
      } catch (error) {
        // The answer broke off: what was asked may have been done all the same.
        request.signal?.throwIfAborted();
        if (isReset(error) && attempt < ATTEMPTS && isRepeatable(request)) {
          continue;
        }
        throw ClusterUnavailableError.because(this.cluster, error);
      }
      if (response.statusCode === 401 && !renewed) {
        renewed = true;
        this.#connection = undefined;
        continue;
      }
      if (response.statusCode === 429 && attempt < ATTEMPTS) {
        await sleep(retryAfterMs(response.headers), undefined, {
          signal: request.signal,
        });
        continue;
      }
      return { status: response.statusCode, body: parse(text) };
    }
  }

  /** @throws KubernetesError for any status that is not 2xx */
  async expect<T = any>(request: KubernetesRequest): Promise<T> {
    const response = await this.request<T>(request);
    if (response.status >= 300) {
      throw KubernetesError.fromResponse(request, response);
    }
    return response.body;
  }

  /** The object, or `undefined` where there is none. */
  async get<T extends object = KubernetesObject>(
    ref: ObjectRef,
    options: { signal?: AbortSignal } = {},
  ): Promise<T | undefined> {
    const request = {
      method: 'GET',
      path: objectPath(ref),
      ...options,
    } as const;
    const response = await this.request<T>(request);
    if (response.status === 404) {
      return undefined;
    }
    if (response.status >= 300) {
      throw KubernetesError.fromResponse(request, response);
    }
    return response.body;
  }

  /** Every object of a collection, with the resourceVersion of the list. */
  async list<T extends object = KubernetesObject>(
    ref: ObjectRef,
    options: {
      labelSelector?: string;
      fieldSelector?: string;
      signal?: AbortSignal;
    } = {},
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const { signal, ...query } = options;
    const body = await this.expect({
      method: 'GET',
      path: objectPath(ref),
      query,
      signal,
    });
    return {
      items: body.items ?? [],
      resourceVersion: body.metadata?.resourceVersion ?? '',
    };
  }

  /** Server-side apply with the field manager `threewalls`. */
  async apply<T extends object = KubernetesObject>(
    object: KubernetesObject,
    options: ApplyOptions = {},
  ): Promise<KubernetesResponse<T>> {
    return this.request<T>({
      method: 'PATCH',
      path: pathOf(object),
      query: {
        fieldManager: FIELD_MANAGER,
        force: options.force ? true : undefined,
        dryRun: options.dryRun ? 'All' : undefined,
      },
      body: object,
      contentType: 'application/apply-patch+yaml',
      signal: options.signal,
    });
  }

  /** POSTs an object to its collection; the answer comes back whatever its status. */
  async create<T extends object = KubernetesObject>(
    object: NewObject,
    options: { dryRun?: boolean; signal?: AbortSignal } = {},
  ): Promise<KubernetesResponse<T>> {
    return this.request<T>({
      method: 'POST',
      path: objectPath({
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace: object.metadata?.namespace,
      }),
      query: {
        fieldManager: FIELD_MANAGER,
        dryRun: options.dryRun ? 'All' : undefined,
      },
      body: object,
      signal: options.signal,
    });
  }

  /** Deletes an object; one that is not there is no error. */
  async delete(
    ref: ObjectRef,
    options: { gracePeriodSeconds?: number; signal?: AbortSignal } = {},
  ): Promise<void> {
    const request = {
      method: 'DELETE',
      path: objectPath(ref),
      query: {
        gracePeriodSeconds: options.gracePeriodSeconds,
        propagationPolicy: 'Background',
      },
      signal: options.signal,
    } as const;
    const response = await this.request(request);
    if (response.status >= 300 && response.status !== 404) {
      throw KubernetesError.fromResponse(request, response);
    }
  }

  /**
   * Events of a collection until the signal aborts or the server ends the
   * watch; then the caller lists again.
   */
  async *watch<T extends object = KubernetesObject>(
    ref: ObjectRef,
    options: {
      resourceVersion?: string;
      labelSelector?: string;
      fieldSelector?: string;
      signal?: AbortSignal;
    } = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const { signal, ...query } = options;
    const body = this.#stream({
      method: 'GET',
      path: objectPath(ref),
      query: { ...query, watch: true, allowWatchBookmarks: true },
      signal,
    });
    try {
      for await (const line of body) {
        yield JSON.parse(line) as WatchEvent<T>;
      }
    } catch (error) {
      // An API server that restarts ends its watches in the middle of a line.
      if (
        signal?.aborted ||
        !(isReset(error) || error instanceof SyntaxError)
      ) {
        throw error;
      }
    }
  }

  /** Lines of a pod's log, followed until the container ends. */
  logs(
    pod: { namespace: string; name: string },
    options: {
      container?: string;
      follow?: boolean;
      signal?: AbortSignal;
    } = {},
  ): AsyncGenerator<string> {
    const { signal, ...query } = options;
    return this.#stream({
      method: 'GET',
      path: `${objectPath({ apiVersion: 'v1', kind: 'Pod', ...pod })}/log`,
      query,
      signal,
    });
  }

  async *#stream(request: KubernetesRequest): AsyncGenerator<string> {
    const response = await this.#send(request, 0);
    if (response.statusCode >= 300) {
      const text = await response.body.text();
      throw KubernetesError.fromResponse(request, {
        status: response.statusCode,
        body: parse(text),
      });
    }
    yield* lines(response.body);
  }

  async #send(request: KubernetesRequest, timeoutMs: number) {
    for (let attempt = 1; ; attempt++) {
      const connection = await this.#connect();
      this.requests++;
      try {
        return await connection.agent.request({
          origin: connection.server,
          path: `${request.path}${queryString(request.query)}`,
          method: request.method,
          headers: {
            ...connection.headers,
            accept: 'application/json',
            ...(request.body !== undefined && {
              'content-type': request.contentType ?? 'application/json',
            }),
          },
          body:
            request.body === undefined
              ? undefined
              : JSON.stringify(request.body),
          headersTimeout: timeoutMs || 30_000,
          bodyTimeout: timeoutMs,
          signal: request.signal,
        });
      } catch (error) {
        request.signal?.throwIfAborted();
        if (isReset(error) && attempt < ATTEMPTS && isRepeatable(request)) {
          continue;
        }
        throw ClusterUnavailableError.because(this.cluster, error);
      }
    }
  }

  async #connect(): Promise<Connection> {
    if (!this.#connection) {
      const connection = this.open();
      // A kubeconfig that is not there yet may be there next time.
      connection.catch(() => {
        this.#connection = undefined;
      });
      this.#connection = connection;
    }
    try {
      return await this.#connection;
    } catch (error) {
      throw ClusterUnavailableError.because(this.cluster, error);
    }
  }
}

function pathOf(object: KubernetesObject): string {
  const { name, namespace } = object.metadata;
  return objectPath({
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    namespace,
  });
}

function queryString(query: KubernetesRequest['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) {
      search.set(key, String(value));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}

function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 1000) };
  }
}

function retryAfterMs(headers: Dispatcher.ResponseData['headers']): number {
  const seconds = Number(headers['retry-after']);
  return Math.min(Number.isFinite(seconds) ? seconds * 1000 : 1000, 10_000);
}

function isReset(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** A POST that creates may have been carried out before its connection broke. */
function isRepeatable(request: KubernetesRequest): boolean {
  return request.method !== 'POST' || request.query?.dryRun !== undefined;
}
