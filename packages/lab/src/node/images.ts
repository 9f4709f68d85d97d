import { join } from 'node:path';
import type { ImageArchive } from '../build/images.ts';
import { readIfThere, writeAtomic } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { run, until } from '../run.ts';
import { nodeCommand } from './node.ts';

/** Brings the images into containerd that are not there in this very build. */
export async function importImages(
  paths: LabPaths,
  images: ImageArchive[],
  detail: (text: string) => void,
) {
  const record = join(paths.state, 'images.json');
  const imported: Record<string, string> = JSON.parse(
    readIfThere(record) ?? '{}',
  );
  // The archives' names hold a hash of their content.
  const missing = images.filter(
    ({ name, archive }) => imported[name] !== archive,
  );
  if (missing.length === 0) return;
  const ctr = await nodeCommand(paths, ['ctr', '-n', 'k8s.io']);
  const [nsenter, ...args] = ctr;
  await until('containerd', 30, async () => {
    const { code } = await run(nsenter, [...args, 'version'], {
      allowFailure: true,
    });
    return code === 0 ? true : undefined;
  });
  for (const { name, archive } of missing) {
    detail(`importing ${name}`);
    await run(nsenter, [...args, 'images', 'import', '-'], {
      inputFile: archive,
    });
    imported[name] = archive;
    writeAtomic(record, JSON.stringify(imported));
  }
}
