/* eslint-disable no-console */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  applyPlan,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { auditEnd, vaultWrites, versions } from '../src/support/evidence';
import { adminLab, portalLab } from '../src/support/lab';
import { numberFrom } from '../src/support/numberFrom';
import { eightCalls, oneApply, runAll } from './byHand';
import { Floor, requestsOf } from './floor';
import { print, timed } from './report';
import { BENCH_STAGES } from './tenant';
import { BenchTenants, sent } from './tenants';

const ROUNDS = numberFrom('ROUNDS', 7);
/** Milliseconds between two measurements. */
const SETTLE_MS = numberFrom('SETTLE_MS', 1500);

/** One tenant's objects: by the engine, by hand, and as bare requests. */
export async function engine(): Promise<void> {
  const { platform, cluster } = portalLab();
  const tenants = new BenchTenants(platform, cluster);
  try {
    await measureAll(tenants, cluster);
  } finally {
    await tenants.removeAll();
  }
}

async function measureAll(
  tenants: BenchTenants,
  cluster: ReturnType<typeof portalLab>['cluster'],
): Promise<void> {
  const admin = adminLab();
  const ours = (plan: TenantPlan) =>
    applyPlan(plan, cluster, { stages: BENCH_STAGES, wait: false });
  const floor = new Floor();
  const ms: Record<string, number[]> = {};
  const requests = { first: [] as number[], again: [] as number[] };
  let moved = 0;
  let written = 0;
  const measure = (name: string, run: () => Promise<unknown>) =>
    timed(run).then(took => (ms[name] ??= []).push(took));

  // Pools, logins and kubectl's own cache are warm before the clock runs.
  await Promise.all([1, 2, 3].map(() => ours(tenants.next())));
  for (let i = 0; i < 3; i++) {
    await floor.replay(requestsOf(tenants.next()));
  }
  await runAll(oneApply(tenants.next()));

  for (let round = 0; round < ROUNDS; round++) {
    const plan = tenants.next();
    const raw = requestsOf(tenants.next());
    const eight = eightCalls(tenants.next());
    const one = oneApply(tenants.next());
    const ways: [string, () => Promise<unknown>][] = [
      [
        'ours',
        async () => {
          const before = sent(cluster);
          await ours(plan);
          requests.first.push(sent(cluster) - before);
        },
      ],
      ['raw', () => floor.replay(raw)],
      ['eight calls', () => runAll(eight)],
      ['one apply', () => runAll(one)],
    ];
    // Controllers go on for a while with what a way has made, on the same cores:
    // each way waits for that, comes first as often, and after each of the others.
    const order = ways.map((_, i) => ways[(round + i) % ways.length]);
    for (const way of round % 2 ? order.reverse() : order) {
      await sleep(SETTLE_MS);
      await measure(...way);
    }

    await sleep(SETTLE_MS);
    const live = await versions(plan, admin);
    const [end, count] = [auditEnd(), sent(cluster)];
    await measure('again', () => ours(plan));
    requests.again.push(sent(cluster) - count);
    moved += isDeepStrictEqual(await versions(plan, admin), live) ? 0 : 1;
    written += vaultWrites(plan.names, end).length;
    console.log(`round ${round + 1} of ${ROUNDS}`);
  }
  floor.close();
  print({ ms, requests, moved, written });
}
