import { globSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root, runLogged, stateDir } from './run.ts';

/** A package as it would be published. */
export interface Packed {
  name: string;
  version: string;
  tarball: string;
}

/** Builds the plugins and packs each of them, without publishing anything. */
export async function packPackages(): Promise<Packed[]> {
  const folder = join(stateDir, 'packages');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await runLogged('tsc', ['yarn', 'tsc']);
  await runLogged('build-packages', ['yarn', 'backstage-cli', 'repo', 'build']);
  const packed: Packed[] = [];
  for (const manifest of globSync('plugins/*/package.json', { cwd: root })) {
    const { name, version } = JSON.parse(
      readFileSync(join(root, manifest), 'utf8'),
    );
    const tarball = join(folder, `${dirname(manifest).slice(8)}.tgz`);
    await runLogged('pack', ['yarn', 'pack', '--out', tarball], {
      cwd: join(root, dirname(manifest)),
    });
    packed.push({ name, version, tarball });
  }
  return packed;
}
