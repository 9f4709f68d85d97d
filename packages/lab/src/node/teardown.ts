import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import type { LabPaths } from '../paths.ts';
import { sleep } from '../run.ts';
import { labFolders, labProcesses, removeCgroups } from './cgroups.ts';
import { netnsInode, removeNetns } from './netns.ts';
import { kill, processesInNetns, readPid } from './processes.ts';

const PID_FILES = ['node.pid', 'keeper.pid'];

/**
 * Ends every process of the lab and takes away what it had made on the machine,
 * whatever state an earlier run was left in. The state folder's data stay.
 */
export async function teardown(paths: LabPaths) {
  const runFolder = join(paths.state, 'run');
  // The node's PID 1 takes its whole process namespace with it.
  for (const file of PID_FILES) {
    const pid = readPid(join(runFolder, file));
    if (pid) kill(pid);
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    const inode = netnsInode();
    const left = new Set(
      labProcesses().concat(inode ? processesInNetns(inode) : []),
    );
    for (const pid of left) kill(pid);
    if (left.size === 0 && removeCgroups()) break;
    await sleep(50);
  }
  if (labFolders().length > 0) {
    throw new LabError(
      `processes of the lab do not end: ${labProcesses().join(', ')}; look at them with ps`,
    );
  }
  await removeNetns();
  rmSync(runFolder, { recursive: true, force: true });
}
