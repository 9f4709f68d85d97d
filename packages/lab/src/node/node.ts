import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { API_SERVER, NETNS } from '../addresses.ts';
import { CLANG, LOOPBACK, findOneOf } from '../build/debian.ts';
import type { Built } from '../build/build.ts';
import { linkStore } from '../build/imageStore.ts';
import { LabError } from '../errors.ts';
import { linkFile, linkTree } from '../files.ts';
import { labRoot, type LabPaths } from '../paths.ts';
import { systemPath, until } from '../run.ts';
import { enterCgroups, hierarchies, makeCgroups } from './cgroups.ts';
import { writeNodeConfig } from './config.ts';
import { nodeDaemons } from './daemons.ts';
import { writeCredentials } from './kubeconfig.ts';
import { makeNetns } from './netns.ts';
import { childrenOf, readPid, writePid } from './processes.ts';

/** Puts everything that the node's processes read into the state folder. */
export async function prepareState(paths: LabPaths, built: Built) {
  const { state } = paths;
  chmodSync(state, 0o700);
  for (const folder of ['run', 'logs', 'config', 'cilium', 'cni']) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  rmSync(paths.binDir, { recursive: true, force: true });
  await linkStore(built.store, paths);
  for (const [name, file] of Object.entries(built.programs)) {
    linkFile(file, join(paths.binDir, name));
  }
  symlinkSync(findOneOf(CLANG)!, join(paths.binDir, 'clang'));
  linkFile(join(paths.binDir, 'cilium-cni'), join(state, 'cni', 'cilium-cni'));
  linkFile(findOneOf(LOOPBACK)!, join(state, 'cni', 'loopback'));
  const bpf = join(state, 'cilium', 'bpf');
  rmSync(bpf, { recursive: true, force: true });
  linkTree(built.bpf, bpf);
  linkFile(join(labRoot, 'node', 'init.sh'), join(state, 'init.sh'));

  await writeCredentials(paths, API_SERVER, [
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
    'cilium',
  ]);
  writeNodeConfig(state);
}

/** Starts the node, which then lives on without us. */
export async function startNode(paths: LabPaths) {
  const { state } = paths;
  makeCgroups();
  await makeNetns();
  const groups = hierarchies().map(({ options }) => options);
  for (const [name, command] of Object.entries(nodeDaemons())) {
    writeFileSync(
      join(state, 'run', `${name}.args`),
      `${command.join('\n')}\n`,
    );
    freshLog(join(paths.logs, `${name}.log`));
  }
  const log = openSync(freshLog(join(paths.logs, 'node.log')), 'a');
  const child = spawn(
    'ip',
    [
      ...['netns', 'exec', NETNS],
      ...['unshare', '-m', '-p', '-f', '--kill-child', '--mount-proc'],
      ...['bash', join(state, 'init.sh'), state, ...groups],
    ],
    {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      // Nothing of the caller's environment is the node's business.
      env: { PATH: systemPath(), HOME: '/root' },
    },
  );
  child.unref();
  if (!child.pid) throw new LabError("the node's first process did not start");
  writePid(join(state, 'run', 'node.pid'), child.pid);
  enterCgroups(child.pid);
}

/** The node's PID 1, as this machine numbers it. */
export function nodeInit(paths: LabPaths): number | undefined {
  const unshare = readPid(join(paths.state, 'run', 'node.pid'));
  return unshare ? childrenOf(unshare)[0] : undefined;
}

/** The command line that runs something inside of the node. */
export async function nodeCommand(
  paths: LabPaths,
  command: string[],
): Promise<string[]> {
  const init = await until("the node's first process", 5, async () =>
    nodeInit(paths),
  );
  return ['nsenter', '-t', `${init}`, '-m', '-n', '-p', '--', ...command];
}

/** Tells the node's first process that the API answers. */
export function openApiGate(paths: LabPaths) {
  writeFileSync(join(paths.state, 'run', 'api-ready'), '');
}

export function isCiliumReady(paths: LabPaths): boolean {
  return existsSync(join(paths.state, 'run', 'cilium-ready'));
}

function freshLog(path: string): string {
  if (existsSync(path)) renameSync(path, `${path}.1`);
  return path;
}
