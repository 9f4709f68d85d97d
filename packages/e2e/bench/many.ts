/* eslint-disable no-console */
import {
  applyPlan,
  Cluster,
  Platform,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { atOnce } from '../src/support/atOnce';
import { portalLab } from '../src/support/lab';
import { planSmallTenant } from '../src/wallsLab';
import { numberFrom } from '../src/support/numberFrom';
import { conditions, head, median, row, timed } from './report';
import { BENCH_STAGES } from './tenant';
import { BenchTenants, sent } from './tenants';

const TENANTS = numberFrom('TENANTS', 50);
/** Tenants at once in the second half. */
const AT_ONCE = 8;
/** The first tenants, and the last, that are compared. */
const SAMPLE = Math.min(10, TENANTS);

/**
 * Whether the time a tenant takes grows with the number of tenants: so many one
 * after another, each with a running pod (a small server stands in for n8n), and
 * beside these as many again, several at a time and without pods.
 */
export async function many(): Promise<void> {
  const { platform, cluster } = portalLab();
  const tenants = new BenchTenants(platform, cluster, 't-many');
  try {
    const { ms: single, requests } = await oneByOne(tenants, platform, cluster);
    const together = await severalAtOnce(tenants, cluster);
    console.log(`\n${conditions(TENANTS)}\n`);
    head('ms a tenant', 'first ten', 'last ten', 'last of first');
    compare(`${TENANTS} one after another`, single);
    // The first of them find an idle cluster: those after them are compared.
    compare(
      `${TENANTS} more, ${AT_ONCE} at a time`,
      together.each.slice(TENANTS > AT_ONCE ? AT_ONCE : 0),
    );
    const rate = (TENANTS / (together.all / 1000)).toFixed(1);
    console.log(
      `\n${requests} requests a tenant with its pod, and ${rate} tenants a second ${AT_ONCE} at a time.`,
    );
  } finally {
    await tenants.removeAll();
  }
}

/** Milliseconds and requests of each tenant's objects; its pod starts off the clock. */
async function oneByOne(
  tenants: BenchTenants,
  platform: Platform,
  cluster: Cluster,
) {
  const ms: number[] = [];
  const requests: number[] = [];
  for (let i = 0; i < TENANTS; i++) {
    const plan = tenants.next(name => planSmallTenant(name, platform));
    const before = sent(cluster);
    ms.push(await timed(() => applyPlan(plan, cluster, { wait: false })));
    requests.push(sent(cluster) - before);
    await podStarted(plan, cluster);
    if ((i + 1) % SAMPLE === 0) {
      console.log(`${i + 1} of ${TENANTS}`);
    }
  }
  return { ms, requests: median(requests) };
}

async function severalAtOnce(tenants: BenchTenants, cluster: Cluster) {
  const plans = Array.from({ length: TENANTS }, () => tenants.next());
  const each: number[] = [];
  const all = await timed(() =>
    atOnce(AT_ONCE, plans, async plan => {
      const options = { stages: BENCH_STAGES, wait: false };
      each.push(await timed(() => applyPlan(plan, cluster, options)));
    }),
  );
  return { each, all };
}

/** The waits of the plan, which a second apply comes to at once. */
async function podStarted(plan: TenantPlan, cluster: Cluster): Promise<void> {
  await applyPlan(plan, cluster, { stages: ['store', 'secret', 'workload'] });
}

function compare(title: string, ms: number[]): void {
  const [first, last] = [ms.slice(0, SAMPLE), ms.slice(-SAMPLE)].map(median);
  const ratio = (last / first).toFixed(2);
  row(title, first.toFixed(0), last.toFixed(0), ratio);
}
