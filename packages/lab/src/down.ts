import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { locked } from './lock.ts';
import { teardown } from './node/teardown.ts';
import { labPaths, repoRoot } from './paths.ts';
import { removeModules } from './build/goBuild.ts';

/** Ends the lab and leaves its data for the next `up`. */
export async function labDown(): Promise<void> {
  const paths = labPaths();
  await locked(paths, async () => {
    await teardown(paths);
    rmSync(paths.progress, { force: true });
  });
}

/** Ends the lab and removes its data; what was built stays. */
export async function labReset(): Promise<void> {
  await labDown();
  rmSync(labPaths().state, { recursive: true, force: true });
}

/** What a checkout holds that is not in the repository. */
const MADE_IN_CHECKOUT = [
  '.tools',
  '.state',
  'node_modules',
  '{packages,plugins}/*/{node_modules,dist}',
];

/**
 * Makes the machine as good as new: the lab's data, everything that was built for
 * it, and what the checkout has from the registries. Debian's packages stay, and
 * so do the stores of npm and Yarn, which are not the project's alone.
 */
export async function labResetAll(): Promise<void> {
  await labReset();
  const { cache } = labPaths();
  await removeModules(labPaths());
  rmSync(cache, { recursive: true, force: true });
  for (const path of globSync(MADE_IN_CHECKOUT, { cwd: repoRoot })) {
    rmSync(join(repoRoot, path), { recursive: true, force: true });
  }
}
