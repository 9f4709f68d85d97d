// Brings an image into the lab's node that stands in for n8n: a small server that
// answers 200 to whatever path it is asked for, n8n's readiness path included. Run by
// Node itself, like the lab.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImage } from '../../../lab/src/build/archive.ts';
import { nodeCommand } from '../../../lab/src/node/node.ts';
import { labPaths } from '../../../lab/src/paths.ts';
import { run } from '../../../lab/src/run.ts';

const [, , name] = process.argv;
const paths = labPaths();
const work = mkdtempSync(join(tmpdir(), 'threewalls-image-'));
try {
  const rootfs = join(work, 'rootfs');
  const archive = join(work, 'image.tar');
  mkdirSync(rootfs);
  copyFileSync(join(paths.binDir, 'agnhost'), join(rootfs, 'agnhost'));
  const Entrypoint = ['/agnhost', 'netexec', '--http-port=5678'];
  await writeImage(
    name,
    rootfs,
    { Entrypoint: [...Entrypoint, '--udp-port=-1'] },
    archive,
  );
  const [nsenter, ...ctr] = await nodeCommand(paths, [
    'ctr',
    '-n',
    'k8s.io',
    'images',
    'import',
    '-',
  ]);
  await run(nsenter, ctr, { inputFile: archive });
} finally {
  rmSync(work, { recursive: true, force: true });
}
