import { setTimeout as sleep } from 'node:timers/promises';
import { Dispatcher } from 'undici';
import { Connection } from './connection';
import { ClusterUnavailableError, KubernetesError } from './errors';
import { lines } from './lines';

/** Times a request is sent when the API server says 429 or the pool's connection was reset. */
const ATTEMPTS = 4;

/** Milliseconds that the rest of an answer may take of which nobody wants to know. */
const DRAIN_MS = 10_000;

export interface KubernetesRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
  /** Default application/json */
  accept?: string;
  signal?: AbortSignal;
  /** Milliseconds for the whole answer; default 30 s */
  timeoutMs?: number;
}

/** An answer of the API server, whatever its status. */
export interface KubernetesResponse<T = any> {
  status: number;
  body: T;
}

/**
 * Requests to an API server over one kept-alive connection pool: sent again where
 * that is safe.
 *
 * Credentials are read when they are first needed and again after a 401, so
 * that a portal may start before its cluster does and outlive its tokens.
 */
export class KubernetesTransport {
  #connection: Promise<Connection> | undefined;
  /** Requests sent so far */
  requests = 0;

  constructor(
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

  /**
   * Lines of an answer that goes on. Who has seen enough of it and stops costs a new
   * connection, with its handshake, but for an answer that ends soon.
   *
   * @param options.onOpen - Called once the server has begun to answer
   * @throws KubernetesError for any status that is not 2xx
   */
  async *stream(
    request: KubernetesRequest,
    options: { onOpen?: () => void; endsSoon?: boolean } = {},
  ): AsyncGenerator<string> {
    const response = await this.#send(request, 0);
    if (response.statusCode >= 300) {
      const text = await response.body.text();
      throw KubernetesError.fromResponse(request, {
        status: response.statusCode,
        body: parse(text),
      });
    }
    const { onOpen, endsSoon = false } = options;
    onOpen?.();
    const { body } = response;
    try {
      yield* lines(body.iterator({ destroyOnReturn: !endsSoon }));
    } finally {
      if (!body.closed) {
        const late = setTimeout(() => body.destroy(), DRAIN_MS).unref();
        // Nobody looks any more.
        body
          .on('error', () => {})
          .once('close', () => clearTimeout(late))
          .resume();
      }
    }
  }

  async #send(request: KubernetesRequest, timeoutMs: number) {
    for (let attempt = 1; ; attempt++) {
      const connection = await this.#connect();
      this.requests++;
      try {
        return await connection.agent.request({
          origin: connection.server,
          path: `${connection.basePath}${request.path}${queryString(
            request.query,
          )}`,
          method: request.method,
          headers: {
            ...connection.headers,
            accept: request.accept ?? 'application/json',
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

/** What stands between may answer with a page of its own. */
export function parse(text: string): any {
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

/** Whether the other side, or somebody between, has broken a connection off. */
export function isReset(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** A POST that creates may have been carried out before its connection broke. */
function isRepeatable(request: KubernetesRequest): boolean {
  return request.method !== 'POST' || request.query?.dryRun !== undefined;
}
