/* eslint-disable no-console */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JsonObject } from '@backstage/types';
import { knex } from 'knex';
import { startPostgres, TestPostgres } from '../../../scripts/lib/postgres.ts';
import { numberFrom } from '../src/support/numberFrom';
import { fill, tenantName } from './apiData';
import { FilledCluster } from './filledCluster';
import { load, Load } from './apiLoad';
import { otherReplica } from './apiReplica';
import {
  etagOf,
  signIn,
  sqliteIn,
  startPortal,
  untilAllHold,
} from './apiPortal';
import { conditions, head, inMs, noteTarget, row } from './report';

const TENANTS = 1000;
const AMOUNTS = { proofs: 20, receipts: 50, pairs: true };
const CLIENTS = 50;
const WARMUP_MS = 800;
/** Milliseconds between two questions of a client that does not ask on and on. */
const PACE_MS = 1_000;
/** Milliseconds that the portal is watched at rest: two looks at Vault and all tenants. */
const REST_MS = 30_000;
const DURATION_MS = numberFrom('DURATION_MS', 5_000);

/** What is asked, what a person would call it, and the target of its p95 in milliseconds. */
const QUESTIONS = [
  ['a page of 100 tenants', '/tenants?limit=100', 17],
  ['a tenant’s card', `/tenants/${tenantName(500)}`, 7],
  ['matrix of 50, compact', '/matrix?limit=50&format=compact', 6],
  ['matrix of 100, compact', '/matrix?limit=100&format=compact'],
  ['matrix of 50, every cell', '/matrix?limit=50'],
  ['matrix of 100, every cell', '/matrix?limit=100'],
] as const;

/** The API with a thousand tenants and a million receipts, and 50 clients at once. */
export async function api(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'threewalls-bench-'));
  const cluster = await FilledCluster.up();
  const postgres = await startPostgres();
  // What is interrupted leaves no gigabytes behind.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    await cluster.fill(TENANTS);
    const amounts = { ...AMOUNTS, cluster };
    console.log(
      `${conditions()}; ${CLIENTS} clients, ${DURATION_MS / 1000} s each`,
    );
    const sqlite = await sqliteIn(folder);
    await report('SQLite', cluster.config(), folder, {
      config: sqlite.config,
      filled: fill('better-sqlite3', sqlite.connection, amounts),
    });
    const connection = await withDatabase(postgres, 'backstage_plugin_tenants');
    await report('PostgreSQL', cluster.config(), folder, {
      config: { client: 'pg', connection: postgres.connection },
      filled: fill('pg', connection, amounts),
      write: () => otherReplica(connection, cluster.uids),
    });
  } finally {
    await cluster.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Database {
  config: JsonObject;
  filled: Promise<{ receipts: number; pairs: number }>;
  /** Begins to write as another replica would */
  write?: () => Promise<{ stop(): Promise<string> }>;
}

async function report(
  title: string,
  tenants: JsonObject,
  folder: string,
  database: Database,
): Promise<void> {
  const { receipts, pairs } = await database.filled;
  console.log(`\n### ${title}: ${receipts} receipts, ${pairs} pairs\n`);
  const backend = await startPortal(tenants, folder, database.config);
  try {
    const token = await signIn(backend.port);
    const portal = { port: backend.port, token };
    await untilAllHold(portal, TENANTS);
    const restFrom = backend.cpuMs();
    await sleep(REST_MS);
    const rest = (backend.cpuMs() - restFrom) / REST_MS;
    console.log(
      `At rest, every tenant compared with its plan every 15 s: ${inMs(
        rest * 1000,
      )} of CPU a second; it is taken off below.\n`,
    );
    const ask = async (path: string, extra: Record<string, string> = {}) => {
      const options = {
        port: backend.port,
        path,
        headers: { Authorization: `Bearer ${token}`, ...extra },
        clients: CLIENTS,
        warmupMs: WARMUP_MS,
        durationMs: DURATION_MS,
        // What goes on beside the answers is none of theirs.
        cpuMs: () => backend.cpuMs() - rest * performance.now(),
      };
      const paced = await load({ ...options, paceMs: PACE_MS });
      return { ...(await load(options)), paced };
    };
    const floor = await ask('/api/floor/bytes/2');
    head(
      ...['what is asked', 'bytes'],
      `p95, each every ${PACE_MS / 1000} s`,
      ...['p95, asking on and on', 'a second', 'CPU an answer'],
      'the bare stack with as many bytes: p95s, CPU',
    );
    show('the bare stack', floor);
    for (const [name, path, most] of QUESTIONS) {
      const found = await ask(`/api/tenants${path}`);
      const bare = await ask(`/api/floor/bytes/${found.bytes}`);
      show(name, found, bare);
      if (most) {
        const what = `${name}, by ${CLIENTS} clients every ${
          PACE_MS / 1000
        } s (${title})`;
        noteTarget(`${what}: p95`, most, found.paced.p95, inMs);
      }
    }
    const etag = await etagOf(portal, QUESTIONS[0][1]);
    show(
      'the page of 100 again, unchanged (304)',
      await ask(`/api/tenants${QUESTIONS[0][1]}`, { 'If-None-Match': etag }),
      floor,
    );
    if (database.write) {
      const writer = await database.write();
      const found = [];
      for (const [name, path] of QUESTIONS.slice(0, 4)) {
        found.push([name, await ask(`/api/tenants${path}`)] as const);
      }
      const said = await writer.stop();
      for (const [name, answer] of found) {
        show(`${name}, ${said}`, answer, floor);
      }
    }
  } finally {
    await backend.stop();
  }
}

type Asked = Load & { paced: Load };

function show(name: string, found: Asked, bare?: Asked): void {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const cpu = (answers: Load) => `${answers.cpu.toFixed(2)} ms`;
  row(
    name,
    found.bytes,
    ms(found.paced.p95),
    ms(found.p95),
    found.rate.toFixed(0),
    cpu(found),
    bare ? `${ms(bare.paced.p95)}, ${ms(bare.p95)}, ${cpu(bare)}` : '',
  );
}

/** Makes a database; hands back how to connect to it. */
async function withDatabase(postgres: TestPostgres, name: string) {
  const server = knex({ client: 'pg', connection: postgres.connection });
  try {
    await server.raw('create database ??', [name]);
  } finally {
    await server.destroy();
  }
  return { ...postgres.connection, database: name };
}
