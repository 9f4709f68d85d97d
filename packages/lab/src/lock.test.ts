import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeLock } from './lock.ts';
import { identify } from './node/processes.ts';
import { labPaths } from './paths.ts';

const fresh = () =>
  labPaths({ THREEWALLS_LAB_STATE: mkdtempSync(join(tmpdir(), 'lab-')) });

test('a living process keeps others out, by name, until it lets go', () => {
  const paths = fresh();
  const release = takeLock(paths);
  assert.throws(() => takeLock(paths), new RegExp(`process ${process.pid}`));
  release();
  assert.equal(existsSync(paths.lock), false);
  takeLock(paths)();
});

test('the lock of a process that is gone is taken over', () => {
  const paths = fresh();
  writeFileSync(paths.lock, '4194304 1\n');
  takeLock(paths)();
});

test('so is that of a later process with the same number', () => {
  const paths = fresh();
  const { pid, startTicks } = identify(process.ppid)!;
  writeFileSync(paths.lock, `${pid} ${Number(startTicks) - 1}\n`);
  takeLock(paths)();
});
