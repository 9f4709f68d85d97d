import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labPaths } from '../paths.ts';
import {
  buildModule,
  goVersion,
  moduleFolder,
  removeModules,
} from './goBuild.ts';
import { HELM } from './parts.ts';

/**
 * Builds Helm where that is missing: no part of the lab, but what deploy/ is tried
 * with.
 *
 * @returns its file
 */
export async function buildHelm(
  detail: (text: string) => void = () => {},
): Promise<string> {
  const paths = labPaths();
  const folder = moduleFolder(HELM, await goVersion(), paths);
  if (!existsSync(folder)) {
    mkdirSync(join(paths.cache, 'bin'), { recursive: true });
    // Apart from the lab's, which an `up` of it clears at any time.
    const scratch = join(paths.cache, 'helm');
    mkdirSync(scratch, { recursive: true });
    const apart = { ...paths, cache: scratch };
    await buildModule(HELM, folder, apart, detail);
    await removeModules(apart);
    rmSync(scratch, { recursive: true });
  }
  return join(folder, 'helm');
}
