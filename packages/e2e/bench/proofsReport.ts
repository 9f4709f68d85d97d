/* eslint-disable no-console */
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '@threewalls/backstage-plugin-tenants-node';
import { Parts } from './proofsParts';
import {
  conditions,
  head,
  inMs,
  median,
  noteTarget,
  rangeOf,
  row,
} from './report';

/** One round of a pair. */
export interface ProofRun extends Parts {
  /** Walls that were not shown to hold */
  doubts: string[];
  /** Milliseconds of CPU of this process */
  cpuMs: number;
  /** Requests to the API server, and to Vault, without the pods' own */
  toKubernetes: number;
  toVault: number;
  /** Of both tenants */
  receipts: number;
}

/** What a run has found. */
export interface ProofFindings {
  rounds: ProofRun[];
  /** Milliseconds of each sweep */
  sweeps: number[];
  /** Walls that were not shown to hold, in rounds and sweeps */
  doubts: string[];
  /** Milliseconds of CPU a second that the process takes without a proof */
  restMs: number;
  tenants: number;
  cluster: Cluster;
}

/** Milliseconds of CPU that a round may take outside its pods. */
const CPU_TARGET = 50;
/** Requests to the API server that a round may take. */
const REQUESTS_TARGET = 20;
/** Milliseconds that a round may take. */
const ROUND_TARGET = 5_000;
/** Times a single round's that a sweep may take. */
const SWEEP_TARGET = 3;

/** Prints the tables of docs/benchmarks.md. */
export function printProofs(findings: ProofFindings): void {
  const { rounds, sweeps, doubts, restMs, tenants, cluster } = findings;
  const { connectTimeoutMs, concurrency = 4 } = cluster.config.proofs;
  const line = (title: string, values: number[], unit: string, most = '') =>
    row(title, median(values).toFixed(0) + unit, rangeOf(values), most);
  const of = (part: Exclude<keyof ProofRun, 'doubts'>) =>
    rounds.map(r => r[part]);
  const rowsIn =
    (unit: string) =>
    (title: string, part: Parameters<typeof of>[0], most?: string) =>
      line(title, of(part), unit, most);
  const one = median(of('whole'));
  const cpu = rounds.map(({ cpuMs, whole }) => cpuMs - (restMs * whole) / 1000);
  const requests = median(of('toKubernetes'));
  const pair = 'a pair’s proof';
  const mosts = {
    whole: noteTarget(pair, ROUND_TARGET, one, inMs),
    requests: noteTarget(
      `${pair}: requests to the API server`,
      REQUESTS_TARGET,
      requests,
    ),
    cpu: noteTarget(`${pair}: CPU`, CPU_TARGET, median(cpu), inMs),
  };
  const [ms, count] = [rowsIn(' ms'), rowsIn('')];
  console.log(`\n${conditions(rounds.length)}, ${sweeps.length} sweeps\n`);
  head('one pair, three walls, all checks', 'median', 'range', 'target');
  ms('from start to verdicts', 'whole', mosts.whole);
  ms('looking up what there is to attack', 'prepare');
  ms('start of the pods', 'podStart');
  ms(`attempts in the pods (timeout ${connectTimeoutMs} ms)`, 'inPods');
  ms('the last answers on their way', 'handBack');
  ms('removal of the pods', 'cleanUp');
  ms('judging', 'rest');
  ms('beside the pods: the portal’s own attempts', 'portal');
  ms('CPU of the process meanwhile', 'cpuMs');
  line(
    `without what it takes at rest (${restMs.toFixed(1)} ms a second)`,
    cpu,
    ' ms',
    mosts.cpu,
  );
  count('requests to the API server', 'toKubernetes', mosts.requests);
  count('requests to Vault', 'toVault');
  count('receipts', 'receipts');
  const ratio = (median(sweeps) / one).toFixed(2);
  line(
    `${tenants} tenants, ${concurrency} pairs at once: ${ratio} times one pair`,
    sweeps,
    ' ms',
    `≤ ${SWEEP_TARGET} times`,
  );
  const walls = WALLS.length * (2 * rounds.length + tenants * sweeps.length);
  console.log(`\n${walls - doubts.length} of ${walls} walls held.`);
  doubts.forEach(doubt => console.log(doubt));
}
