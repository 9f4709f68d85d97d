import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeApi } from './cluster/api.ts';
import { nodeReady } from './cluster/ready.ts';
import {
  replacePods,
  scaleDown,
  scaleUp,
  WORKLOADS,
} from './cluster/workloads.ts';
import { LabError } from './errors.ts';
import {
  heldDaemons,
  holdDaemon,
  releaseDaemon,
  replaceDaemon,
} from './node/hold.ts';
import { nodeCommand } from './node/node.ts';
import type { LabPaths } from './paths.ts';
import { run, until } from './run.ts';

/** Daemons of the node that may be ended, and when each is itself again. */
const DAEMONS: Record<string, (at: Probe) => Promise<boolean>> = {
  etcd: apiAnswers,
  'kube-apiserver': apiAnswers,
  'kube-controller-manager': async () => true,
  'kube-scheduler': async () => true,
  kubelet: ({ api, since }) => nodeReady(api, since),
  containerd: ({ api, since }) => nodeReady(api, since),
  'cilium-agent': async ({ paths }) => {
    const brief = ['cilium-dbg', 'status', '--brief'];
    const [nsenter, ...rest] = await nodeCommand(paths, brief);
    const env = { PATH: `${paths.binDir}:${process.env.PATH}` };
    const { code } = await run(nsenter, rest, { env, allowFailure: true });
    return code === 0;
  },
  'cilium-operator': async () => true,
};

interface Probe {
  paths: LabPaths;
  api: KubeApi;
  since: number;
}

/** Every part that can be stopped, started and restarted. */
export const CONTROLLED = [...Object.keys(DAEMONS), ...Object.keys(WORKLOADS)];

/**
 * Ends a part and holds it down until {@link startPart} or the lab's next `up`.
 * Answers false where it is held down already.
 */
export async function stopPart(paths: LabPaths, name: string) {
  known(name);
  if (heldParts(paths).includes(name)) return false;
  if (name in DAEMONS) {
    await holdDaemon(paths, name);
    return true;
  }
  writeFileSync(noteOf(paths, name), '');
  await withApi(paths, api => scaleDown(api, WORKLOADS[name]));
  return true;
}

/**
 * Starts a part that was stopped, and waits until it works again. Answers false
 * where it was not held down.
 */
export async function startPart(paths: LabPaths, name: string) {
  known(name);
  if (!heldParts(paths).includes(name)) return false;
  const since = Date.now();
  if (name in DAEMONS) {
    await releaseDaemon(paths, name);
    await works(paths, name, since);
    return true;
  }
  await withApi(paths, api => scaleUp(api, WORKLOADS[name]));
  rmSync(noteOf(paths, name), { force: true });
  return true;
}

/** Ends a part, has it started anew, and waits until it works again. */
export async function restartPart(paths: LabPaths, name: string) {
  known(name);
  if (await startPart(paths, name)) return;
  const since = Date.now();
  if (name in DAEMONS) {
    await replaceDaemon(paths, name);
    await works(paths, name, since);
    return;
  }
  await withApi(paths, api => replacePods(api, WORKLOADS[name]));
}

/** Parts that were stopped, and not started since. */
export function heldParts(paths: LabPaths): string[] {
  const workloads = Object.keys(WORKLOADS).filter(name =>
    existsSync(noteOf(paths, name)),
  );
  return [...heldDaemons(paths), ...workloads];
}

// In the folder that ends with the node: `up` gives each its pod again.
const noteOf = (paths: LabPaths, name: string) =>
  join(paths.state, 'run', `${name}.held`);

function known(name: string) {
  if (CONTROLLED.includes(name)) return;
  const what = name ? `there is no part '${name}'` : 'say which part';
  throw new LabError(`${what}: ${CONTROLLED.join(', ')}`);
}

async function works(paths: LabPaths, name: string, since: number) {
  await withApi(paths, api =>
    until(`${name} to work again`, 120, () =>
      DAEMONS[name]({ paths, api, since }),
    ),
  );
}

async function apiAnswers({ api }: Probe) {
  return api.isReady();
}

async function withApi(
  paths: LabPaths,
  work: (api: KubeApi) => Promise<unknown>,
) {
  const api = new KubeApi(paths);
  try {
    await work(api);
  } finally {
    api.close();
  }
}
