import { globSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { root, runLogged, stateDir } from './run.ts';

/** A package as it would be published. */
export interface Packed {
  name: string;
  /** The package's folder under `plugins` */
  folder: string;
  tarball: string;
}

/**
 * Builds the plugins and packs each of them, without publishing anything. Their
 * declarations are those of the last `yarn tsc`.
 */
export async function packPackages(): Promise<void> {
  const packed = packedPackages();
  await rm(dirname(packed[0].tarball), { recursive: true, force: true });
  await mkdir(dirname(packed[0].tarball), { recursive: true });
  await runLogged('build-packages', ['yarn', 'backstage-cli', 'repo', 'build']);
  for (const { folder, tarball } of packed) {
    await runLogged('pack', ['yarn', 'pack', '--out', tarball], {
      cwd: join(root, 'plugins', folder),
    });
  }
}

/** The plugins, and where they are packed. */
export function packedPackages(): Packed[] {
  return globSync('plugins/*/package.json', { cwd: root }).map(file => {
    const folder = basename(dirname(file));
    return {
      name: JSON.parse(readFileSync(join(root, file), 'utf8')).name,
      folder,
      tarball: join(stateDir, 'packages', `${folder}.tgz`),
    };
  });
}
