/* eslint-disable no-console */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyPlan,
  Cluster,
  ensureCanary,
  KubernetesClient,
  proveTenants,
  TenantPlan,
  TenantProof,
  VaultClient,
  VaultView,
  WatchCache,
} from '@threewalls/backstage-plugin-tenants-node';
import { atOnce } from '../src/support/atOnce';
import { portalLab } from '../src/support/lab';
import { planSmallTenant } from '../src/wallsLab';
import { numberFrom } from '../src/support/numberFrom';
import { watched } from './proofsParts';
import { printProofs, ProofRun } from './proofsReport';
import { timed } from './report';
import { BenchTenants } from './tenants';

const ROUNDS = numberFrom('ROUNDS', 7);
/** Sweeps of all tenants; each takes several rounds' time. */
const SWEEPS = Math.max(1, Math.ceil(ROUNDS / 3));
const TENANTS = 10;
/** Unmeasured: pools, Node.js' own compiler and what the engine remembers get warm. */
const WARM_UP = 3;
/** Milliseconds until what a round has made is gone, and for a look at the process then. */
const SETTLE_MS = 5_000;
const REST_MS = 15_000;

/** One round of a pair, all walls and checks; then a sweep of ten tenants. */
export async function proofs(): Promise<void> {
  const { platform, cluster } = portalLab();
  await ensureCanary(cluster);
  const memory = memoryOf(cluster);
  const tenants = new BenchTenants(platform, cluster);
  const plans = Array.from({ length: TENANTS }, () =>
    tenants.next(name => planSmallTenant(name, platform)),
  );
  try {
    await Promise.all(plans.map(plan => applyPlan(plan, cluster)));
    await measureAll(plans, cluster, memory);
  } finally {
    memory.view.stop();
    await tenants.removeAll();
  }
}

async function measureAll(
  plans: TenantPlan[],
  cluster: Cluster,
  memory: Memory,
): Promise<void> {
  const pairs = pairsOf(plans);
  const sweep = () => sweepAll(pairs, cluster, memory);
  // Right after they were made, what they are made of has yet to settle.
  await sweep();
  const sweeps: number[] = [];
  const doubts: string[] = [];
  for (let i = 0; i < SWEEPS; i++) {
    sweeps.push(await timed(async () => doubts.push(...(await sweep()))));
    console.log(`sweep ${i + 1} of ${SWEEPS}`);
  }
  for (let i = 0; i < WARM_UP; i++) {
    await round(pairs[0], cluster, memory);
  }
  const rounds: ProofRun[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    rounds.push(await round(pairs[0], cluster, memory));
    console.log(`round ${i + 1} of ${ROUNDS}`);
  }
  doubts.push(...rounds.flatMap(r => r.doubts));
  const restMs = await cpuAtRest();
  printProofs({ rounds, sweeps, doubts, restMs, tenants: TENANTS, cluster });
}

/** Milliseconds of CPU a second that keeping memory in step takes, without a proof. */
async function cpuAtRest(): Promise<number> {
  await sleep(SETTLE_MS);
  const cpu = process.cpuUsage();
  await sleep(REST_MS);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / REST_MS;
}

/**
 * What the cluster and Vault have, in memory, as the portal reads it. By clients of its
 * own: what keeps it in step is as much however many proofs there are.
 */
function memoryOf({ config }: Cluster) {
  const client = KubernetesClient.fromConfig(config);
  return {
    view: WatchCache.ofTenants(client, config),
    vault: new VaultView(VaultClient.fromConfig(config)),
  };
}

type Memory = ReturnType<typeof memoryOf>;

async function round(
  tenants: [TenantPlan, TenantPlan],
  cluster: Cluster,
  memory: Memory,
): Promise<ProofRun> {
  const { kubernetes, vault } = cluster;
  const sent = () => [kubernetes.requests, vault.requests];
  const [before, cpu] = [sent(), process.cpuUsage()];
  const watch = watched(cluster);
  const proven = await proveTenants({
    cluster: watch.cluster,
    tenants,
    ...memory,
  });
  const { user, system } = process.cpuUsage(cpu);
  const [toKubernetes, toVault] = sent().map((n, i) => n - before[i]);
  return {
    ...watch.parts([...proven.values()]),
    doubts: doubtsOf(proven),
    cpuMs: (user + system) / 1000,
    toKubernetes,
    toVault,
    receipts: [...proven.values()].flatMap(p => p.receipts).length,
  };
}

/** All pairs, as many at once as a portal proves. */
async function sweepAll(
  pairs: [TenantPlan, TenantPlan][],
  cluster: Cluster,
  memory: Memory,
): Promise<string[]> {
  const doubts: string[] = [];
  const { concurrency = 4 } = cluster.config.proofs;
  await atOnce(concurrency, pairs, async tenants => {
    const proven = await proveTenants({ cluster, tenants, ...memory });
    doubts.push(...doubtsOf(proven));
  });
  return doubts;
}

/** Walls that were not shown to hold: on a busy machine that happens, and is said. */
function doubtsOf(proven: Map<string, TenantProof>): string[] {
  return [...proven].flatMap(([tenant, { verdicts }]) =>
    verdicts
      .filter(({ status }) => status !== 'holds')
      .map(
        ({ wall, status, summary }) =>
          `${tenant}: ${wall} ${status}: ${summary}`,
      ),
  );
}

function pairsOf(plans: TenantPlan[]): [TenantPlan, TenantPlan][] {
  return plans.flatMap((plan, i) =>
    i % 2 ? [] : [[plan, plans[i + 1]] as [TenantPlan, TenantPlan]],
  );
}
