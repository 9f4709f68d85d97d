import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import type { LabMode } from '../endpoints.ts';
import { isThere } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import type { Progress } from '../progress.ts';
import { IMAGES, VERSIONS } from '../versions.ts';
import { ensurePackages, labPackages, missingPackages } from './debian.ts';
import {
  buildPart,
  goCache,
  goVersion,
  isBuilt,
  partFolder,
} from './goBuild.ts';
import { buildImages, type ImageArchive } from './images.ts';
import { buildN8n, n8nArchive } from './n8n.ts';
import { CONTROL_PLANE_PARTS, GO_PARTS, type GoPart } from './parts.ts';

export interface BuildOptions {
  /** Leave the compiler's cache (13 GB) for the next change of a part. */
  keepBuildCache?: boolean;
}

/** What a node is made of. */
export interface Built {
  /** Each part's folder, by the part's id. */
  parts: Map<string, string>;
  images: ImageArchive[];
}

// Measured: compiling everything leaves 13 GB of cache and 10 GB of modules;
// n8n's image takes 7 GB while it is made.
const GB_TO_COMPILE = 24;
const GB_FOR_N8N = 8;
const GB_TO_RUN = 5;

export function addBuildParts(progress: Progress, mode: LabMode) {
  progress.add('debian', 'Debian packages');
  for (const { id, title, version } of partsOf(mode)) {
    progress.add(`binaries:${id}`, `${title} ${version}`);
  }
  if (mode !== 'node') return;
  progress.add('images:base', 'Images of the binaries');
  progress.add('images:n8n', `n8n ${VERSIONS.n8n}`);
}

function partsOf(mode: LabMode): GoPart[] {
  return mode === 'node'
    ? GO_PARTS
    : GO_PARTS.filter(({ id }) => CONTROL_PLANE_PARTS.includes(id));
}

/** Builds whatever is not built yet. */
export async function build(
  paths: LabPaths,
  progress: Progress,
  mode: LabMode,
  options: BuildOptions = {},
): Promise<Built> {
  mkdirSync(join(paths.cache, 'bin'), { recursive: true });
  const needed = labPackages(mode);
  if (missingPackages(needed).length === 0)
    progress.skip('debian', 'all there');
  else await progress.part('debian', detail => ensurePackages(needed, detail));

  const version = await goVersion();
  const parts = new Map(
    GO_PARTS.map(part => [part.id, partFolder(part, version, paths)]),
  );
  const goParts = partsOf(mode);
  const n8n = n8nArchive(paths);
  const toCompile = goParts.filter(({ id }) => !isBuilt(parts.get(id)!));
  checkDisk(paths, toCompile.length > 0, mode === 'node' && !isThere(n8n));

  // npm waits for the network, the compiler for the processor.
  const [images] = await all([
    async () => {
      for (const part of goParts) {
        const folder = parts.get(part.id)!;
        if (isBuilt(folder))
          progress.skip(`binaries:${part.id}`, 'built before');
        else {
          await progress.part(`binaries:${part.id}`, detail =>
            buildPart(part, folder, paths, detail),
          );
        }
      }
      if (mode !== 'node') return [];
      return progress.part('images:base', () => buildImages(paths, parts));
    },
    async () => {
      if (mode !== 'node') return [];
      if (isThere(n8n)) progress.skip('images:n8n', 'made before');
      else {
        await progress.part('images:n8n', detail =>
          buildN8n(n8n, paths, detail),
        );
      }
      return [];
    },
  ]);

  // A part of a build is no reason to lose the cache of the rest.
  const whole = GO_PARTS.every(({ id }) => isBuilt(parts.get(id)!));
  if (whole && !options.keepBuildCache && isThere(goCache(paths))) {
    rmSync(goCache(paths), { recursive: true });
    rmSync(join(paths.cache, 'work'), { recursive: true, force: true });
  }
  return { parts, images: [...images, { name: IMAGES.n8n, archive: n8n }] };
}

/** Like Promise.all, but never leaves one of them running when one fails. */
async function all<T>(works: (() => Promise<T>)[]): Promise<T[]> {
  const results = await Promise.allSettled(works.map(work => work()));
  return results.map(result => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function checkDisk(paths: LabPaths, compile: boolean, n8n: boolean) {
  const { bavail, bsize } = statfsSync(paths.cache);
  const free = (bavail * bsize) / 1e9;
  const needed =
    GB_TO_RUN + (compile ? GB_TO_COMPILE : 0) + (n8n ? GB_FOR_N8N : 0);
  if (free < needed) {
    throw new LabError(
      `the disk of ${paths.cache} has ${free.toFixed(
        0,
      )} GB free and the lab needs ${needed} GB for this: make room, or set XDG_CACHE_HOME to another disk`,
    );
  }
}
