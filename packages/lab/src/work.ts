import { readIfThere } from './files.ts';
import { takeLock } from './lock.ts';
import { labPaths, type LabPaths } from './paths.ts';
import { Progress, type LabProgress, type OnProgress } from './progress.ts';
import { stopChildren } from './run.ts';

/** Runs work under the lock, with progress that ends well or with an error. */
export async function working<T>(
  onProgress: OnProgress | undefined,
  work: (paths: LabPaths, progress: Progress) => Promise<T>,
): Promise<T> {
  const paths = labPaths();
  const release = takeLock(paths);
  const progress = new Progress(paths.progress, onProgress);
  // Whoever calls may end at any time, for example by Ctrl-C.
  const cut = () => {
    stopChildren();
    progress.fail('it was interrupted');
  };
  process.once('exit', cut);
  try {
    return await work(paths, progress);
  } catch (error) {
    progress.fail(error);
    throw error;
  } finally {
    process.off('exit', cut);
    release();
  }
}

export function readProgress(paths: LabPaths): LabProgress | undefined {
  const text = readIfThere(paths.progress);
  return text ? (JSON.parse(text) as LabProgress) : undefined;
}
