import { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonObject } from '@backstage/types';
import {
  Operation,
  Tenant,
  WALLS,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { knex, Knex } from 'knex';
import { tenantNames } from '@threewalls/backstage-plugin-tenants-node';
import { startPostgres, TestPostgres } from '../../../scripts/lib/postgres.ts';
import { startBackend } from './support/backend';
import { labConfig, portalAccess, portalLab, refOf } from './support/lab';
import { importSmallN8n, SMALL_N8N } from './support/smallN8n';
import { until } from './support/until';

const TOKEN = 'a-token-of-the-test-for-its-own-replicas';
/** Of one who may create tenants and look at them, and nothing else. */
export const CREATOR = 'a-token-of-the-test-for-who-may-create';

/** Who owns the tests' tenants. */
export const OWNER = 'group:default/guests';
/** Statuses of walls that all hold. */
export const HOLDS: WallStatus[] = WALLS.map(() => 'holds');

const { platform } = portalLab();

/** What a tenant of the lab is called in the cluster and in Vault. */
export const namesOf = (name: string) => tenantNames(name, OWNER, platform);

export const namespaceOf = (name: string) =>
  refOf('Namespace', namesOf(name).namespace);

export const specOf = (name: string, over: object = {}) => ({
  name,
  owner: OWNER,
  size: 'small',
  ...over,
});

/** An apply of a tenant's whole spec. */
export const orderOf = (name: string, over?: object) => ({
  kind: 'apply',
  spec: specOf(name, over),
});

export function expectDone(operation: Operation): Operation {
  const { state, error } = operation;
  expect([state, error]).toEqual(['succeeded', undefined]);
  return operation;
}

/** A metric as it is now. */
export interface Metric {
  descriptor: { name: string };
  dataPoints: { attributes: Record<string, string>; value: number }[];
}

/**
 * Lets the database refuse to change rows, as it does when its disk is full.
 *
 * @param when - SQL of `old` and `new`
 * @returns what ends it
 */
export async function refuseWrites(
  db: Knex,
  table: string,
  when: string,
): Promise<() => Promise<void>> {
  await db.raw(`create or replace function refuse() returns trigger
    language plpgsql as $$ begin raise exception 'disk full'; end $$`);
  await db.raw(`create trigger refuses before update on ${table}
    for each row when (${when}) execute function refuse()`);
  return () => db.raw(`drop trigger if exists refuses on ${table}`);
}

/** One replica of a portal. */
export class Replica {
  constructor(
    private readonly backend: Awaited<ReturnType<typeof startBackend>>,
  ) {}

  get pid(): number {
    return this.backend.child.pid!;
  }

  /** @param token - Of who asks; default one who may do everything */
  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    token = TOKEN,
  ): Promise<any> {
    const response = await fetch(`${this.backend.baseUrl}/api/tenants${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
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
  }

  get(path: string): Promise<any> {
    return this.call('GET', path);
  }

  async metrics(): Promise<Metric[]> {
    return (await fetch(`${this.backend.baseUrl}/metrics`)).json();
  }

  /** Starts an operation. */
  start(tenant: string, request: object): Promise<Operation> {
    return this.call('POST', `/tenants/${tenant}/operations`, request);
  }

  /** Starts an operation and follows it to its end. */
  async run(tenant: string, request: object): Promise<Operation> {
    return this.follow(await this.start(tenant, request));
  }

  /** Applies a tenant's whole spec. */
  order(tenant: string, over?: object): Promise<Operation> {
    return this.run(tenant, orderOf(tenant, over));
  }

  /** Removes a tenant. */
  remove(tenant: string, over?: object): Promise<Operation> {
    return this.run(tenant, { kind: 'remove', confirm: tenant, ...over });
  }

  /** Proves a tenant; the statuses of its walls. */
  async prove(tenant: string): Promise<WallStatus[]> {
    const { verdicts = [] } = await this.run(tenant, { kind: 'prove' });
    return verdicts.map(({ status }) => status);
  }

  /** The statuses of a tenant's walls, as the API has them. */
  async statuses(tenant: string): Promise<WallStatus[]> {
    const { walls }: Tenant = await this.get(`/tenants/${tenant}`);
    return walls.map(({ status }) => status);
  }

  /** Follows an operation to its end, whoever has started it. */
  async follow({ tenant, id }: Operation, seconds = 120): Promise<Operation> {
    let last: Operation | undefined;
    const look = async () => {
      last = await this.get(`/tenants/${tenant}/operations/${id}`);
      return last?.finishedAt ? last : undefined;
    };
    return until(look, seconds, 100).catch(error => {
      error.message += `, ${JSON.stringify(last)}`;
      throw error;
    });
  }

  /** kill -9 */
  async kill(): Promise<void> {
    this.backend.child.kill('SIGKILL');
    await this.backend.ended;
  }

  log(): Promise<string> {
    return this.backend.log();
  }
}

/** Replicas of one portal on one PostgreSQL. */
export class ReplicasPortal {
  readonly #children: ChildProcess[] = [];
  #db: Knex | undefined;

  /** The same with a small server in place of each n8n. */
  static async small(over: JsonObject = {}): Promise<ReplicasPortal> {
    await importSmallN8n();
    return ReplicasPortal.create({ ...SMALL_N8N, ...over });
  }

  /** @param over - Config of `tenants` beside the lab's */
  static async create(over: JsonObject = {}): Promise<ReplicasPortal> {
    const folder = await mkdtemp(join(tmpdir(), 'threewalls-replicas-'));
    return new ReplicasPortal(over, folder, await startPostgres());
  }

  private constructor(
    private readonly over: JsonObject,
    private readonly folder: string,
    private readonly postgres: TestPostgres,
  ) {}

  /** The plugin's database. */
  get db(): Knex {
    const database = 'backstage_plugin_tenants';
    const connection = { ...this.postgres.connection, database };
    return (this.#db ??= knex({ client: 'pg', connection }));
  }

  /**
   * @param over - Config of `tenants` that is this replica's alone, as after an upgrade
   * @param env - Environment that is its alone
   */
  async start(
    name: string,
    over: JsonObject = {},
    env: Record<string, string> = {},
  ): Promise<Replica> {
    const permission = ['tenant.create', 'tenant.read'];
    const backend = await startBackend({
      entry: require.resolve('./replicasBackend'),
      file: join(this.folder, name),
      config: {
        backend: {
          database: { client: 'pg', connection: this.postgres.connection },
          auth: {
            externalAccess: [
              { type: 'static', options: { token: TOKEN, subject: 'test' } },
              {
                type: 'static',
                options: { token: CREATOR, subject: 'creator' },
                accessRestrictions: [{ plugin: 'tenants', permission }],
              },
            ],
          },
        },
        tenants: labConfig(portalAccess, { ...this.over, ...over }),
      },
      env,
    });
    this.#children.push(backend.child);
    return new Replica(backend);
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
    await this.#db?.destroy();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
