/* eslint-disable no-console */
import { cpus, loadavg } from 'node:os';

/** What a run has found. */
export interface Findings {
  /** Milliseconds of each round */
  ms: Record<string, number[]>;
  requests: { first: number[]; again: number[] };
  /** Tenants of which a second apply moved a version */
  moved: number;
  /** Writes to Vault in second applies */
  written: number;
}

/** Milliseconds that something takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The smallest value that at least this share of all is not above. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** The machine, how busy it is, and how often something was measured. */
export function conditions(rounds?: number): string {
  const load = loadavg().map(l => l.toFixed(1));
  return `${cpus().length} × ${cpus()[0].model}, load ${load.join(' ')}${
    rounds === undefined ? '' : `, ${rounds} rounds`
  }`;
}

/** Prints a row of a table. */
export function row(...cells: (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

/** Prints the head of a table. */
export function head(...titles: string[]): void {
  row(...titles);
  console.log(`|${'---|'.repeat(titles.length)}`);
}

/** What a run has measured of the portal's targets. */
const targets: string[][] = [];

/**
 * Notes what was measured of a target.
 *
 * @returns the target as a table shows it
 */
export function noteTarget(
  what: string,
  most: number,
  measured: number,
  show: (value: number) => string = String,
): string {
  const isMet = measured <= most ? 'met' : 'missed';
  targets.push([what, `≤ ${show(most)}`, show(measured), isMet]);
  return `≤ ${show(most)}`;
}

/** Prints the targets that the run has measured, in one table. */
export function printTargets(): void {
  if (targets.length > 0) {
    console.log('\n## targets\n');
    head('what', 'target', 'measured', '');
    targets.forEach(cells => row(...cells));
  }
}

export const inMs = (value: number) => `${value.toFixed(0)} ms`;

export const inMb = (mb: number) => `${mb.toFixed(0)} MB`;
export const inS = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** The least and the most. */
export function rangeOf(values: number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${low.toFixed(0)} to ${high.toFixed(0)}`;
}

/** Prints the table of docs/benchmarks.md. */
export function print({ ms, requests, moved, written }: Findings): void {
  const of = (name: string) => median(ms[name]);
  const line = (title: string, name: string, ratio: string, target = '') =>
    row(title, inMs(of(name)), rangeOf(ms[name]), ratio, target);
  const ofIt = (name: string) => `${(of('ours') / of(name)).toFixed(2)} of it`;
  console.log(`\n${conditions(ms.ours.length)}\n`);
  head('one tenant’s objects', 'median', 'range', 'ours is', 'target');
  line('Threewalls: applyPlan', 'ours', '');
  for (const [title, name, target] of [
    ['eight calls of kubectl and vault', 'eight calls', '≤ 0.20'],
    ['one kubectl apply, three calls of vault', 'one apply', ''],
    ['the same requests, raw', 'raw', '≤ 1.30'],
  ]) {
    line(title, name, ofIt(name), target);
  }
  const again = (of('again') / of('ours')).toFixed(2);
  const title = 'a second apply, unchanged';
  line(title, 'again', `${again} of the first`, '≤ 1.00');
  const [first, second] = [requests.first, requests.again].map(median);
  console.log(
    `\nRequests a tenant: ${first} for the first apply, ${second} for a second. A second apply moved ${moved} objects’ versions and wrote ${written} times to Vault.`,
  );
}
