import { existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import type { LabMode } from '../endpoints.ts';
import type { LabPaths } from '../paths.ts';
import type { Progress } from '../progress.ts';
import { settled } from '../run.ts';
import { IMAGES, VERSIONS } from '../versions.ts';
import { ensurePackages, labPackages, missingPackages } from './debian.ts';
import {
  buildModule,
  goVersion,
  moduleFolder,
  removeModules,
} from './goBuild.ts';
import { staticImages } from './images.ts';
import { makeStore, storeFolder } from './imageStore.ts';
import { buildN8n, n8nArchive } from './n8n.ts';
import { CONTROL_PLANE_MODULES, GO_MODULES, type GoModule } from './parts.ts';

export interface BuildOptions {
  /** Leave the compiler's cache and the modules for the next change of a part. */
  keepBuildCache?: boolean;
}

/** What a node is made of. */
export interface Built {
  /** Each program's file, by its name. */
  programs: Record<string, string>;
  /** External Secrets' resource definitions. */
  crds: string;
  /** Sources of Cilium's datapath. */
  bpf: string;
  /** Where a node has images: the store that they are in. */
  store: string;
}

// Measured: compiling everything leaves 5 GB of cache and 8 GB of modules; n8n's
// image takes 9 GB while it is made and unpacked.
const GB_TO_COMPILE = 14;
const GB_FOR_N8N = 9;
const GB_TO_RUN = 5;

export function addBuildParts(progress: Progress, mode: LabMode) {
  progress.add('debian', 'Debian packages');
  for (const { id, title } of modulesOf(mode)) {
    progress.add(`programs:${id}`, title);
  }
  if (mode !== 'node') return;
  progress.add('images:n8n', `n8n ${VERSIONS.n8n}`);
  progress.add('images:store', 'Images');
}

function modulesOf(mode: LabMode): GoModule[] {
  return mode === 'node'
    ? GO_MODULES
    : GO_MODULES.filter(({ id }) => CONTROL_PLANE_MODULES.includes(id));
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
  const folders = new Map(
    GO_MODULES.map(module => [module.id, moduleFolder(module, version, paths)]),
  );
  const programs = Object.fromEntries(
    GO_MODULES.flatMap(module =>
      Object.keys(module.programs).map(name => [
        name,
        join(folders.get(module.id)!, name),
      ]),
    ),
  );
  const modules = modulesOf(mode);
  const n8n = { name: IMAGES.n8n, archive: n8nArchive(paths) };
  const images = staticImages(paths, programs);
  const store = storeFolder(paths, [...images, n8n]);
  const withImages = mode === 'node' && !existsSync(store);
  checkDisk(
    paths,
    modules.some(({ id }) => !existsSync(folders.get(id)!)),
    withImages,
  );

  let compiled = false;
  const compileAll = async () => {
    for (const module of modules) {
      const folder = folders.get(module.id)!;
      const part = `programs:${module.id}`;
      if (existsSync(folder)) progress.skip(part, 'built before');
      else {
        compiled = true;
        await progress.part(part, detail =>
          buildModule(module, folder, paths, detail),
        );
      }
    }
  };
  if (withImages) {
    // npm waits for the network and the disk, the compiler for the processor.
    await makeStore(store, paths, importImage =>
      settled([
        progress.part('images:n8n', async detail => {
          if (!existsSync(n8n.archive)) {
            await buildN8n(n8n.archive, paths, detail);
          }
          detail('unpacking the image as containerd does');
          await importImage(n8n);
        }),
        compileAll().then(() =>
          progress.part('images:store', async detail => {
            for (const image of images) {
              detail(image.name);
              await image.pack();
              await importImage(image);
            }
          }),
        ),
      ]),
    );
  } else {
    await compileAll();
    if (mode === 'node') {
      progress.skip('images:n8n', 'made before');
      progress.skip('images:store', 'made before');
    }
  }
  // A part of a build is no reason to lose the cache of the rest.
  const whole = GO_MODULES.every(({ id }) => existsSync(folders.get(id)!));
  // Of a run that has compiled nothing it is somebody else's.
  if (compiled && whole && !options.keepBuildCache) {
    await removeModules(paths);
    rmSync(join(paths.cache, 'work'), { recursive: true, force: true });
  }
  return {
    programs,
    crds: join(folders.get('lab')!, 'crds.yaml'),
    bpf: join(folders.get('cilium')!, 'bpf'),
    store,
  };
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
