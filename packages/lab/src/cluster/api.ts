import { Agent, request } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpoints } from '../endpoints.ts';
import type { LabPaths } from '../paths.ts';

/** The parts of a Kubernetes object that the lab looks at. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
  };
  spec?: any;
  status?: any;
  data?: Record<string, string>;
}

export class ApiError extends Error {
  override name = 'ApiError';
  status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A client of the API server with full rights. */
export class KubeApi {
  #agent: Agent;
  #server: string;

  constructor(paths: LabPaths) {
    this.#server = endpoints(paths).api;
    const pki = (name: string) => readFileSync(join(paths.state, 'pki', name));
    this.#agent = new Agent({
      keepAlive: true,
      ca: pki('ca.crt'),
      cert: pki('admin.crt'),
      key: pki('admin.key'),
    });
  }

  /** One request; answers with what the body says, parsed where it is JSON. */
  send(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<any> {
    return new Promise((resolve, reject) => {
      const call = request(
        `${this.#server}${path}`,
        {
          method,
          agent: this.#agent,
          headers: { 'content-type': contentType, accept: 'application/json' },
          timeout: 10_000,
        },
        response => {
          let text = '';
          response.setEncoding('utf8').on('data', chunk => (text += chunk));
          // An answer that breaks off has no end.
          response.on('error', reject);
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            const json = /json/.test(response.headers['content-type'] ?? '');
            const answer = json && text ? JSON.parse(text) : text;
            if (status < 300) resolve(answer);
            else reject(new ApiError(status, answer?.message ?? text));
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('no answer in 10 s')));
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  get<T = KubeObject>(path: string): Promise<T> {
    return this.send('GET', path);
  }

  async list(path: string): Promise<KubeObject[]> {
    return (await this.send('GET', path)).items;
  }

  /** Server-side apply of one object at its own path. */
  apply(path: string, object: unknown): Promise<KubeObject> {
    return this.send(
      'PATCH',
      `${path}?fieldManager=threewalls-lab&force=true`,
      object,
      'application/apply-patch+yaml',
    );
  }

  /** Deletes; what is gone already counts as deleted. */
  async delete(path: string): Promise<void> {
    await this.send('DELETE', path).catch(error => {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    });
  }

  async isReady(): Promise<boolean> {
    const answer = await this.send('GET', '/readyz').catch(() => undefined);
    return answer === 'ok';
  }

  close() {
    this.#agent.destroy();
  }
}
