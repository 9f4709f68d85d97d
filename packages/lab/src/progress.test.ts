import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Progress, type LabProgress } from './progress.ts';

function fresh() {
  const file = join(mkdtempSync(join(tmpdir(), 'lab-')), 'progress.json');
  const seen: string[] = [];
  const progress = new Progress(file, (_all, part) => {
    if (part) seen.push(`${part.id} ${part.state}`);
  });
  progress.add('etcd', 'etcd');
  progress.add('vault', 'Vault');
  const written = () => JSON.parse(readFileSync(file, 'utf8')) as LabProgress;
  return { file, progress, seen, written };
}

test('a part runs, is done, and the file says so at every step', async () => {
  const { file, progress, seen, written } = fresh();
  await progress.part('etcd', async detail => {
    detail('half way');
    assert.equal(written().parts[0].state, 'running');
    assert.equal(written().parts[1].state, 'waiting');
  });
  progress.ready();
  const { parts, ready, error } = written();
  assert.deepEqual(seen, ['etcd running', 'etcd running', 'etcd done']);
  assert.equal(parts[0].state, 'done');
  assert.equal(typeof parts[0].seconds, 'number');
  assert.equal(ready, true);
  assert.equal(error, undefined);
  assert.deepEqual(readdirSync(dirname(file)), ['progress.json']);
});

test('a failure is kept, with its words, and passed on', async () => {
  const { progress, written } = fresh();
  await assert.rejects(
    progress.part('vault', async () => {
      throw new Error('no key');
    }),
    /no key/,
  );
  progress.fail(new Error('no key'));
  assert.equal(written().parts[1].state, 'failed');
  assert.equal(written().parts[1].detail, 'no key');
  assert.equal(written().error, 'no key');
  assert.equal(written().ready, false);
});
