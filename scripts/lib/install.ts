import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, runLogged } from './run.ts';

/** Marks what a folder was last made from. */
async function whenChanged(
  stamp: string,
  digest: string,
  make: () => Promise<void>,
): Promise<boolean> {
  const before = await readFile(stamp, 'utf8').catch(() => '');
  if (before === digest) {
    return false;
  }
  await make();
  await mkdir(join(stamp, '..'), { recursive: true });
  await writeFile(stamp, digest);
  return true;
}

/** Installs the dependencies where the lock file has changed since. */
export async function installDependencies(): Promise<boolean> {
  const digest = digestOf(['yarn.lock', 'package.json', '.yarnrc.yml']);
  return whenChanged(join(root, 'node_modules', '.threewalls'), digest, () =>
    runLogged('install', ['yarn', 'install', '--immutable']),
  );
}

/** Builds the front end where its sources have changed since. */
export async function buildFrontend(): Promise<boolean> {
  const digest = digestOf([
    'yarn.lock',
    'packages/app',
    'plugins/tenants',
    'plugins/tenants-common',
  ]);
  const stamp = join(root, 'packages', 'app', 'dist', '.threewalls');
  return whenChanged(stamp, digest, () =>
    runLogged('build-app', ['yarn', 'workspace', 'app', 'build']),
  );
}

/** Digest of files, and of all sources below folders. */
function digestOf(paths: string[]): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    const full = join(root, path);
    if (!statSync(full).isDirectory()) {
      hash.update(path).update(readFileSync(full));
      return;
    }
    for (const entry of readdirSync(full).sort()) {
      if (!['node_modules', 'dist', 'coverage'].includes(entry)) {
        add(join(path, entry));
      }
    }
  };
  paths.forEach(add);
  return hash.digest('hex');
}
