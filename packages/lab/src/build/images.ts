import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { linkFile } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { IMAGES } from '../versions.ts';
import { writeImage, type ImageConfig } from './archive.ts';

export interface ImageArchive {
  name: string;
  archive: string;
}

interface StaticImage {
  name: string;
  /** Where each binary goes: its part's id and name, and the path. */
  binaries: { part: string; binary: string; path: string }[];
  config: ImageConfig;
}

/** Static Go binaries on an empty base. */
const STATIC_IMAGES: StaticImage[] = [
  {
    name: IMAGES.agnhost,
    binaries: [{ part: 'kubernetes', binary: 'agnhost', path: 'agnhost' }],
    // kubelet starts a pod's sandbox with it, with no arguments.
    config: { Entrypoint: ['/agnhost'], Cmd: ['pause'] },
  },
  {
    name: IMAGES.coredns,
    binaries: [{ part: 'coredns', binary: 'coredns', path: 'coredns' }],
    config: { Entrypoint: ['/coredns'] },
  },
  {
    name: IMAGES.vault,
    binaries: [
      { part: 'vault', binary: 'vault', path: 'bin/vault' },
      {
        part: 'vault-kubernetes-auth',
        binary: 'vault-plugin-auth-kubernetes',
        path: 'plugins/vault-plugin-auth-kubernetes',
      },
    ],
    config: {
      Entrypoint: ['/bin/vault'],
      Env: ['PATH=/bin', 'HOME=/tmp', 'SKIP_SETCAP=1'],
      User: '1000:1000',
    },
  },
  {
    name: IMAGES.externalSecrets,
    binaries: [
      {
        part: 'external-secrets',
        binary: 'external-secrets',
        path: 'bin/external-secrets',
      },
    ],
    config: { Entrypoint: ['/bin/external-secrets'], User: '65534:65534' },
  },
];

/** Packs the images of the built parts that are not packed yet. */
export async function buildImages(
  paths: LabPaths,
  partFolders: Map<string, string>,
): Promise<ImageArchive[]> {
  const archives: ImageArchive[] = [];
  for (const image of STATIC_IMAGES) {
    const from = image.binaries.map(({ part, binary, path }) => ({
      file: join(partFolders.get(part)!, binary),
      path,
    }));
    // The parts' folders are named after all that went into them.
    const hash = createHash('sha256')
      .update(JSON.stringify([from, image.config]))
      .digest('hex')
      .slice(0, 16);
    const short = image.name.split(/[/:]/)[1];
    const archive = join(paths.cache, 'images', `${short}-${hash}.tar`);
    if (!existsSync(archive)) {
      const rootfs = join(paths.cache, 'work', `image-${short}`);
      rmSync(rootfs, { recursive: true, force: true });
      mkdirSync(rootfs, { recursive: true });
      for (const { file, path } of from) linkFile(file, join(rootfs, path));
      await writeImage(image.name, rootfs, image.config, archive);
      rmSync(rootfs, { recursive: true });
    }
    archives.push({ name: image.name, archive });
  }
  return archives;
}
