import { execFile, spawn } from 'node:child_process';
import { globSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { NeededPackage } from '../../packages/lab/src/index.ts';

const run = promisify(execFile);
const INITDB = '/usr/lib/postgresql/*/bin/initdb';

/** Debian's package, and where it puts the server's commands. */
export const POSTGRES: NeededPackage = {
  anyOf: [...globSync(INITDB), '/usr/lib/postgresql/15/bin/initdb'],
  package: 'postgresql',
};

/**
 * A PostgreSQL server of a test's own: Debian's, on loopback, thrown away after.
 *
 * @throws Error where Debian's postgresql is not installed
 */
export async function startPostgres() {
  const initdb = globSync(INITDB).sort().pop();
  if (!initdb) {
    throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  }
  const bin = join(initdb, '..');
  const folder = await mkdtemp(join(tmpdir(), 'threewalls-postgres-'));
  // The server refuses to run as root: Debian's package brings a user.
  const isRoot = userInfo().uid === 0;
  const as = isRoot ? { uid: await uidOf('postgres') } : {};
  if (isRoot) {
    await run('chown', ['postgres', folder]);
  }
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  const options = { ...as, cwd: folder };
  await run(
    initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'],
    options,
  );
  const port = await freePort();
  const child = spawn(
    join(bin, 'postgres'),
    // Nothing of it has to survive: no fsync.
    ['-D', data, '-p', `${port}`, '-k', folder, '-h', '127.0.0.1', '-F'],
    { ...options, stdio: 'ignore' },
  );
  const ended = new Promise(resolve => child.once('exit', resolve));
  // However we end, neither the server nor its files stay.
  process.once('exit', () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const server = {
    port,
    /** As config's `backend.database.connection` */
    connection: { host: '127.0.0.1', port, user: 'postgres' },
    async stop() {
      child.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  const ready = ['-h', '127.0.0.1', '-p', `${port}`];
  for (let attempt = 0; attempt < 100; attempt++) {
    const isReady = await run(join(bin, 'pg_isready'), ready).catch(() => {});
    if (isReady) {
      return server;
    }
    await sleep(100);
  }
  await server.stop();
  throw new Error('PostgreSQL was not ready within 10 s');
}

export type TestPostgres = Awaited<ReturnType<typeof startPostgres>>;

async function uidOf(user: string): Promise<number> {
  return Number((await run('id', ['-u', user])).stdout);
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
