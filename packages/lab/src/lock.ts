import { mkdirSync, openSync, closeSync, writeSync, rmSync } from 'node:fs';
import { LabError } from './errors.ts';
import { identify, readPid } from './node/processes.ts';
import type { LabPaths } from './paths.ts';

/**
 * Takes the lab for this process, or says who has it. A lock whose process is
 * gone is taken over.
 */
export function takeLock(paths: LabPaths): () => void {
  mkdirSync(paths.state, { recursive: true });
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(paths.lock, 'wx');
      const id = identify(process.pid);
      writeSync(file, `${process.pid} ${id?.startTicks ?? '-'}\n`);
      closeSync(file);
      const release = () => rmSync(paths.lock, { force: true });
      process.once('exit', release);
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = readPid(paths.lock);
      if (holder) {
        throw new LabError(
          `another command is working on the lab (process ${holder}): wait for it, or stop it first`,
        );
      }
      rmSync(paths.lock, { force: true });
    }
  }
  throw new LabError(`the lock ${paths.lock} could not be taken: try again`);
}

/** Does something while no other command works on the lab. */
export async function locked<T>(
  paths: LabPaths,
  work: () => Promise<T>,
): Promise<T> {
  const release = takeLock(paths);
  try {
    return await work();
  } finally {
    release();
  }
}
