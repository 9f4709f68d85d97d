import {
  spawn,
  type ChildProcess,
  type SpawnOptions,
} from 'node:child_process';
import { createReadStream, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from './errors.ts';
import { writePid } from './node/processes.ts';
import { labPaths, type LabPaths } from './paths.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** A file to read standard input from. */
  inputFile?: string;
  /** Called for each line on standard error. */
  onLine?: (line: string) => void;
  /** Answer instead of throwing when the command fails. */
  allowFailure?: boolean;
}

/** Marks the processes of `run`, by the state folder of the lab they work for. */
export const MARK = 'THREEWALLS_LAB_WORK';

/** PATH with the folders of system commands, which a user's may leave out. */
export function systemPath(path = process.env.PATH ?? ''): string {
  return `${path}:/usr/local/sbin:/usr/sbin:/sbin`;
}

// So that an interrupted lab leaves no compiler behind.
const children = new Set<ChildProcess>();

/** Ends whatever `run` has started and not seen the end of. */
export function stopChildren() {
  for (const child of children) child.kill('SIGTERM');
}

process.once('exit', stopChildren);

/** Runs a command to its end, with its output collected. */
export function run(
  command: string,
  args: string[],
  options: RunOptions = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { inputFile, onLine, allowFailure, cwd } = options;
  const env: NodeJS.ProcessEnv = {
    ...(options.env ?? process.env),
    [MARK]: labPaths().state,
  };
  const spawnOptions: SpawnOptions = {
    cwd,
    env: { ...env, PATH: systemPath(env.PATH) },
    stdio: [inputFile ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, spawnOptions);
    children.add(child);
    let stdout = '';
    let stderr = '';
    let partial = '';
    child.stdout!.setEncoding('utf8').on('data', chunk => (stdout += chunk));
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-65536);
      if (!onLine) return;
      const lines = (partial + chunk).split('\n');
      partial = lines.pop()!;
      lines.forEach(onLine);
    });
    if (inputFile) {
      // A command that ends early breaks the pipe; its exit code tells.
      child.stdin!.on('error', () => {});
      createReadStream(inputFile).pipe(child.stdin!);
    }
    child.on('error', error => {
      children.delete(child);
      reject(new LabError(`${command} could not be run: ${error.message}`));
    });
    child.on('close', (exitCode, signal) => {
      children.delete(child);
      const code = exitCode ?? 128;
      if (code === 0 || allowFailure) {
        resolve({ code, stdout, stderr });
        return;
      }
      const lines = (stderr || stdout).trim().split('\n');
      const said = lines.slice(-6).join('\n');
      const how = signal ? `was ended by ${signal}` : `failed (${code})`;
      reject(
        new LabError(
          `${[command, ...args].join(' ').slice(0, 200)} ${how}: ${said}`,
        ),
      );
    });
  });
}

/** Hands the terminal to a command, and answers with its exit code. */
export function runInherit(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    children.add(child);
    // Ctrl-C is for the command; the lab ends when it does.
    const others = process.listeners('SIGINT');
    process.removeAllListeners('SIGINT');
    process.on('SIGINT', () => {
      // A terminal has sent it to the command as well.
      if (!process.stdin.isTTY) child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', code => {
      children.delete(child);
      process.removeAllListeners('SIGINT');
      for (const other of others) process.on('SIGINT', other);
      resolve(code ?? 128);
    });
  });
}

/** Waits for all of them, also where one fails, and then fails as the first did. */
export async function settled(works: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
  }
}

/** Starts a program that outlives this process, with a log and a pid file; what it leaves behind is found by its mark. */
export function startDetached(
  paths: LabPaths,
  name: string,
  [program, ...args]: string[],
  options: { flags: 'a' | 'w'; cwd: string; env: NodeJS.ProcessEnv },
) {
  const { flags, cwd, env } = options;
  const log = openSync(join(paths.logs, `${name}.log`), flags);
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd,
    env: {
      PATH: systemPath(),
      HOME: process.env.HOME,
      ...env,
      [MARK]: paths.state,
    },
  });
  child.unref();
  if (child.pid) writePid(join(paths.state, 'run', `${name}.pid`), child.pid);
}

/** Asks again and again until there is an answer. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined | false>,
  everyMs = 200,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const why = last instanceof Error ? ` (last: ${last.message})` : '';
      throw new LabError(`${what}: not within ${seconds} s${why}`);
    }
    await sleep(everyMs);
  }
}
