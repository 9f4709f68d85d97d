import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../src/replicasPostgres';

/** A portal's back end in a process of its own. */
export async function startBackend(
  cluster: string,
  folder: string,
  database: object,
) {
  const port = await freePort();
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'bench',
      contexts: [
        { name: 'bench', context: { cluster: 'bench', user: 'bench' } },
      ],
      // Plain http, which is taken only where TLS need not be.
      clusters: [
        {
          name: 'bench',
          cluster: { server: cluster, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'bench', user: { token: 'bench' } }],
    }),
  );
  const config = join(folder, 'app-config.json');
  const baseUrl = `http://127.0.0.1:${port}`;
  await writeFile(
    config,
    JSON.stringify({
      app: { baseUrl },
      backend: { baseUrl, listen: { host: '127.0.0.1', port }, database },
      auth: {
        providers: { guest: { dangerouslyAllowOutsideDevelopment: true } },
      },
      permission: { enabled: true },
      tenants: {
        clusters: [
          {
            name: 'lab',
            kubernetes: { kubeconfig },
            vault: { address: cluster, login: { tokenFile: kubeconfig } },
          },
        ],
        // Nothing is due while reading is measured.
        proofs: { interval: { days: 30 } },
      },
    }),
  );
  const log = openSync(join(folder, 'backend.log'), 'a');
  const child = spawn(
    process.execPath,
    [
      ...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []),
      '--no-warnings',
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      join(__dirname, 'apiBackend.ts'),
      '--config',
      config,
    ],
    {
      stdio: ['ignore', log, log],
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
  const ended = new Promise(resolve => child.once('exit', resolve));
  // However we end, the portal does not stay.
  process.once('exit', () => child.kill('SIGKILL'));
  const stop = async () => {
    child.kill();
    await ended;
  };
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(
      `${baseUrl}/.backstage/health/v1/readiness`,
    ).catch(() => undefined);
    if (answer?.ok) {
      return { port, stop, cpuMs: () => cpuMs(child.pid!) };
    }
    await sleep(200);
  }
  await stop();
  throw new Error(`The back end did not start: see ${folder}/backend.log`);
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

/** What an answer is known by. */
export async function etagOf(port: number, token: string, path: string) {
  const response = await fetch(`http://127.0.0.1:${port}/api/tenants${path}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  await response.arrayBuffer();
  return response.headers.get('etag')!;
}
