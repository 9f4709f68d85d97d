import { basename } from 'node:path';
import { heldParts } from './control.ts';
import { endpoints, type LabMode } from './endpoints.ts';
import { labProcesses } from './node/cgroups.ts';
import { factsOf, processesWith } from './node/processes.ts';
import { foreignLab } from './node/teardown.ts';
import { labPaths, type LabPaths } from './paths.ts';
import { MARK } from './run.ts';
import { isRunning } from './up.ts';
import { VERSIONS } from './versions.ts';
import { readProgress } from './work.ts';

export type LabStatus = ReturnType<typeof labStatus>;

const k8s = VERSIONS.kubernetes;

/** Each part's version, and how its processes are told from others, if not by its name. */
const PARTS: { id: string; version: string; command?: RegExp }[] = [
  { id: 'etcd', version: VERSIONS.etcd },
  { id: 'kube-apiserver', version: k8s },
  { id: 'kube-controller-manager', version: k8s },
  { id: 'kube-scheduler', version: k8s },
  { id: 'kubelet', version: k8s },
  {
    id: 'containerd',
    version: "the distribution's",
    command: /^containerd(-shim\S*)? /,
  },
  { id: 'cilium-agent', version: VERSIONS.cilium },
  { id: 'cilium-operator', version: VERSIONS.cilium },
  {
    id: 'coredns',
    version: VERSIONS.coredns,
    command: /^coredns -conf \/etc\/coredns/,
  },
  {
    id: 'vault',
    version: VERSIONS.vault,
    command: /^vault(-plugin-auth-kubernetes)? /,
  },
  { id: 'external-secrets', version: VERSIONS.externalSecrets },
  { id: 'n8n', version: VERSIONS.n8n, command: /^node .*\/n8n\// },
];

/** What of the lab runs right now, as the kernel has it. */
export function labStatus() {
  const paths = labPaths();
  const running = isRunning(paths);
  const { mode, api, vault } = endpoints(paths);
  const processes = processesOf(paths, mode).flatMap(pid => {
    const facts = factsOf(pid);
    if (!facts) return [];
    const [program, ...args] = facts.command;
    const line = `${[basename(program), ...args].join(' ')} `;
    return [{ pid, ...facts, line }];
  });
  const sum = (some: { memoryBytes: number }[]) =>
    some.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
  const held = heldParts(paths);
  const parts = PARTS.map(({ id, version, command }) => {
    const its = processes.filter(({ line }) =>
      command ? command.test(line) : line.startsWith(`${id} `),
    );
    const started = its.map(({ startedAt }) => startedAt.getTime());
    return {
      id,
      version,
      running: its.length > 0,
      // It was stopped, and is not to be started by itself.
      held: held.includes(id),
      // On this machine.
      pids: its.map(({ pid }) => pid),
      // Of the oldest of its processes.
      ...(its.length > 0 && {
        since: new Date(Math.min(...started)).toISOString(),
      }),
      memoryBytes: sum(its),
    };
  });
  return {
    // The whole lab is up, and nothing of it held down.
    ready:
      running && held.length === 0 && (readProgress(paths)?.ready ?? false),
    running,
    mode,
    api,
    vault,
    paths,
    parts,
    // Everything in the node, pods included.
    memoryBytes: sum(processes),
  };
}

function processesOf(paths: LabPaths, mode: LabMode): number[] {
  if (mode !== 'node') return processesWith(MARK, paths.state);
  return foreignLab(paths) ? [] : labProcesses();
}
