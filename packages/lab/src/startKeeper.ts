import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { enterCgroups } from './node/cgroups.ts';
import { writePid } from './node/processes.ts';
import { labRoot, type LabPaths } from './paths.ts';
import { systemPath } from './run.ts';

/** Starts the keeper (keeper.ts), which ends with the lab. */
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
    },
  });
  child.unref();
  if (!child.pid) return;
  writePid(join(paths.state, 'run', 'keeper.pid'), child.pid);
  enterCgroups(child.pid);
}
