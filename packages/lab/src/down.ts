import { rmSync } from 'node:fs';
import { takeLock } from './lock.ts';
import { teardown } from './node/teardown.ts';
import { labPaths } from './paths.ts';

/** Ends the lab and leaves its data for the next `up`. */
export async function labDown(): Promise<void> {
  const paths = labPaths();
  const release = takeLock(paths);
  try {
    await teardown(paths);
    rmSync(paths.progress, { force: true });
  } finally {
    release();
  }
}

/** Ends the lab and removes its data; what was built stays. */
export async function labReset(): Promise<void> {
  await labDown();
  rmSync(labPaths().state, { recursive: true, force: true });
}
