import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { LabError } from '../errors.ts';
import { digestOf } from '../files.ts';
import { labRoot, type LabPaths } from '../paths.ts';
import { run } from '../run.ts';
import { IMAGES } from '../versions.ts';
import { writeImage, type ImageConfig } from './archive.ts';

/** Raise it when the image is made in another way from the same parts. */
const RECIPE = 1;

// Sources and notes: nothing loads them at run time, and they are more than half
// of the size.
const LEFT_OUT = [
  ...['*.map', '*.ts', '*.mts', '*.cts', '*.tsx', '*.flow', '*.vue', '*.scss'],
  ...['*.md', '*.mdx', '*.c', '*.cc', '*.cpp', '*.h', '*.o', '*.a'],
];

const CONFIG: ImageConfig = {
  Entrypoint: ['node', '/app/node_modules/n8n/bin/n8n'],
  Cmd: ['start'],
  Env: [
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'HOME=/home/node',
    'NODE_ENV=production',
    'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
  ],
  User: '1000:1000',
  WorkingDir: '/home/node',
};

const sources = join(labRoot, 'n8n');

export function n8nArchive(paths: LabPaths): string {
  const hash = digestOf(
    JSON.stringify([RECIPE, process.version, LEFT_OUT, CONFIG]),
    readFileSync(join(sources, 'package-lock.json')),
  );
  return join(paths.cache, 'images', `n8n-${hash}.tar`);
}

/** Makes n8n's image: this Node.js, its libraries, and n8n from npm. */
export async function buildN8n(
  archive: string,
  paths: LabPaths,
  detail: (text: string) => void,
) {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new LabError(
      `n8n needs Node.js 24 or newer in its image and this is ${process.version}: run the lab by 'npm run lab'`,
    );
  }
  const rootfs = join(paths.cache, 'work', 'n8n');
  const app = join(rootfs, 'app');
  await installN8n(app, detail);
  detail('putting Node.js and its libraries beside it');
  await addNode(rootfs);
  detail('packing the image');
  const without = LEFT_OUT.map(pattern => `--exclude=${pattern}`);
  await writeImage(IMAGES.n8n, rootfs, CONFIG, archive, without);
  detail('removing the files it was packed from');
  rmSync(rootfs, { recursive: true });
}

async function installN8n(app: string, detail: (text: string) => void) {
  const installed = join(app, '.installed');
  if (existsSync(installed)) return;
  rmSync(app, { recursive: true, force: true });
  mkdirSync(app, { recursive: true });
  cpSync(sources, app, { recursive: true });
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    npm_config_update_notifier: 'false',
  };
  // `npm ci` refuses a lock without the optional packages of other platforms
  // that the registry lacks; an install keeps to the lock for all that it names.
  const flags = ['--no-save', '--omit=dev', '--ignore-scripts'];
  await ticking('installing n8n from npm', detail, () =>
    run('npm', ['install', ...flags, '--no-audit', '--no-fund'], {
      cwd: app,
      env,
    }),
  );
  // sqlite3 would fetch a binary from elsewhere: compile it for this Node.js.
  const headers = dirname(dirname(realpathSync(process.execPath)));
  const nodedir = existsSync(join(headers, 'include', 'node', 'node.h'))
    ? [`--nodedir=${headers}`]
    : [];
  await ticking('compiling its sqlite3', detail, () =>
    run(
      'npm',
      ['explore', 'sqlite3', '--', 'node-gyp', 'rebuild', ...nodedir],
      { cwd: app, env },
    ),
  );
  writeFileSync(installed, '');
}

async function ticking<T>(
  what: string,
  detail: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const started = Date.now();
  const tick = () =>
    detail(`${what}, ${Math.round((Date.now() - started) / 1000)} s`);
  tick();
  const timer = setInterval(tick, 2000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Puts Node.js, what it links and what a container expects into a folder. */
async function addNode(rootfs: string) {
  const place = (from: string, to: string) => {
    mkdirSync(dirname(join(rootfs, to)), { recursive: true });
    copyFileSync(realpathSync(from), join(rootfs, to));
  };
  const node = realpathSync(process.execPath);
  place(node, '/usr/local/bin/node');
  chmodSync(join(rootfs, '/usr/local/bin/node'), 0o755);
  const libraries = await linkedLibraries(node);
  for (const library of libraries) place(library, library);
  // Names are resolved by libraries that nothing links: they are loaded by name.
  const libc = libraries.find(path => path.endsWith('/libc.so.6'));
  for (const name of [
    'libnss_dns.so.2',
    'libnss_files.so.2',
    'libresolv.so.2',
  ]) {
    const path = libc && join(dirname(libc), name);
    if (path && existsSync(path)) place(path, path);
  }
  place(
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/ssl/certs/ca-certificates.crt',
  );
  const text = (path: string, content: string) =>
    writeFileSync(join(rootfs, path), content);
  text('etc/passwd', 'root:x:0:0::/root:/\nnode:x:1000:1000::/home/node:/\n');
  text('etc/group', 'root:x:0:\nnode:x:1000:\n');
  text('etc/nsswitch.conf', 'hosts: files dns\n');
  for (const path of ['tmp', 'home/node']) {
    mkdirSync(join(rootfs, path), { recursive: true });
    chmodSync(join(rootfs, path), 0o1777);
  }
}

async function linkedLibraries(binary: string): Promise<string[]> {
  const { stdout } = await run('ldd', [binary]);
  const paths = stdout.match(/(?<=\s)\/\S+/g) ?? [];
  return [...new Set(paths)];
}
