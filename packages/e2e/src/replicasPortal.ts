import { ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JsonObject } from '@backstage/types';
import { Operation } from '@threewalls/backstage-plugin-tenants-common';
import { freePort, TestPostgres } from './replicasPostgres';
import { labState, N8N_IMAGE, VAULT_ADDRESS } from './support/lab';

const TOKEN = 'a-token-of-the-test-for-its-own-replicas';

/** One replica of a portal. */
export interface Replica {
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<any>;
  /** Starts an operation. */
  start(name: string, request: object): Promise<Operation>;
  /** Starts an operation and follows it to its end. */
  run(name: string, request: object): Promise<Operation>;
  /** Follows an operation to its end, whoever has started it. */
  follow(operation: Operation, seconds?: number): Promise<Operation>;
  pid: number;
  /** kill -9 */
  kill(): Promise<void>;
  log(): Promise<string>;
}

/** Replicas of one portal on one PostgreSQL. */
export class ReplicasPortal {
  readonly #children: ChildProcess[] = [];

  /** @param over - Config of `tenants` beside the lab's */
  static async create(over: JsonObject = {}): Promise<ReplicasPortal> {
    const folder = await mkdtemp(join(tmpdir(), 'threewalls-replicas-'));
    return new ReplicasPortal(over, folder, await TestPostgres.start());
  }

  private constructor(
    private readonly over: JsonObject,
    private readonly folder: string,
    private readonly postgres: TestPostgres,
  ) {}

  /** How to connect to the plugin's database. */
  get connection() {
    return {
      ...this.postgres.connection,
      database: 'backstage_plugin_tenants',
    };
  }

  /** @param over - Config of `tenants` that is this replica's alone, as after an upgrade */
  async start(name: string, over: JsonObject = {}): Promise<Replica> {
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}`;
    const config = join(this.folder, `${name}.json`);
    await writeFile(config, JSON.stringify(this.#config(baseUrl, port, over)), {
      mode: 0o600,
    });
    const logFile = join(this.folder, `${name}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(
      process.execPath,
      [
        '--no-warnings',
        '--require',
        '@backstage/cli/config/nodeTransform.cjs',
        require.resolve('./replicasBackend'),
        '--config',
        config,
      ],
      {
        stdio: ['ignore', log, log],
        env: { ...process.env, NODE_ENV: 'production' },
      },
    );
    this.#children.push(child);
    const ended = new Promise<void>(resolve =>
      child.once('exit', () => resolve()),
    );
    const replica: Replica = {
      pid: child.pid!,
      async call(method, path, body) {
        const response = await fetch(`${baseUrl}/api/tenants${path}`, {
          method,
          headers: {
            Authorization: `Bearer ${TOKEN}`,
            'Content-Type': 'application/json',
          },
          body: body && JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok) {
          throw new Error(`${method} ${path}: ${response.status} ${text}`);
        }
        const type = response.headers.get('content-type') ?? '';
        return type.includes('json') ? JSON.parse(text) : text;
      },
      start: (tenant, request) =>
        replica.call('POST', `/tenants/${tenant}/operations`, request),
      run: async (tenant, request) =>
        replica.follow(await replica.start(tenant, request)),
      async follow({ tenant, id }, seconds = 120) {
        const deadline = Date.now() + seconds * 1000;
        for (;;) {
          const operation: Operation = await replica.call(
            'GET',
            `/tenants/${tenant}/operations/${id}`,
          );
          if (operation.finishedAt) {
            return operation;
          }
          if (Date.now() > deadline) {
            throw new Error(`${JSON.stringify(operation)} did not end`);
          }
          await sleep(100);
        }
      },
      async kill() {
        child.kill('SIGKILL');
        await ended;
      },
      log: () => readFile(logFile, 'utf8'),
    };
    await untilReady(baseUrl, child, replica);
    return replica;
  }

  /** Ends all replicas and the database, and removes what they wrote. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#children
        .filter(child => child.exitCode === null && !child.signalCode)
        .map(
          child =>
            new Promise<void>(resolve => {
              child.once('exit', () => resolve());
              child.kill('SIGKILL');
            }),
        ),
    );
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #config(baseUrl: string, port: number, over: JsonObject) {
    const portal = join(labState, 'portal');
    return {
      app: { baseUrl },
      backend: {
        baseUrl,
        listen: { host: '127.0.0.1', port },
        database: { client: 'pg', connection: this.postgres.connection },
        auth: {
          externalAccess: [
            { type: 'static', options: { token: TOKEN, subject: 'test' } },
          ],
        },
      },
      tenants: {
        clusters: [
          {
            name: 'lab',
            kubernetes: { kubeconfig: join(portal, 'kubeconfig') },
            vault: {
              address: VAULT_ADDRESS,
              inClusterAddress:
                'http://sys-vault.sys-vault.svc.cluster.local:8200',
              login: {
                approle: {
                  roleIdFile: join(portal, 'vault-role-id'),
                  secretIdFile: join(portal, 'vault-secret-id'),
                },
              },
            },
            network: { reservedCidrs: ['198.18.0.0/15'] },
          },
        ],
        network: { provider: 'cilium' },
        overcommit: true,
        n8n: { image: N8N_IMAGE },
        ...this.over,
        ...over,
      },
    };
  }
}

async function untilReady(
  baseUrl: string,
  child: ChildProcess,
  replica: Replica,
): Promise<void> {
  for (let attempt = 0; attempt < 900; attempt++) {
    const answer = await fetch(
      `${baseUrl}/.backstage/health/v1/readiness`,
    ).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    if (child.exitCode !== null) {
      break;
    }
    await sleep(200);
  }
  throw new Error(`A replica did not start:\n${await replica.log()}`);
}
