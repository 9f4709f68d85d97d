// Brings an image into the lab's node that stands in for n8n: a small server that
// answers 200 to whatever path it is asked for, n8n's readiness path included; at
// once, or so many seconds after its start. Run by Node itself, like the lab.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeImage } from '../../../lab/src/build/archive.ts';
import { nodeCommand } from '../../../lab/src/node/node.ts';
import { labPaths } from '../../../lab/src/paths.ts';
import { run } from '../../../lab/src/run.ts';

const [, , name, seconds] = process.argv;
const PORT = 5678;
const paths = labPaths();
const work = mkdtempSync(join(tmpdir(), 'threewalls-image-'));

/** Puts programs into the image; hands back how it starts. */
async function fill(place) {
  if (!seconds) {
    place(join(paths.binDir, 'agnhost'), '/agnhost');
    return ['/agnhost', 'netexec', `--http-port=${PORT}`, '--udp-port=-1'];
  }
  place(process.execPath, '/node');
  const { stdout } = await run('ldd', [process.execPath]);
  for (const library of new Set(stdout.match(/(?<=\s)\/\S+/g))) {
    place(library, library);
  }
  const serve = `require('http').createServer((_, answer) => answer.end()).listen(${PORT})`;
  return ['/node', '-e', `setTimeout(() => ${serve}, ${seconds}000)`];
}

try {
  const rootfs = join(work, 'rootfs');
  const archive = join(work, 'image.tar');
  mkdirSync(rootfs);
  const Entrypoint = await fill((from, to) => {
    mkdirSync(dirname(join(rootfs, to)), { recursive: true });
    copyFileSync(from, join(rootfs, to));
  });
  await writeImage(name, rootfs, { Entrypoint }, archive);
  const images = ['ctr', '-n', 'k8s.io', 'images'];
  const [nsenter, ...ctr] = await nodeCommand(paths, [
    ...images,
    'import',
    '-',
  ]);
  await run(nsenter, ctr, { inputFile: archive });
} finally {
  rmSync(work, { recursive: true, force: true });
}
