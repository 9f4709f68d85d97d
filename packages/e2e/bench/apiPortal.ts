import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JsonObject } from '@backstage/types';
import { TenantsPage } from '@threewalls/backstage-plugin-tenants-common';
import { startBackend } from '../src/support/backend';

/** Milliseconds until walls that do not hold are given up. */
const HOLD_MS = 15 * 60_000;

/** A portal's back end in a process of its own. */
export async function startPortal(
  tenants: JsonObject,
  folder: string,
  database: JsonObject,
  /** Heap that it may take, in MB; default Node.js' own */
  heapMb?: number,
) {
  const { port, child, ended } = await startBackend({
    entry: join(__dirname, 'apiBackend.ts'),
    file: join(folder, 'backend'),
    nodeOptions: heapMb ? [`--max-old-space-size=${heapMb}`] : undefined,
    config: {
      backend: { database },
      auth: {
        providers: { guest: { dangerouslyAllowOutsideDevelopment: true } },
      },
      permission: { enabled: true },
      tenants,
    },
  });
  return {
    port,
    pid: child.pid!,
    cpuMs: () => cpuMs(child.pid!),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Where a portal has its databases in a folder, and how to connect to the plugin's. */
export async function sqliteIn(folder: string) {
  const client = 'better-sqlite3';
  const directory = join(folder, 'database');
  await mkdir(directory);
  return {
    config: { client, connection: { directory } },
    connection: { filename: join(directory, 'tenants.sqlite') },
  };
}

/** CPU time of a process in milliseconds; Linux counts it in hundredths of a second. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A token of a user, as the browser gets it. */
export async function signIn(port: number): Promise<string> {
  const response = await fetch(
    `http://127.0.0.1:${port}/api/auth/guest/refresh`,
    { method: 'POST', headers: { 'X-Requested-With': 'XMLHttpRequest' } },
  );
  return (await response.json()).backstageIdentity.token;
}

/** A portal, and a user of it. */
export interface PortalUser {
  port: number;
  token: string;
}

function get({ port, token }: PortalUser, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/api/tenants${path}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
}

/** What an answer is known by. */
export async function etagOf(portal: PortalUser, path: string) {
  const response = await get(portal, path);
  await response.arrayBuffer();
  return response.headers.get('etag')!;
}

/** What the tenants' API answers to a user. */
export async function ask<T>(portal: PortalUser, path: string): Promise<T> {
  const response = await get(portal, path);
  if (!response.ok) {
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
  return response.json();
}

/** Waits until every wall is seen to hold: of a portal that is not well nothing is measured. */
export async function untilAllHold(
  portal: PortalUser,
  tenants: number,
): Promise<void> {
  const until = performance.now() + HOLD_MS;
  let problem: unknown;
  while (performance.now() < until) {
    const begun = performance.now();
    try {
      const query = '/tenants?limit=1&status=';
      const held = await ask<TenantsPage>(portal, `${query}holds`);
      if (held.totalItems === tenants) {
        return;
      }
      problem = `${held.totalItems} of ${tenants} do`;
    } catch (error) {
      // While it starts, a token may not be known yet.
      problem = error;
    }
    // Asking must not be most of what the portal does.
    const pause = 10 * (performance.now() - begun);
    await sleep(Math.min(Math.max(500, pause), 5_000));
  }
  throw new Error(`Not all walls hold: ${problem}`);
}
