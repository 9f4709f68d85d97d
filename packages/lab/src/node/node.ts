import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { API_SERVER, NETNS, NODE_IP } from '../addresses.ts';
import { CLANG, LOOPBACK, findOneOf } from '../build/debian.ts';
import type { Built } from '../build/build.ts';
import { GO_PARTS } from '../build/parts.ts';
import { LabError } from '../errors.ts';
import { linkFile, linkTree } from '../files.ts';
import { NODE_STATE, labRoot, type LabPaths } from '../paths.ts';
import { until } from '../run.ts';
import { enterCgroups, hierarchies, makeCgroups } from './cgroups.ts';
import { writeNodeConfig } from './config.ts';
import { nodeDaemons } from './daemons.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { makeNetns } from './netns.ts';
import { ensurePki } from './pki.ts';
import { childrenOf, readPid, writePid } from './processes.ts';

/** Puts everything that the node's processes read into the state folder. */
export async function prepareState(paths: LabPaths, built: Built) {
  const { state } = paths;
  for (const folder of ['run', 'logs', 'config', 'cilium', 'cni', 'portal']) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  rmSync(paths.binDir, { recursive: true, force: true });
  for (const { id, binaries } of GO_PARTS) {
    const from = built.parts.get(id)!;
    for (const name of binaries) linkFile(join(from, name), join(paths.binDir, name));
  }
  symlinkSync(findOneOf(CLANG)!, join(paths.binDir, 'clang'));
  linkFile(join(paths.binDir, 'cilium-cni'), join(state, 'cni', 'cilium-cni'));
  linkFile(findOneOf(LOOPBACK)!, join(state, 'cni', 'loopback'));
  const bpf = join(state, 'cilium', 'bpf');
  rmSync(bpf, { recursive: true, force: true });
  linkTree(join(built.parts.get('cilium')!, 'bpf'), bpf);
  linkFile(join(labRoot, 'node', 'init.sh'), join(state, 'init.sh'));

  const pki = join(state, 'pki');
  await ensurePki(pki);
  const certificate = (name: string) => ({
    certificate: join(pki, `${name}.crt`),
    key: join(pki, `${name}.key`),
  });
  const ca = join(pki, 'ca.crt');
  for (const name of [
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
    'cilium',
  ]) {
    const file = join(state, 'config', `${name}.kubeconfig`);
    writeKubeconfig(file, API_SERVER, ca, certificate(name));
  }
  writeKubeconfig(paths.adminKubeconfig, API_SERVER, ca, certificate('admin'));
  writeNodeConfig(state);
}

/** Starts the node, which then lives on without us. */
export async function startNode(paths: LabPaths) {
  const { state } = paths;
  makeCgroups();
  await makeNetns();
  const groups = hierarchies().map(({ options }) => options);
  const daemons = nodeDaemons({
    state: NODE_STATE,
    apiAddress: NODE_IP,
  });
  for (const [name, command] of Object.entries(daemons)) {
    writeFileSync(join(state, 'run', `${name}.args`), `${command.join('\n')}\n`);
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
      env: { PATH: process.env.PATH, HOME: '/root' },
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
