import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { JsonObject } from '@backstage/types';
import { freePort } from '../../../../scripts/lib/postgres.ts';

/** Starts a portal's back end in a process of its own on a free port, and waits until it is ready. */
export async function startBackend(options: {
  /** The TypeScript file that it runs */
  entry: string;
  /** Where its config and its log go, without their extensions */
  file: string;
  config: JsonObject & { backend: JsonObject };
  nodeOptions?: string[];
  /** Beside this process's own */
  env?: Record<string, string>;
}) {
  const { entry, file, config, nodeOptions = [], env } = options;
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const listen = { host: '127.0.0.1', port };
  await writeFile(
    `${file}.json`,
    JSON.stringify({
      ...config,
      app: { baseUrl },
      backend: { ...config.backend, baseUrl, listen },
    }),
    { mode: 0o600 },
  );
  const output = openSync(`${file}.log`, 'a');
  const child = spawn(
    process.execPath,
    [
      ...nodeOptions,
      '--no-warnings',
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      entry,
      '--config',
      `${file}.json`,
    ],
    {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...env, NODE_ENV: 'production' },
    },
  );
  const ended = new Promise<void>(resolve =>
    child.once('exit', () => resolve()),
  );
  // However we end, it does not stay.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const log = () => readFile(`${file}.log`, 'utf8');
  for (let attempt = 0; attempt < 900 && child.exitCode === null; attempt++) {
    const answer = await fetch(
      `${baseUrl}/.backstage/health/v1/readiness`,
    ).catch(() => undefined);
    if (answer?.ok) {
      return { port, baseUrl, child, ended, log };
    }
    await sleep(200);
  }
  child.kill('SIGKILL');
  await ended;
  throw new Error(`A back end did not start:\n${await log()}`);
}
