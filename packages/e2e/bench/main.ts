/* eslint-disable no-console */
import { isDeepStrictEqual } from 'node:util';
import {
  applyPlan,
  planTenant,
  removeTenant,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { adminLab, portalLab, testSpec } from '../src/support/lab';
import { eightCalls, oneApply, runAll } from './byHand';
import { auditEnd, vaultWrites, versions } from './evidence';
import { Floor, requestsOf } from './floor';
import { print, timed } from './report';
import { BENCH_STAGES } from './tenant';

const ROUNDS = Number(process.env.ROUNDS ?? 7);

const { platform, cluster } = portalLab();
const admin = adminLab();
const plans: TenantPlan[] = [];

/** The plan of a tenant of the benchmark's own, which is removed at the end. */
function nextPlan(): TenantPlan {
  const name = `t-bench-${process.pid}-${plans.length}`;
  const plan = planTenant(testSpec(name), platform);
  plans.push(plan);
  return plan;
}

const ours = (plan: TenantPlan) =>
  applyPlan(plan, cluster, { stages: BENCH_STAGES, wait: false });
const sent = () => cluster.kubernetes.requests + cluster.vault.requests;

async function main() {
  const floor = new Floor();
  const ms: Record<string, number[]> = {};
  const requests = { first: [] as number[], again: [] as number[] };
  let moved = 0;
  let written = 0;
  const measure = (name: string, run: () => Promise<unknown>) =>
    timed(run).then(took => (ms[name] ??= []).push(took));

  // Pools, logins and kubectl's own cache are warm before the clock runs.
  await Promise.all([ours(nextPlan()), ours(nextPlan()), ours(nextPlan())]);
  for (let i = 0; i < 3; i++) {
    await floor.replay(requestsOf(nextPlan()));
  }
  await runAll(oneApply(nextPlan()));

  for (let round = 0; round < ROUNDS; round++) {
    const plan = nextPlan();
    const raw = requestsOf(nextPlan());
    const eight = eightCalls(nextPlan());
    const one = oneApply(nextPlan());
    const ways: [string, () => Promise<unknown>][] = [
      [
        'ours',
        async () => {
          const before = sent();
          await ours(plan);
          requests.first.push(sent() - before);
        },
      ],
      ['raw', () => floor.replay(raw)],
      ['eight calls', () => runAll(eight)],
      ['one apply', () => runAll(one)],
    ];
    // Each way comes first as often: what the one before left to do is shared.
    for (let i = 0; i < ways.length; i++) {
      await measure(...ways[(round + i) % ways.length]);
    }

    const [live, end, count] = [
      await versions(plan, admin),
      auditEnd(),
      sent(),
    ];
    await measure('again', () => ours(plan));
    requests.again.push(sent() - count);
    moved += isDeepStrictEqual(await versions(plan, admin), live) ? 0 : 1;
    written += vaultWrites(plan, end).length;
    console.log(`round ${round + 1} of ${ROUNDS}`);
  }
  floor.close();
  print({ ms, requests, moved, written });
}

async function cleanUp() {
  const left = [...plans];
  const worker = async () => {
    for (let plan = left.pop(); plan; plan = left.pop()) {
      const { spec, names } = plan;
      await removeTenant({ name: spec.name, names }, cluster, {
        confirm: spec.name,
      }).catch(error => console.error(`${spec.name}: ${error.message}`));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

main()
  .catch(error => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(cleanUp)
  .finally(() => process.exit());
