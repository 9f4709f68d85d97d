import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkArgs } from './args.ts';

const COMMANDS = [
  ...['up', 'build', 'down', 'reset', 'status'],
  ...['restart', 'stop', 'start', 'open'],
];

for (const name of COMMANDS) {
  test(`${name} refuses what it would ignore`, () => {
    for (const args of [['--nonsense'], ['one', 'two'], ['--all', 'x', 'y']]) {
      assert.throws(() => checkArgs(name, args), /takes no/);
    }
    assert.equal(checkArgs(name, ['--help']), true);
    assert.equal(checkArgs(name, []), false);
  });
}

test('what a command takes passes, and what is for another program', () => {
  assert.equal(checkArgs('reset', ['--all']), false);
  assert.equal(checkArgs('stop', ['etcd']), false);
  assert.equal(checkArgs('kubectl', ['get', 'pods', '--help']), false);
});
