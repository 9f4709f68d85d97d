import { statSync } from 'node:fs';
import {
  FOREIGN_DNS_IP,
  HOST_IP,
  HOST_LINK,
  INTERNET_IP,
  METADATA_IP,
  NETNS,
  NODE_IP,
} from '../addresses.ts';
import { LabError } from '../errors.ts';
import { run } from '../run.ts';

const ip = (...args: string[]) => run('ip', args);
const inNode = (...args: string[]) => run('ip', ['-n', NETNS, ...args]);

/** Makes the node's network namespace and the one link between it and us. */
export async function makeNetns() {
  await refuseTakenRange();
  await ip('netns', 'add', NETNS);
  await ip(
    ...['link', 'add', HOST_LINK, 'type', 'veth'],
    ...['peer', 'name', 'eth0', 'netns', NETNS],
  );
  await ip('addr', 'add', `${HOST_IP}/24`, 'dev', HOST_LINK);
  await ip('link', 'set', HOST_LINK, 'up');
  await inNode('link', 'set', 'lo', 'up');
  await inNode('addr', 'add', `${NODE_IP}/24`, 'dev', 'eth0');
  await inNode('link', 'set', 'eth0', 'up');
  await inNode('route', 'add', 'default', 'via', HOST_IP);
  // The internet and cloud metadata, as far as the lab goes: what gets through
  // a broken wall ends here, and never leaves the machine.
  // (A link between two ends here, since not every kernel has dummy ones.)
  await inNode(
    ...['link', 'add', 'internet', 'type', 'veth'],
    ...['peer', 'name', 'internet-end'],
  );
  for (const address of [INTERNET_IP, FOREIGN_DNS_IP, METADATA_IP]) {
    await inNode('addr', 'add', `${address}/32`, 'dev', 'internet');
  }
  for (const end of ['internet', 'internet-end']) {
    await inNode('link', 'set', end, 'up');
  }
}

// Some VPNs and proxies hand out these addresses as well.
async function refuseTakenRange() {
  const { stdout } = await ip('-o', 'route', 'show', 'root', '198.18.0.0/15');
  const route = stdout.trim();
  if (route) {
    throw new LabError(
      `this machine already routes addresses of the lab's network, 198.18.0.0/15 (${route}): stop what made that route`,
    );
  }
}

/** The namespace's inode, by which its processes are known. */
export function netnsInode(): number | undefined {
  try {
    return statSync(`/run/netns/${NETNS}`).ino;
  } catch {
    return undefined;
  }
}

export async function removeNetns() {
  const quiet = { allowFailure: true };
  // The pair goes with either end; first, since a namespace may linger.
  await run('ip', ['link', 'del', HOST_LINK], quiet);
  await run('ip', ['netns', 'del', NETNS], quiet);
}
