import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import { listIfThere } from '../files.ts';
import type { LabPaths } from '../paths.ts';
import { MARK } from '../run.ts';
import { labFolders, labProcesses, removeCgroups } from './cgroups.ts';
import { netnsInode, removeNetns } from './netns.ts';
import {
  factsOf,
  kill,
  processesInNetns,
  processesWith,
  readPid,
} from './processes.ts';

/**
 * Ends every process of the lab and takes away what it had made on the machine,
 * whatever state an earlier run was left in. The state folder's data stay.
 */
export async function teardown(paths: LabPaths) {
  const folder = join(paths.state, 'run');
  const own = () =>
    listIfThere(folder)
      .map(file => readPid(join(folder, file)))
      .filter(pid => pid !== undefined)
      // A compiler or an import that outlived its `up`.
      .concat(processesWith(MARK, paths.state));
  // The node's PID 1 takes its whole process namespace with it.
  await killAll(own);
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (isRoot && !foreignLab(paths)) await removeNode();
  rmSync(folder, { recursive: true, force: true });
}

// Cgroups and network namespace have the same names whatever the state folder.
async function removeNode() {
  await killAll(() => {
    const inode = netnsInode();
    return labProcesses().concat(inode ? processesInNetns(inode) : []);
  });
  for (let attempt = 0; attempt < 40 && !removeCgroups(); attempt++) {
    await sleep(50);
  }
  if (labFolders().length > 0) {
    throw new LabError(
      "the lab's control groups can't be removed: see with ps which processes are left in them",
    );
  }
  await removeNetns();
}

async function killAll(left: () => number[]) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const pids = left();
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await sleep(50);
  }
  const pids = left().join(', ');
  throw new LabError(
    `processes of the lab do not end: ${pids}; look at them with ps`,
  );
}

/** The state folder of a node that is up on this machine and not ours. */
export function foreignLab(paths: LabPaths): string | undefined {
  for (const pid of labProcesses()) {
    const command = factsOf(pid)?.command ?? [];
    const script = command.findIndex(word => word.endsWith('/init.sh'));
    const state = script < 0 ? paths.state : command[script + 1];
    if (state !== paths.state) return state;
  }
  return undefined;
}

export function refuseForeignLab(paths: LabPaths) {
  const state = foreignLab(paths);
  if (state) {
    throw new LabError(
      `another lab is up on this machine: end it first with 'THREEWALLS_LAB_STATE=${state} npm run lab -- down'`,
    );
  }
}
