/* eslint-disable no-console */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { numberFrom, numbersFrom } from '../src/support/numberFrom';
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
import {
  head,
  inMb,
  inMs,
  inS,
  median,
  noteTarget,
  quantile,
  row,
} from './report';

const SIZES = numbersFrom('SIZES', [1, 1_000, 10_000]);
const DELETIONS = numberFrom('DELETIONS', 50);
/** Milliseconds that the portal is watched at rest. */
const REST_MS = numberFrom('REST_MS', 60_000);
/** Milliseconds until something is given up. */
const PATIENCE_MS = 60_000;
/** Heap that a portal may take, in MB: at least, and for each tenant. */
const HEAP_MB = { least: 450, perTenant: 0.15 };
/** Milliseconds from which a deletion is told of by itself. */
const SLOW_MS = 1_000;
/** What is deleted in turn, and the wall that it takes down. */
const DELETED = [
  ['NetworkPolicy tenant-isolation', 'network'],
  ['ResourceQuota tenant-quota', 'resource'],
  ['LimitRange tenant-limits', 'resource'],
] as const;

/** What a portal of many tenants has been measured to take. */
interface Scale {
  load: number;
  comparedMs: number;
  /** Now, and at most, as Linux counts it */
  memory: { rss: number; peak: number };
  /** Milliseconds of CPU a second */
  rest: number;
  /** Milliseconds of each deletion */
  found: number[];
}

/** What is held against a target, by the number of tenants: of the others it is only told. */
const TARGETS: Record<
  number,
  { comparedMs?: number; moreMb: number; p99?: number }
> = {
  1_000: { comparedMs: 30_000, moreMb: 300 },
  10_000: { moreMb: 1_000, p99: 5_000 },
};

/**
 * How a portal of many tenants does that compares them with their plans: from its
 * start to the last one compared, at rest, and from something that is deleted to the
 * wall that says so in the API.
 */
export async function scale(): Promise<void> {
  const found = new Map<number, Scale>();
  const cluster = await FilledCluster.up();
  try {
    for (const size of SIZES) {
      await cluster.fill(size);
      found.set(size, await measure(size, cluster));
    }
  } finally {
    await cluster.stop();
  }
  print(found);
}

function print(found: ReadonlyMap<number, Scale>): void {
  console.log();
  head('', ...SIZES.map(n => `${n} tenants`));
  const line = (title: string, show: (scale: Scale) => string) =>
    row(title, ...[...found.values()].map(show));
  line('load', s => s.load.toFixed(1));
  line('from the first answer until all are compared', s => inS(s.comparedMs));
  line('memory at rest (RSS), and its peak', ({ memory: { rss, peak } }) =>
    [rss, peak].map(inMb).join(', '),
  );
  line(`CPU a second at rest (${cpus().length} cores)`, s => inMs(s.rest));
  line('deleted → breached in the API: how many', s => `${s.found.length}`);
  line('median', s => inMs(median(s.found)));
  line('p95', s => inMs(quantile(s.found, 0.95)));
  line('p99', s => inMs(quantile(s.found, 0.99)));
  line('most', s => inMs(Math.max(...s.found)));
  const [first] = found.values();
  for (const [size, taken] of found) {
    const { comparedMs, moreMb, p99 } = TARGETS[size] ?? {};
    const of = `${size} tenants`;
    if (comparedMs) {
      noteTarget(
        `${of} compared after a start`,
        comparedMs,
        taken.comparedMs,
        inS,
      );
    }
    if (moreMb && taken !== first) {
      const more = taken.memory.rss - first.memory.rss;
      noteTarget(
        `${of}: memory more than with ${SIZES[0]}`,
        moreMb,
        more,
        inMb,
      );
    }
    if (p99) {
      noteTarget(`${of}: breached: p99`, p99, quantile(taken.found, 0.99), inS);
    }
  }
}

async function measure(size: number, cluster: FilledCluster): Promise<Scale> {
  const folder = await mkdtemp(join(tmpdir(), 'threewalls-bench-'));
  const { config, connection } = await sqliteIn(folder);
  let backend: Awaited<ReturnType<typeof startPortal>> | undefined;
  try {
    const amounts = { cluster, proofs: 1, receipts: 0, pairs: false };
    await fill('better-sqlite3', connection, amounts);
    const heapMb = Math.max(HEAP_MB.least, Math.ceil(HEAP_MB.perTenant * size));
    backend = await startPortal(cluster.config(), folder, config, heapMb);
    const startedAt = performance.now();
    const portal = { port: backend.port, token: await signIn(backend.port) };
    await untilAllHold(portal, size);
    const comparedMs = performance.now() - startedAt;
    console.log(`${size}: all compared after ${inS(comparedMs)}`);
    const cpu = backend.cpuMs();
    await sleep(REST_MS);
    const rest = (backend.cpuMs() - cpu) / (REST_MS / 1000);
    const memory = memoryOf(backend.pid);
    const found: number[] = [];
    // A second deletion of one and the same turns nothing: no proof says that it was restored.
    const deletions = Math.min(DELETIONS, size);
    for (let i = 0; i < deletions; i++) {
      const [id, wall] = DELETED[i % DELETED.length];
      // Spread over all, each once.
      const n = Math.floor(((i + 0.5) * size) / deletions);
      const restore = await cluster.delete(n, id);
      const ms = await untilBreached(portal, tenantName(n), wall);
      found.push(ms);
      await restore();
      if (ms > SLOW_MS) {
        console.log(`${size}: ${id} of ${tenantName(n)} took ${inMs(ms)}`);
      }
    }
    return { load: loadavg()[0], comparedMs, memory, rest, found };
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

/** In MB, as Linux counts it. */
function memoryOf(pid: number): Scale['memory'] {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (field: string) => {
    const [, kb] = new RegExp(`${field}:\\s+(\\d+)`).exec(status)!;
    return Number(kb) / 1024;
  };
  return { rss: mb('VmRSS'), peak: mb('VmHWM') };
}
