import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { labPaths } from '../paths.ts';
import { until } from '../run.ts';
import {
  heldDaemons,
  holdDaemon,
  releaseDaemon,
  replaceDaemon,
} from './hold.ts';
import { childrenOf, identify, kill, writePid } from './processes.ts';

const state = mkdtempSync(join(tmpdir(), 'lab-hold-'));
const paths = labPaths({ THREEWALLS_LAB_STATE: state });
// As in the node: a process whose child starts shells, and each a daemon again
// and again.
const outer = spawn(
  'bash',
  [
    '-c',
    `bash -c '
      start() { while :; do "$@" </dev/null || true; sleep 0.1; done; }
      start tail -f /dev/null & start sleep 3600 & wait' & wait`,
  ],
  { stdio: 'ignore' },
);
mkdirSync(join(state, 'run'));
writePid(join(state, 'run', 'node.pid'), outer.pid!);

after(() => {
  const all = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(all)];
  // From the outside in, so that nothing is started again meanwhile.
  for (const pid of all(outer.pid!)) kill(pid);
  rmSync(state, { recursive: true, force: true });
});

const shells = () => childrenOf(outer.pid!).flatMap(childrenOf);
const daemons = () => shells().flatMap(childrenOf);
const running = () => daemons().filter(pid => identify(pid));

test('a held daemon stays down until it is released; others go on', async () => {
  await until('both daemons', 5, async () => daemons().length === 2);
  const before = daemons();
  await holdDaemon(paths, 'tail');
  assert.deepEqual(heldDaemons(paths), ['tail']);
  await sleep(400);
  assert.equal(running().length, 1);
  await releaseDaemon(paths, 'tail');
  assert.deepEqual(heldDaemons(paths), []);
  const again = daemons();
  assert.equal(again.filter(pid => before.includes(pid)).length, 1);
});

test('a restarted daemon is another process', async () => {
  const before = daemons();
  await replaceDaemon(paths, 'sleep');
  assert.notDeepEqual(daemons(), before);
  assert.deepEqual(heldDaemons(paths), []);
});

test('a hold does not outlive the shell that it stopped', async () => {
  await holdDaemon(paths, 'tail');
  for (const pid of shells()) kill(pid);
  await until(
    'the note to be void',
    5,
    async () => heldDaemons(paths).length === 0,
  );
});
