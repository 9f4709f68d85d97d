import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isThere } from '../files.ts';
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
 * with. Not beside a build of the lab, which has the same cache.
 *
 * @returns its file
 */
export async function buildHelm(
  detail: (text: string) => void = () => {},
): Promise<string> {
  const paths = labPaths();
  const folder = moduleFolder(HELM, await goVersion(), paths);
  if (!isThere(folder)) {
    mkdirSync(join(paths.cache, 'bin'), { recursive: true });
    await buildModule(HELM, folder, paths, detail);
    await removeModules(paths);
  }
  return join(folder, 'helm');
}
