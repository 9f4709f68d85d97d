import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folder in the checkout with logs and databases of what runs from it. */
export const stateDir = join(root, '.state');

/**
 * Runs a command to its end with its output in a log file.
 *
 * @throws Error with the end of the log where it ends with another code than 0
 */
export async function runLogged(
  name: string,
  command: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  const { code, log } = await runToEnd(name, command, options);
  if (code !== 0) {
    const ended = `${command.join(' ')} ended with ${code}`;
    throw new Error(`${ended}. The end of ${log}:\n${tail(log)}`);
  }
}

/** Runs a command to its end with its output in a log file; tells how it ended. */
export async function runToEnd(
  name: string,
  command: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number; log: string }> {
  const logs = join(stateDir, 'logs');
  await mkdir(logs, { recursive: true });
  const log = join(logs, `${name}.log`);
  const out = openSync(log, 'w');
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', out, out],
  });
  endWithUs(child);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(signal ? 1 : status ?? 1));
  });
  return { code, log };
}

/**
 * Has a child end when this process does, at whatever moment: Ctrl-C may have been
 * sent to this process alone.
 */
export function endWithUs(child: ChildProcess): void {
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}

/** The last lines of a log. */
export function tail(file: string, count = 40): string {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-count)
    .join('\n');
}
