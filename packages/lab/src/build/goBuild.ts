import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { labRoot, type LabPaths } from '../paths.ts';
import { run } from '../run.ts';
import type { GoPart, GoTarget } from './parts.ts';

type Detail = (text: string) => void;

const sourceFolder = (part: GoPart) => join(labRoot, 'go', part.id);

function flags(target: GoTarget): string[] {
  const ldflags = ['-s', '-w'];
  for (const stamp of target.stamps ?? []) ldflags.push('-X', stamp);
  return [
    '-trimpath',
    ...(target.tags ? ['-tags', target.tags] : []),
    '-ldflags',
    ldflags.join(' '),
  ];
}

/** Names a part's build after everything that goes into it. */
export function partHash(part: GoPart, goVersion: string): string {
  const hash = createHash('sha256');
  hash.update(goVersion);
  hash.update(JSON.stringify([part.targets, part.targets.map(flags)]));
  hash.update(JSON.stringify([part.keep, part.patch]));
  for (const name of readdirSync(sourceFolder(part)).sort()) {
    if (!/\.go$|^go\.(mod|sum)$/.test(name)) continue;
    hash.update(name);
    hash.update(readFileSync(join(sourceFolder(part), name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Go's version as the modules get it (Go itself may bring a newer one). */
export async function goVersion(): Promise<string> {
  const { code, stdout } = await run('go', ['env', 'GOVERSION'], {
    cwd: join(labRoot, 'go', 'etcd'),
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

export function partFolder(part: GoPart, version: string, paths: LabPaths) {
  return join(paths.cache, 'bin', `${part.id}-${partHash(part, version)}`);
}

export function isBuilt(folder: string): boolean {
  return existsSync(folder);
}

/** Compiles a part into its folder, which appears only when all of it is there. */
export async function buildPart(
  part: GoPart,
  folder: string,
  paths: LabPaths,
  detail: Detail,
) {
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOCACHE: goCache(paths),
    GOFLAGS: '-mod=readonly',
  };
  const cwd = await prepare(part, paths, env, detail);
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });

  for (const target of part.targets) {
    await compile(target, { cwd, env, into: unfinished, detail });
  }
  for (const binary of part.binaries) statSync(join(unfinished, binary));
  for (const { module, path, as } of part.keep ?? []) {
    const to = join(unfinished, as);
    cpSync(join(await moduleFolder(module, cwd, env), path), to, {
      recursive: true,
    });
    // Go's module cache is read-only, and so would the copy be.
    await run('chmod', ['-R', 'u+w', to]);
  }
  renameSync(unfinished, folder);
}

export const goCache = (paths: LabPaths) => join(paths.cache, 'gocache');

/** The folder to build in: a copy, since Go may touch go.mod's neighbours. */
async function prepare(
  part: GoPart,
  paths: LabPaths,
  env: NodeJS.ProcessEnv,
  detail: Detail,
): Promise<string> {
  const folder = join(paths.cache, 'work', part.id);
  rmSync(folder, { recursive: true, force: true });
  cpSync(sourceFolder(part), folder, { recursive: true });
  detail('fetching modules');
  if (part.patch) {
    const { module, file, over } = part.patch;
    const src = join(folder, 'src');
    // The module is replaced by ./src, which is what this makes: ask for it by
    // version from outside of the module.
    const { stdout } = await run(
      'go',
      ['mod', 'download', '-json', `${module}@v${part.version}`],
      {
        cwd: paths.cache,
        env,
      },
    );
    cpSync((JSON.parse(stdout) as { Dir: string }).Dir, src, {
      recursive: true,
    });
    await run('chmod', ['-R', 'u+w', src]);
    copyFileSync(join(folder, file), join(src, over));
    rmSync(join(folder, file));
    chmodSync(src, 0o755);
  }
  return folder;
}

async function moduleFolder(
  module: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { stdout } = await run('go', ['list', '-m', '-f', '{{.Dir}}', module], {
    cwd,
    env,
  });
  return stdout.trim();
}

async function compile(
  target: GoTarget,
  at: { cwd: string; env: NodeJS.ProcessEnv; into: string; detail: Detail },
) {
  const { cwd, env, into, detail } = at;
  const tags = target.tags ? ['-tags', target.tags] : [];
  const name =
    target.output ??
    target.packages.map(path => path.split('/').pop()).join(', ');
  const { stdout } = await run(
    'go',
    ['list', '-deps', ...tags, ...target.packages],
    { cwd, env },
  );
  const total = stdout.trim().split('\n').length;
  let compiled = 0;
  const out = target.output ? join(into, target.output) : `${into}/`;
  await run(
    'go',
    ['build', '-v', ...flags(target), '-o', out, ...target.packages],
    {
      cwd,
      env,
      // -v names each package that was not compiled before.
      onLine: line => {
        if (/^go: downloading/.test(line)) detail(line.slice(4));
        else detail(`${name}: ${++compiled} of at most ${total} packages`);
      },
    },
  );
}
