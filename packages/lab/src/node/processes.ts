import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { readIfThere, writeAtomic } from '../files.ts';

/** A process that can't be mistaken for a later one with the same number. */
export interface ProcessId {
  pid: number;
  /** In clock ticks since the machine's start, as the kernel keeps it. */
  startTicks: string;
}

export function identify(pid: number): ProcessId | undefined {
  if (process.platform !== 'linux') return identifyElsewhere(pid);
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (!stat) return undefined;
  // The command, in brackets, may hold spaces: count from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  return { pid, startTicks: fields[19] };
}

function identifyElsewhere(pid: number): ProcessId | undefined {
  try {
    process.kill(pid, 0);
    return { pid, startTicks: '-' };
  } catch {
    return undefined;
  }
}

export function writePid(file: string, pid: number) {
  const id = identify(pid);
  writeAtomic(file, `${pid} ${id?.startTicks ?? '-'}\n`);
}

/** The process of a pid file, if it is still the same one and alive. */
export function readPid(file: string): number | undefined {
  const [pid, startTicks] = (readIfThere(file) ?? '').trim().split(' ');
  const id = pid ? identify(Number(pid)) : undefined;
  return id && id.startTicks === startTicks ? id.pid : undefined;
}

export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL') {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

export function childrenOf(pid: number): number[] {
  const text = readIfThere(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

/** Processes with this very setting in their environment. */
export function processesWith(name: string, value: string): number[] {
  return allProcesses().filter(pid => {
    const settings = readIfThere(`/proc/${pid}/environ`)?.split('\0');
    return pid !== process.pid && settings?.includes(`${name}=${value}`);
  });
}

function allProcesses(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}

/** Processes that live in the network namespace of this inode. */
export function processesInNetns(inode: number): number[] {
  return allProcesses().filter(pid => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`) === `net:[${inode}]`;
    } catch {
      return false;
    }
  });
}

/** What the kernel knows of a process. */
export function factsOf(pid: number) {
  const id = identify(pid);
  const command = readIfThere(`/proc/${pid}/cmdline`);
  if (!id || !command) return undefined;
  const status = readIfThere(`/proc/${pid}/status`) ?? '';
  const rss = /VmRSS:\s+(\d+) kB/.exec(status);
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  // Linux counts in hundredths of a second for programs, whatever its own tick.
  const age = uptime - Number(id.startTicks) / 100;
  return {
    command: command.split('\0').filter(Boolean),
    memoryBytes: Number(rss?.[1] ?? 0) * 1024,
    startedAt: new Date(Date.now() - age * 1000),
  };
}
