import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { LabError } from '../errors.ts';
import { digestOf } from '../files.ts';
import { labRoot, type LabPaths } from '../paths.ts';
import { run } from '../run.ts';
import type { GoModule, ModuleCopy } from './parts.ts';

type Detail = (text: string) => void;

// Debug information is dropped by the linker (-s -w), so let the compiler make
// none: a tenth of its time.
const FLAGS = ['-trimpath', '-gcflags=all=-dwarf=false'];
/** Memory in which two compilers fit that never collect their garbage, in bytes. */
const ENOUGH_MEMORY = 15e9;

const sourceFolder = (module: GoModule) => join(labRoot, 'go', module.id);

/** Names a module's build after everything that goes into it. */
export function moduleHash(module: GoModule, goVersion: string): string {
  const folder = sourceFolder(module);
  const files = globSync('**', { cwd: folder })
    .sort()
    .filter(name => statSync(join(folder, name)).isFile())
    .flatMap(name => [name, readFileSync(join(folder, name))]);
  return digestOf(JSON.stringify([goVersion, FLAGS, module]), ...files);
}

/** Go's version as the modules get it (Go itself may bring a newer one). */
export async function goVersion(): Promise<string> {
  const { code, stdout } = await run('go', ['env', 'GOVERSION'], {
    cwd: join(labRoot, 'go', 'lab'),
    allowFailure: true,
  }).catch(() => ({ code: 1, stdout: '' }));
  const version = stdout.trim();
  if (code !== 0 || !version) {
    throw new LabError(
      'Go is missing: the lab compiles Kubernetes, Cilium and Vault with it; install Go 1.26 or newer from go.dev/dl and put it on PATH',
    );
  }
  return version;
}

export function moduleFolder(
  module: GoModule,
  version: string,
  paths: LabPaths,
) {
  return join(
    paths.cache,
    'bin',
    `${module.id}-${moduleHash(module, version)}`,
  );
}

// Where Go keeps what it compiles and fetches: apart, so that it can go.
const goCache = (paths: LabPaths) => join(paths.cache, 'gocache');
const goModules = (paths: LabPaths) => join(paths.cache, 'gomodules');

/** Removes the compiler's cache and the modules. */
export async function removeModules(paths: LabPaths) {
  rmSync(goCache(paths), { recursive: true, force: true });
  if (!existsSync(goModules(paths))) return;
  // Go makes them read-only.
  await run('chmod', ['-R', 'u+w', goModules(paths)]);
  rmSync(goModules(paths), { recursive: true });
}

/** Compiles a module into its folder, which appears only when all of it is there. */
export async function buildModule(
  module: GoModule,
  folder: string,
  paths: LabPaths,
  detail: Detail,
) {
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOCACHE: goCache(paths),
    GOMODCACHE: goModules(paths),
    GOFLAGS: '-mod=readonly',
    // The compiler is a short-lived process: collecting its garbage costs a
    // seventh of its time.
    ...(totalmem() > ENOUGH_MEMORY && { GOGC: 'off' }),
  };
  // A copy, with the modules in it that are changed.
  const cwd = join(paths.cache, 'work', module.id);
  rmSync(cwd, { recursive: true, force: true });
  cpSync(sourceFolder(module), cwd, { recursive: true });
  detail('fetching modules');
  for (const copy of module.copies ?? []) {
    await copyModule(copy, cwd, paths, env);
  }
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await compile(module, { cwd, env, into: unfinished, detail });
  for (const { module: path, path: from, as } of module.keep) {
    const { stdout } = await run('go', ['list', '-m', '-f', '{{.Dir}}', path], {
      cwd,
      env,
    });
    await copyTree(join(stdout.trim(), from), join(unfinished, as));
  }
  renameSync(unfinished, folder);
  rmSync(cwd, { recursive: true });
}

async function copyModule(
  { module, version, as, without = [], overlay, patch }: ModuleCopy,
  folder: string,
  paths: LabPaths,
  env: NodeJS.ProcessEnv,
) {
  // The module is replaced by the copy that this makes: ask for it by version
  // from outside of the module.
  const { stdout } = await run(
    'go',
    ['mod', 'download', '-json', `${module}@v${version}`],
    { cwd: paths.cache, env },
  );
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  const to = join(folder, as);
  await copyTree(Dir, to);
  for (const file of without) rmSync(join(to, file));
  if (overlay) cpSync(join(folder, overlay), to, { recursive: true });
  if (patch) {
    // Not as a part of whatever repository the folder may lie in.
    const alone = { ...env, GIT_CEILING_DIRECTORIES: folder };
    const patchFile = join(folder, patch);
    await run('git', ['apply', patchFile], { cwd: to, env: alone });
  }
}

/** Copies without the read-only marks of Go's module cache. */
async function copyTree(from: string, to: string) {
  cpSync(from, to, { recursive: true });
  await run('chmod', ['-R', 'u+w', to]);
}

async function compile(
  module: GoModule,
  at: { cwd: string; env: NodeJS.ProcessEnv; into: string; detail: Detail },
) {
  const { cwd, env, into, detail } = at;
  const packages = Object.values(module.programs);
  const tags = ['-tags', module.tags.join(',')];
  const { stdout } = await run('go', ['list', '-deps', ...tags, ...packages], {
    cwd,
    env,
  });
  const total = stdout.trim().split('\n').length;
  let compiled = 0;
  const ldflags = ['-s', '-w', ...module.stamps.flatMap(s => ['-X', s])];
  await run(
    'go',
    [
      ...['build', '-v', ...tags, ...FLAGS, '-ldflags', ldflags.join(' ')],
      ...['-o', `${into}/`, ...packages],
    ],
    {
      cwd,
      env,
      // -v names each package that was not compiled before.
      onLine: line => {
        if (/^go: downloading/.test(line)) detail(line.slice(4));
        else detail(`${++compiled} of at most ${total} packages`);
      },
    },
  );
  for (const [name, path] of Object.entries(module.programs)) {
    renameSync(join(into, builtName(path)), join(into, name));
  }
}

/** As Go names a program: after its package's last element that is no version. */
function builtName(path: string): string {
  return basename(path.replace(/\/v\d+$/, ''));
}
