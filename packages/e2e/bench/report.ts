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

/** Prints the table of docs/benchmarks.md. */
export function print({ ms, requests, moved, written }: Findings): void {
  const of = (name: string) => median(ms[name]);
  const row = (title: string, name: string, base: string, target: string) => {
    const spread = `${Math.min(...ms[name]).toFixed(0)} to ${Math.max(
      ...ms[name],
    ).toFixed(0)}`;
    const ratio =
      name === base ? '' : `${(of('ours') / of(name)).toFixed(2)} of it`;
    console.log(
      `| ${title} | ${of(name).toFixed(
        0,
      )} ms | ${spread} | ${ratio} | ${target} |`,
    );
  };
  console.log(`\n${conditions(ms.ours.length)}\n`);
  console.log('| one tenant’s objects | median | range | ours is | target |');
  console.log('|---|---|---|---|---|');
  row('Threewalls: applyPlan', 'ours', 'ours', '');
  row('eight calls of kubectl and vault', 'eight calls', 'ours', '≤ 0.20');
  row('one kubectl apply, three calls of vault', 'one apply', 'ours', '');
  row('the same requests, raw', 'raw', 'ours', '≤ 1.30');
  const again = of('again') / of('ours');
  console.log(
    `| a second apply, unchanged | ${of('again').toFixed(0)} ms | ${Math.min(
      ...ms.again,
    ).toFixed(0)} to ${Math.max(...ms.again).toFixed(0)} | ${again.toFixed(
      2,
    )} of the first | ≤ 1.00 |`,
  );
  console.log(
    `\nRequests a tenant: ${median(
      requests.first,
    )} for the first apply, ${median(
      requests.again,
    )} for a second. A second apply moved ${moved} objects’ versions and wrote ${written} times to Vault.`,
  );
}
