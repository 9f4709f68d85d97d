import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHierarchies } from './cgroups.ts';

test('a machine of version 2 alone has one hierarchy', () => {
  const mounts =
    'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime 0 0\n';
  assert.deepEqual(parseHierarchies(mounts), [
    { mountPoint: '/sys/fs/cgroup', options: 'v2' },
  ]);
});

test('a hybrid machine names each hierarchy by what mounts it again', () => {
  const mounts = [
    'tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0',
    'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0',
    'cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0',
    'cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,xattr,name=systemd 0 0',
    'cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0',
  ].join('\n');
  assert.deepEqual(
    parseHierarchies(mounts).map(({ options }) => options),
    ['cpu,cpuacct', 'memory', 'none,name=systemd', 'v2'],
  );
});
