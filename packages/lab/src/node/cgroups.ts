import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { readIfThere } from '../files.ts';

/** A control group hierarchy of this machine. */
export interface Hierarchy {
  mountPoint: string;
  /** Its mount options for version 1, `v2` for version 2. */
  options: string;
}

const LAB = 'threewalls';
const CONTROLLERS = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'hugetlb',
  'net_cls',
  'net_prio',
  'perf_event',
];

/** Reads the hierarchies from the text of /proc/mounts. */
export function parseHierarchies(mounts: string): Hierarchy[] {
  const found = new Map<string, Hierarchy>();
  for (const line of mounts.split('\n')) {
    const [, mountPoint, type, options = ''] = line.split(' ');
    if (type === 'cgroup2') found.set('v2', { mountPoint, options: 'v2' });
    if (type !== 'cgroup') continue;
    const words = options.split(',');
    const name = words.find(word => word.startsWith('name='));
    const controllers = words.filter(word => CONTROLLERS.includes(word));
    const key = name ? `none,${name}` : controllers.join(',');
    if (key) found.set(key, { mountPoint, options: key });
  }
  return [...found.values()];
}

export function hierarchies(): Hierarchy[] {
  const found = parseHierarchies(readFileSync('/proc/mounts', 'utf8'));
  if (!found.some(({ options }) => options === 'v2')) {
    throw new LabError(
      'this machine mounts no cgroup2 hierarchy, which Cilium needs: mount one on /sys/fs/cgroup/unified',
    );
  }
  return found;
}

/** Makes the lab's folders: one for the node's processes, beside the pods'. */
export function makeCgroups() {
  const all = hierarchies();
  const pure = all.length === 1;
  for (const { mountPoint, options } of all) {
    const lab = join(mountPoint, LAB);
    if (pure) enableControllers(mountPoint);
    mkdirSync(join(lab, 'node'), { recursive: true });
    if (options.includes('cpuset')) {
      // A new cpuset is empty, and takes no process until it is filled.
      for (const [from, to] of [
        [mountPoint, lab],
        [lab, join(lab, 'node')],
      ]) {
        for (const file of ['cpuset.cpus', 'cpuset.mems']) {
          writeFileSync(join(to, file), readFileSync(join(from, file)));
        }
      }
    }
    if (pure) enableControllers(lab);
  }
}

// On a machine of version 2 alone the kubelet looks for these in the lab's folder.
function enableControllers(folder: string) {
  for (const controller of ['cpu', 'cpuset', 'memory', 'pids', 'io']) {
    try {
      writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // Not offered here; the kubelet names those that it can't do without.
    }
  }
}

/** Puts a process into the lab's folder of every hierarchy. */
export function enterCgroups(pid: number) {
  for (const { mountPoint } of hierarchies()) {
    writeFileSync(join(mountPoint, LAB, 'node', 'cgroup.procs'), `${pid}`);
  }
}

/** Every process of the lab, in whatever container. */
export function labProcesses(): number[] {
  const pids = new Set<number>();
  for (const { mountPoint } of labFolders()) {
    for (const folder of tree(join(mountPoint, LAB))) {
      const procs = readIfThere(join(folder, 'cgroup.procs')) ?? '';
      for (const line of procs.split('\n')) if (line) pids.add(Number(line));
    }
  }
  pids.delete(process.pid);
  return [...pids];
}

/** Removes the lab's folders; false while some process still holds one. */
export function removeCgroups(): boolean {
  for (const { mountPoint } of labFolders()) {
    for (const folder of tree(join(mountPoint, LAB)).reverse()) {
      try {
        rmdirSync(folder);
      } catch {
        // Busy: the caller asks again.
      }
    }
  }
  return labFolders().length === 0;
}

export function labFolders(): Hierarchy[] {
  if (process.platform !== 'linux') return [];
  return parseHierarchies(readFileSync('/proc/mounts', 'utf8')).filter(
    ({ mountPoint }) => existsSync(join(mountPoint, LAB)),
  );
}

function tree(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return [folder].concat(
    entries
      .filter(entry => entry.isDirectory())
      .flatMap(entry => tree(join(folder, entry.name))),
  );
}
