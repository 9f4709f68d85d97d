/* eslint-disable no-console */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { fill, tenantName } from './apiData';
import { FilledCluster } from './filledCluster';
import {
  ask,
  PortalUser,
  signIn,
  sqliteIn,
  startPortal,
  untilAllHold,
} from './apiPortal';
import { head, inMs, median, quantile, row } from './report';

const SIZES = (process.env.TENANTS ?? '1000,10000').split(',').map(Number);
const DELETIONS = Number(process.env.DELETIONS ?? 50);
/** Milliseconds that the portal is watched at rest. */
const REST_MS = Number(process.env.REST_MS ?? 60_000);
/** Milliseconds until something is given up. */
const PATIENCE_MS = 60_000;
/** Milliseconds from which a deletion is told of by itself. */
const SLOW_MS = 1_000;
/** What is deleted in turn, and the wall that it takes down. */
const DELETED = [
  ['NetworkPolicy tenant-isolation', 'network'],
  ['ResourceQuota tenant-quota', 'resource'],
  ['LimitRange tenant-limits', 'resource'],
] as const;

/**
 * How a portal of many tenants does that compares them with their plans: from its
 * start to the last one compared, at rest, and from something that is deleted to the
 * wall that says so in the API.
 */
export async function scale(): Promise<void> {
  const columns: Record<string, string>[] = [];
  const cluster = await FilledCluster.up();
  try {
    for (const size of SIZES) {
      await cluster.fill(size);
      columns.push(await measure(size, cluster));
    }
  } finally {
    await cluster.stop();
  }
  console.log();
  head('', ...SIZES.map(n => `${n} tenants`));
  for (const title of Object.keys(columns[0])) {
    row(title, ...columns.map(c => c[title]));
  }
}

async function measure(
  size: number,
  cluster: FilledCluster,
): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'threewalls-bench-'));
  const { config, connection } = await sqliteIn(folder);
  let backend: Awaited<ReturnType<typeof startPortal>> | undefined;
  try {
    const amounts = { cluster, proofs: 1, receipts: 0, pairs: false };
    await fill('better-sqlite3', connection, amounts);
    backend = await startPortal(cluster.config(), folder, config);
    const startedAt = performance.now();
    const portal = { port: backend.port, token: await signIn(backend.port) };
    await untilAllHold(portal, size);
    const compared = performance.now() - startedAt;
    const after = `${(compared / 1000).toFixed(1)} s`;
    console.log(`${size}: all compared after ${after}`);
    const cpu = backend.cpuMs();
    await sleep(REST_MS);
    const rest = (backend.cpuMs() - cpu) / (REST_MS / 1000);
    const memory = memoryOf(backend.pid);
    const found: number[] = [];
    for (let i = 0; i < DELETIONS; i++) {
      const [id, wall] = DELETED[i % DELETED.length];
      // Spread over all, each once.
      const n = Math.floor(((i + 0.5) * size) / DELETIONS);
      const restore = await cluster.delete(n, id);
      const ms = await untilBreached(portal, tenantName(n), wall);
      found.push(ms);
      await restore();
      if (ms > SLOW_MS) {
        console.log(`${size}: ${id} of ${tenantName(n)} took ${inMs(ms)}`);
      }
    }
    return {
      load: loadavg()[0].toFixed(1),
      'from the first answer until all are compared': after,
      'memory at rest (RSS), and its peak': memory,
      [`CPU a second at rest (${cpus().length} cores)`]: inMs(rest),
      [`deleted → breached in the API (${DELETIONS}): median`]: inMs(
        median(found),
      ),
      p95: inMs(quantile(found, 0.95)),
      p99: inMs(quantile(found, 0.99)),
      most: inMs(Math.max(...found)),
    };
  } finally {
    await backend?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function untilBreached(
  portal: PortalUser,
  name: string,
  wall: string,
): Promise<number> {
  const begun = performance.now();
  while (performance.now() < begun + PATIENCE_MS) {
    const { walls } = await ask<Tenant>(portal, `/tenants/${name}`);
    if (walls.find(w => w.wall === wall)?.status === 'breached') {
      return performance.now() - begun;
    }
    await sleep(20);
  }
  throw new Error(`The ${wall} wall of ${name} did not turn`);
}

/** As Linux counts it: now, and at most. */
function memoryOf(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (field: string) => {
    const [, kb] = new RegExp(`${field}:\\s+(\\d+)`).exec(status)!;
    return `${Math.round(Number(kb) / 1024)} MB`;
  };
  return `${mb('VmRSS')}, ${mb('VmHWM')}`;
}
