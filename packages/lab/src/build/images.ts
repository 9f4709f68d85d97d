import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, linkFile } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { IMAGES } from '../versions.ts';
import { writeImage, type ImageConfig } from './archive.ts';

export interface ImageArchive {
  name: string;
  archive: string;
}

interface StaticImage {
  name: string;
  /** Which program goes where. */
  programs: Record<string, string>;
  config: ImageConfig;
}

/** Static Go programs on an empty base. */
const STATIC_IMAGES: StaticImage[] = [
  {
    name: IMAGES.agnhost,
    programs: { agnhost: 'agnhost' },
    // kubelet starts a pod's sandbox with it, with no arguments.
    config: { Entrypoint: ['/agnhost'], Cmd: ['pause'] },
  },
  {
    name: IMAGES.coredns,
    programs: { coredns: 'coredns' },
    config: { Entrypoint: ['/coredns'] },
  },
  {
    name: IMAGES.vault,
    programs: {
      'bin/vault': 'vault',
      'plugins/vault-plugin-auth-kubernetes': 'vault-plugin-auth-kubernetes',
    },
    config: {
      Entrypoint: ['/bin/vault'],
      Env: ['PATH=/bin', 'HOME=/tmp', 'SKIP_SETCAP=1'],
      User: '1000:1000',
    },
  },
  {
    name: IMAGES.externalSecrets,
    programs: { 'bin/external-secrets': 'external-secrets' },
    config: { Entrypoint: ['/bin/external-secrets'], User: '65534:65534' },
  },
];

/** The images of programs; each archive is named after what goes into it. */
export function staticImages(
  paths: LabPaths,
  programs: Record<string, string>,
): (ImageArchive & { pack(): Promise<void> })[] {
  return STATIC_IMAGES.map(({ name, programs: placed, config }) => {
    const from = Object.entries(placed).map(([path, program]) => ({
      file: programs[program],
      path,
    }));
    // The programs' folders are named after all that went into them.
    const hash = digestOf(JSON.stringify([from, config]));
    const short = name.split(/[/:]/)[1];
    const archive = join(paths.cache, 'images', `${short}-${hash}.tar`);
    return {
      name,
      archive,
      async pack() {
        if (existsSync(archive)) return;
        const rootfs = join(paths.cache, 'work', `image-${short}`);
        rmSync(rootfs, { recursive: true, force: true });
        mkdirSync(rootfs, { recursive: true });
        for (const { file, path } of from) linkFile(file, join(rootfs, path));
        await writeImage(name, rootfs, config, archive);
        rmSync(rootfs, { recursive: true });
      },
    };
  });
}
