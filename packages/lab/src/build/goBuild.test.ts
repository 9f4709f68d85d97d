import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partHash } from './goBuild.ts';
import { GO_PARTS } from './parts.ts';

const etcd = GO_PARTS.find(({ id }) => id === 'etcd')!;

test('a build is named after its sources, its flags and the compiler', () => {
  const hash = partHash(etcd, 'go1.26.8');
  const tagged = { ...etcd, targets: [{ ...etcd.targets[0], tags: 'x' }] };
  assert.equal(partHash(etcd, 'go1.26.8'), hash);
  assert.notEqual(partHash(etcd, 'go1.26.9'), hash);
  assert.notEqual(partHash(tagged, 'go1.26.8'), hash);
  assert.notEqual(partHash({ ...etcd, id: 'coredns' }, 'go1.26.8'), hash);
});

test('every part has sources of its own', () => {
  const hashes = GO_PARTS.map(part => partHash(part, 'go1.26.8'));
  assert.equal(new Set(hashes).size, GO_PARTS.length);
});
