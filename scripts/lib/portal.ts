import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs, root, stateDir, tail } from './run.ts';

export interface PortalOptions {
  port: number;
  /** Config files besides app-config.yaml, relative to the sources or absolute */
  configs: string[];
  env?: NodeJS.ProcessEnv;
  /** Folder of the databases; relative to `.state` */
  database: string;
  /** Folder of the portal's sources, if it is not this checkout */
  sources?: string;
}

/** Calls the portal's API as somebody. */
export interface Caller {
  /** @throws Error for any answer that is not 2xx */
  call<T = any>(method: string, path: string, body?: unknown): Promise<T>;
}

/** A portal that runs as a child of this process. */
export class Portal implements Caller {
  readonly url: string;
  readonly child: ChildProcess;
  readonly log: string;
  /** Whoever runs the portal: what the guest may not do, that one may. */
  readonly operator: Caller;
  #token: { value: string; until: number } | undefined;

  static async start(options: PortalOptions): Promise<Portal> {
    await refuseTakenPort(options.port);
    const logs = join(stateDir, 'logs');
    await mkdir(logs, { recursive: true });
    const log = join(logs, `${options.database}.log`);
    const out = openSync(log, 'w');
    const url = `http://localhost:${options.port}`;
    const configs = ['app-config.yaml', ...options.configs];
    const sources = options.sources ?? root;
    const operator = randomBytes(24).toString('base64url');
    const child = spawn(
      'node',
      [
        '--no-warnings',
        '--require',
        '@backstage/cli/config/nodeTransform.cjs',
        'src/index.ts',
        ...configs.flatMap(file => ['--config', resolve(sources, file)]),
      ],
      {
        cwd: join(sources, 'packages', 'backend'),
        stdio: ['ignore', out, out],
        env: {
          ...process.env,
          NODE_ENV: 'production',
          APP_CONFIG_app_baseUrl: JSON.stringify(url),
          APP_CONFIG_backend_baseUrl: JSON.stringify(url),
          APP_CONFIG_backend_listen_port: String(options.port),
          APP_CONFIG_backend_database_connection_directory: JSON.stringify(
            join(stateDir, options.database),
          ),
          APP_CONFIG_backend_auth_externalAccess: JSON.stringify([
            {
              type: 'static',
              options: { token: operator, subject: 'operator' },
            },
          ]),
          ...options.env,
        },
      },
    );
    endWithUs(child);
    const portal = new Portal(child, url, log, operator);
    await portal.#untilReady();
    return portal;
  }

  constructor(
    child: ChildProcess,
    url: string,
    log: string,
    operatorToken: string,
  ) {
    this.child = child;
    this.url = url;
    this.log = log;
    this.operator = {
      call: (method, path, body) =>
        answerOf(
          `${method} ${path}`,
          this.#send(operatorToken, method, path, body),
        ),
    };
  }

  /** Resolves when the portal's process ends by itself. */
  async ended(): Promise<void> {
    await new Promise(done => this.child.once('exit', done));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await Promise.race([this.ended(), sleep(10_000)]);
      this.child.kill('SIGKILL');
    }
  }

  /** Calls the portal's API as the guest. */
  async call<T = any>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T> {
    return answerOf(`${method} ${path}`, this.request(method, path, body));
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Response> {
    return this.#send(await this.#guest(), method, path, body);
  }

  #send(
    token: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** Waits until the API answers for a path. */
  async until(path: string, seconds: number): Promise<void> {
    await this.untilAnswer(path, seconds, () => true);
  }

  /** Waits until the API's answer for a path is as it should be. */
  async untilAnswer<T>(
    path: string,
    seconds: number,
    isRight: (answer: T) => boolean,
  ): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const response = await this.request('GET', path).catch(() => undefined);
      if (response?.ok && isRight((await response.json()) as T)) {
        return;
      }
      if (Date.now() > deadline) {
        throw new Error(
          `The portal did not answer ${path} as expected within ${seconds} s (${
            response?.status ?? 'no answer'
          }). See ${this.log}`,
        );
      }
      await sleep(250);
    }
  }

  async #guest(): Promise<string> {
    if (!this.#token || Date.now() > this.#token.until) {
      const response = await fetch(`${this.url}/api/auth/guest/refresh`, {
        method: 'POST',
        headers: { 'x-requested-with': 'XMLHttpRequest' },
      });
      const answer: any = await response.json();
      this.#token = {
        value: answer.backstageIdentity.token,
        until: Date.now() + 10 * 60_000,
      };
    }
    return this.#token.value;
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + 180_000;
    for (;;) {
      if (this.child.exitCode !== null) {
        throw new Error(
          `The portal ended with ${this.child.exitCode}. The end of ${
            this.log
          }:\n${tail(this.log)}`,
        );
      }
      const ready = await fetch(
        `${this.url}/.backstage/health/v1/readiness`,
      ).catch(() => undefined);
      if (ready?.ok) {
        return;
      }
      if (Date.now() > deadline) {
        await this.stop();
        throw new Error(
          `The portal was not ready within 180 s. See ${this.log}`,
        );
      }
      await sleep(200);
    }
  }
}

async function answerOf<T>(
  request: string,
  sent: Promise<Response>,
): Promise<T> {
  const response = await sent;
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${request}: ${response.status} ${text.slice(0, 500)}`);
  }
  return JSON.parse(text) as T;
}

async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((done, reject) => {
    server.once('error', () =>
      reject(
        new Error(
          `Port ${port} is in use: stop what listens on it, or choose another one with --port`,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => done()));
  });
}
