import {
  accessSync,
  constants,
  existsSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LabMode } from '../endpoints.ts';
import { LabError } from '../errors.ts';
import { run } from '../run.ts';

/** A file or command that shows that a package is there. */
export interface NeededPackage {
  anyOf: string[];
  package: string;
}

/** What the lab takes from the distribution. */
const NEEDED: NeededPackage[] = [
  { anyOf: ['containerd'], package: 'containerd' },
  { anyOf: ['runc'], package: 'runc' },
  {
    anyOf: ['/usr/lib/cni/loopback', '/opt/cni/bin/loopback'],
    package: 'containernetworking-plugins',
  },
  { anyOf: ['clang-19', 'clang-20', 'clang-18', 'clang'], package: 'clang-19' },
  { anyOf: ['iptables'], package: 'iptables' },
  { anyOf: ['ipset'], package: 'ipset' },
  { anyOf: ['ethtool'], package: 'ethtool' },
  { anyOf: ['ip'], package: 'iproute2' },
  { anyOf: ['modprobe'], package: 'kmod' },
  { anyOf: ['conntrack'], package: 'conntrack' },
  { anyOf: ['socat'], package: 'socat' },
  { anyOf: ['openssl'], package: 'openssl' },
  { anyOf: ['g++'], package: 'g++' },
  { anyOf: ['make'], package: 'make' },
  { anyOf: ['python3'], package: 'python3' },
  { anyOf: ['/etc/ssl/certs/ca-certificates.crt'], package: 'ca-certificates' },
];

// A login shell's PATH may leave out where Debian puts iptables and runc.
const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where a command is, on PATH or in a folder of system commands. */
export function findCommand(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).concat(SBIN);
  const candidates = name.startsWith('/')
    ? [name]
    : folders.filter(Boolean).map(folder => join(folder, name));
  return candidates.find(candidate => {
    try {
      accessSync(candidate, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The first of several names that this machine has. */
export function findOneOf(names: string[]): string | undefined {
  return names.map(findCommand).find(found => found !== undefined);
}

export const CLANG = NEEDED.find(
  ({ package: name }) => name === 'clang-19',
)!.anyOf;
export const LOOPBACK = NEEDED[2].anyOf;

/** What a lab of that kind takes from the distribution. */
export function labPackages(mode: LabMode): NeededPackage[] {
  return mode === 'node'
    ? NEEDED
    : NEEDED.filter(({ package: name }) => name === 'openssl');
}

/** Names of the packages that are not there. */
export function missingPackages(needed: NeededPackage[]): string[] {
  return needed
    .filter(({ anyOf }) => !findOneOf(anyOf))
    .map(({ package: name }) => name);
}

/** Installs what is missing where that is ours to do, and says so. */
export async function ensurePackages(
  needed: NeededPackage[],
  detail: (text: string) => void,
) {
  const missing = missingPackages(needed);
  if (missing.length === 0) return;
  const list = missing.join(', ');
  const names = missing.join(' ');
  const command = `apt-get install --no-install-recommends ${names}`;
  if (process.getuid?.() !== 0 || !findCommand('apt-get')) {
    throw new LabError(
      `this machine lacks ${list}: on Debian or Ubuntu, run '${command}' as root`,
    );
  }
  detail(`installing ${list}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await withoutServices(async () => {
    await run('apt-get', ['update', '-q'], { env });
    const args = ['install', '-q', '-y', '--no-install-recommends', ...missing];
    await run('apt-get', args, { env });
  });
  const still = missingPackages(needed).join(', ');
  if (still) {
    throw new LabError(
      `${still} could not be installed: run '${command}' and look why`,
    );
  }
}

// The lab runs a containerd of its own; the package's must not start.
async function withoutServices(work: () => Promise<void>) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) {
    await work();
    return;
  }
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    rmSync(policy, { force: true });
  }
}
