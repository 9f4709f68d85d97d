import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { NeededPackage } from '../../packages/lab/src/index.ts';
import { globSync } from 'node:fs';

const run = promisify(execFile);
const PORT = 17432;

/** Debian's package, and where it puts the server's commands. */
export const POSTGRES: NeededPackage = {
  anyOf: [
    ...globSync('/usr/lib/postgresql/*/bin/initdb'),
    '/usr/lib/postgresql/15/bin/initdb',
  ],
  package: 'postgresql',
};

/** A throw-away PostgreSQL server on loopback. */
export class Postgres {
  readonly connectionString = `postgresql://postgres@127.0.0.1:${PORT}/postgres`;
  readonly #folder: string;
  readonly #stop: () => Promise<void>;

  static async start(): Promise<Postgres> {
    const [initdb] = globSync('/usr/lib/postgresql/*/bin/initdb')
      .sort()
      .reverse();
    const bin = join(initdb, '..');
    const folder = await mkdtemp(join(tmpdir(), 'threewalls-postgres-'));
    // The server refuses to run as root: Debian's package brings a user.
    const isRoot = userInfo().uid === 0;
    const { stdout } = isRoot
      ? await run('id', ['-u', 'postgres'])
      : { stdout: String(userInfo().uid) };
    const uid = Number(stdout);
    const as = isRoot ? { uid } : {};
    if (isRoot) {
      await run('chown', ['postgres', folder]);
    }
    await chmod(folder, 0o700);
    const data = join(folder, 'data');
    await run(
      initdb,
      ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'],
      { ...as, cwd: folder },
    );
    const child = spawn(
      join(bin, 'postgres'),
      // Nothing of it has to survive: no fsync.
      ['-D', data, '-p', String(PORT), '-k', folder, '-h', '127.0.0.1', '-F'],
      { ...as, cwd: folder, stdio: 'ignore' },
    );
    const ended = new Promise<void>(resolve =>
      child.once('exit', () => resolve()),
    );
    const stop = async () => {
      child.kill('SIGINT');
      await ended;
    };
    for (let attempt = 0; attempt < 100; attempt++) {
      const ready = await run(join(bin, 'pg_isready'), [
        '-h',
        '127.0.0.1',
        '-p',
        String(PORT),
      ]).catch(() => undefined);
      if (ready) {
        return new Postgres(folder, stop);
      }
      if (child.exitCode !== null) {
        throw new Error(
          `PostgreSQL ended with ${child.exitCode}: is port ${PORT} taken?`,
        );
      }
      await sleep(100);
    }
    await stop();
    throw new Error('PostgreSQL was not ready within 10 s');
  }

  constructor(folder: string, stop: () => Promise<void>) {
    this.#folder = folder;
    this.#stop = stop;
  }

  async stop(): Promise<void> {
    await this.#stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
