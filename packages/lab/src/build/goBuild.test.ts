import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moduleHash } from './goBuild.ts';
import { GO_MODULES } from './parts.ts';

const [lab, cilium] = GO_MODULES;

test('a build is named after its sources, its flags and the compiler', () => {
  const hash = moduleHash(lab, 'go1.26.8');
  assert.equal(moduleHash(lab, 'go1.26.8'), hash);
  assert.notEqual(moduleHash(lab, 'go1.26.9'), hash);
  assert.notEqual(moduleHash({ ...lab, tags: ['x'] }, 'go1.26.8'), hash);
  assert.notEqual(moduleHash({ ...lab, id: 'cilium' }, 'go1.26.8'), hash);
  assert.notEqual(moduleHash(cilium, 'go1.26.8'), hash);
});

test('no two programs have one name', () => {
  const names = GO_MODULES.flatMap(({ programs }) => Object.keys(programs));
  assert.equal(new Set(names).size, names.length);
});
