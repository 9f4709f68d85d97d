import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import { listIfThere, readIfThere } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { until } from '../run.ts';
import { nodeInit } from './node.ts';
import { childrenOf, identify, kill, readPid, writePid } from './processes.ts';

// Each daemon of the node is the child of a shell that starts it again whenever
// it ends (init.sh). To hold a daemon down that shell is stopped as well: nothing
// of it outlives the node, and neither does the note of it in the run folder.

/** Seconds a daemon may take to end before it is killed. */
const PATIENCE = 10;
const SUFFIX = '.held';

const noteOf = (paths: LabPaths, name: string) =>
  join(paths.state, 'run', `${name}${SUFFIX}`);

/** Daemons that are held down. */
export function heldDaemons(paths: LabPaths): string[] {
  return listIfThere(join(paths.state, 'run'))
    .filter(file => file.endsWith(SUFFIX))
    .map(file => file.slice(0, -SUFFIX.length))
    .filter(name => readPid(noteOf(paths, name)) !== undefined)
    .sort();
}

/** Ends a daemon and keeps it from being started again. */
export async function holdDaemon(paths: LabPaths, name: string) {
  const { shell, pid } = await runningDaemon(paths, name);
  // Noted before it ends, so that whatever happens `start` finds it.
  writePid(noteOf(paths, name), shell);
  kill(shell, 'SIGSTOP');
  await endDaemon(pid);
}

/** Lets the shell of a held daemon go on, which starts it. */
export async function releaseDaemon(paths: LabPaths, name: string) {
  const note = noteOf(paths, name);
  const shell = readPid(note);
  if (shell) kill(shell, 'SIGCONT');
  rmSync(note, { force: true });
  await runningDaemon(paths, name);
}

/** Ends a daemon; its shell starts it again, which is waited for. */
export async function replaceDaemon(paths: LabPaths, name: string) {
  const { pid } = await runningDaemon(paths, name);
  await endDaemon(pid);
  await runningDaemon(paths, name);
}

/** A daemon and its shell. One that has just ended is started again in a second. */
function runningDaemon(
  paths: LabPaths,
  name: string,
): Promise<{ shell: number; pid: number }> {
  return until(`a process of ${name}`, PATIENCE, async () => {
    const init = nodeInit(paths);
    if (!init) throw new LabError('the node is gone');
    for (const shell of childrenOf(init)) {
      const pid = childrenOf(shell).find(child => isDaemon(child, name));
      if (pid) return { shell, pid };
    }
    return undefined;
  });
}

/** A process that has ended, but is not taken note of yet, has no command line. */
function isDaemon(pid: number, name: string): boolean {
  const [program] = (readIfThere(`/proc/${pid}/cmdline`) ?? '').split('\0');
  return basename(program) === name;
}

async function endDaemon(pid: number) {
  kill(pid, 'SIGTERM');
  const deadline = Date.now() + PATIENCE * 1000;
  while (identify(pid)) {
    if (Date.now() > deadline) kill(pid);
    await sleep(20);
  }
}
