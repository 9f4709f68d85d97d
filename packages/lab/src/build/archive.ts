import { createHash } from 'node:crypto';
import {
  createReadStream,
  renameSync,
  rmSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../run.ts';

/** How a container of the image starts. */
export interface ImageConfig {
  Entrypoint: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
}

// The same everywhere, so that the same content is the same image.
const TAR = [
  '--sort=name',
  '--mtime=@0',
  '--numeric-owner',
  '--owner=0',
  '--group=0',
];

/**
 * Packs a folder as a container image of one layer: a docker archive, which
 * containerd imports without any registry.
 */
export async function writeImage(
  name: string,
  rootfs: string,
  config: ImageConfig,
  archive: string,
  tarOptions: string[] = [],
) {
  const work = `${archive}.work`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const layer = join(work, 'layer.tar');
  await run('tar', [...TAR, ...tarOptions, '-C', rootfs, '-cf', layer, '.']);
  const imageConfig = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(layer)}`] },
    history: [{ created_by: 'threewalls lab' }],
  };
  writeFileSync(join(work, 'config.json'), JSON.stringify(imageConfig));
  writeFileSync(
    join(work, 'manifest.json'),
    JSON.stringify([
      { Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] },
    ]),
  );
  mkdirSync(dirname(archive), { recursive: true });
  const files = ['manifest.json', 'config.json', 'layer.tar'];
  await run('tar', [...TAR, '-C', work, '-cf', `${archive}.new`, ...files]);
  renameSync(`${archive}.new`, archive);
  rmSync(work, { recursive: true });
}

export function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  return new Promise((resolve, reject) => {
    createReadStream(file, { highWaterMark: 1 << 20 })
      .on('data', chunk => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')));
  });
}
