import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { writePid } from './node/processes.ts';
import { labRoot, type LabPaths } from './paths.ts';
import { MARK, systemPath } from './run.ts';

/**
 * Starts the keeper (keeper.ts), which ends with the lab. It stays out of the
 * lab's control groups: Cilium's socket hooks there would send what it asks of
 * Vault to a pod's address, which leads out of this machine.
 */
export function startKeeper(paths: LabPaths) {
  const log = openSync(join(paths.logs, 'keeper.log'), 'a');
  const child = spawn(process.execPath, [join(labRoot, 'src', 'keeper.ts')], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: {
      PATH: systemPath(),
      HOME: process.env.HOME,
      THREEWALLS_LAB_STATE: paths.state,
      NODE_NO_WARNINGS: '1',
      [MARK]: paths.state,
    },
  });
  child.unref();
  if (!child.pid) return;
  writePid(join(paths.state, 'run', 'keeper.pid'), child.pid);
}
