import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { digestOf, readIfThere } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { MARK, run, systemPath, until } from '../run.ts';
import type { ImageArchive } from './images.ts';

/** containerd's databases, in its folder: the only files of an image that it changes. */
const DATABASES = [
  'io.containerd.metadata.v1.bolt/meta.db',
  'io.containerd.snapshotter.v1.overlayfs/metadata.db',
];
/** In a node's containerd folder: the store that it was made from. */
const MARKER = 'made-from';

/**
 * The folder of a store: images as containerd keeps them, imported and unpacked.
 * It is made once and linked into each new lab, where importing n8n alone would
 * take longer than all the rest. Archives are named after their content.
 */
export function storeFolder(paths: LabPaths, images: ImageArchive[]): string {
  const parts = images.map(i => [i.name, basename(i.archive)]);
  const hash = digestOf(JSON.stringify(parts));
  return join(paths.cache, 'images', `store-${hash}`);
}

/** Makes a store with a containerd of its own; `fill` imports what goes in it. */
export async function makeStore(
  folder: string,
  paths: LabPaths,
  fill: (importImage: (image: ImageArchive) => Promise<void>) => Promise<void>,
) {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // A socket's path has 107 characters at most: not below the cache.
  const runtime = mkdtempSync(join(tmpdir(), 'threewalls-'));
  const socket = join(runtime, 'containerd.sock');
  writeFileSync(
    join(runtime, 'config.toml'),
    `version = 2
root = "${unfinished}"
state = "${join(runtime, 'state')}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]

[grpc]
  address = "${socket}"
`,
  );
  const daemon = spawn(
    'containerd',
    ['--config', join(runtime, 'config.toml')],
    { stdio: 'ignore', env: { PATH: systemPath(), [MARK]: paths.state } },
  );
  const ended = new Promise(resolve => daemon.once('close', resolve));
  const stop = () => daemon.kill('SIGTERM');
  process.once('exit', stop);
  try {
    const ctr = ['-a', socket, '-n', 'k8s.io'];
    await until('containerd', 30, async () => {
      const { code } = await run('ctr', [...ctr, 'version'], {
        allowFailure: true,
      });
      return code === 0;
    });
    await fill(async ({ archive }) => {
      await run('ctr', [...ctr, 'images', 'import', archive]);
    });
  } finally {
    process.off('exit', stop);
    stop();
    await ended;
    rmSync(runtime, { recursive: true, force: true });
  }
  renameSync(unfinished, folder);
}

/**
 * Gives a lab's state folder the images of a store. What another store left
 * there goes: the node's containers end with the node, and are made anew.
 */
export async function linkStore(store: string, paths: LabPaths) {
  const folder = join(paths.state, 'containerd');
  const marker = join(folder, MARKER);
  if (readIfThere(marker) === store) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(paths.state, { recursive: true });
  const { code } = await run('cp', ['-al', store, folder], {
    allowFailure: true,
  });
  // On another disk nothing can be linked.
  if (code !== 0) {
    rmSync(folder, { recursive: true, force: true });
    await run('cp', ['-a', store, folder]);
  }
  for (const database of DATABASES) {
    const own = join(folder, database);
    rmSync(own);
    copyFileSync(join(store, database), own);
  }
  writeFileSync(marker, store);
}
