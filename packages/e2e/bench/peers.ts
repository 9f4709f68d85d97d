/* eslint-disable no-console */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyPlan,
  Cluster,
  Platform,
  planTenant,
} from '@threewalls/backstage-plugin-tenants-node';
import { SecondCluster } from '../src/clustersSecond';
import { ReplicasPortal } from '../src/replicasPortal';
import {
  adminLab,
  labCluster,
  labConfig,
  labOf,
  portalAccess,
  portalLab,
  testSpec,
} from '../src/support/lab';
import { until } from '../src/support/until';
import { Breach, breachesOf } from '../src/wallsDetection';
import {
  Column,
  gatekeeperColumns,
  kyvernoColumns,
  MutatedTenant,
  untilRefused,
} from './peersColumns';
import { PeerPrograms, PEERS } from './peersPrograms';
import { conditions, head, median, row } from './report';
import { BENCH_STAGES } from './tenant';
import { BenchTenants } from './tenants';

const MUTATIONS = 20;
/** Milliseconds from one to the next: together an audit's interval, so that it favours none. */
const APART_MS = 3_000;
const LOOK_MS = 100;
/** Part of the titles of the columns to measure; default all. */
const COLUMNS = process.env.COLUMNS_NAMED ?? '';

const OURS = 'Threewalls';

/** What came of a mutation: milliseconds until it was seen, if it was. */
interface Outcome {
  title: string;
  came: number | 'refused' | 'not seen';
}

/** Where columns are measured; no two of them have tenants of one name. */
const bedOf = (admin: Cluster, platform: Platform) => ({
  ...{ admin, platform },
  tenants: new BenchTenants(platform, admin, 't-peers'),
});

/**
 * The same mutations, seen by the portal on the lab, and by its peers, one after
 * another, on a control plane of their own, so that no webhook is ever in the lab's
 * way.
 */
export async function peers(): Promise<void> {
  const found = new Map<string, Outcome[]>();
  try {
    if (OURS.includes(COLUMNS)) {
      const lab = bedOf(adminLab(), portalLab().platform);
      await measure(ourColumn(), lab, found);
    }
    if (COLUMNS !== OURS) {
      await measureTheirs(found);
    }
  } finally {
    print(found);
  }
}

async function measureTheirs(found: Map<string, Outcome[]>): Promise<void> {
  await PeerPrograms.build();
  const folder = await mkdtemp(join(tmpdir(), 'threewalls-peers-'));
  const second = await SecondCluster.up();
  const programs = new PeerPrograms(second, folder);
  try {
    await programs.install();
    const clusters = [labCluster(portalAccess), second.config()];
    const { platform } = labOf(labConfig(portalAccess, { clusters }));
    const bed = bedOf(second.admin(), platform);
    const columns = [
      holdColumn(programs),
      ...gatekeeperColumns(programs),
      ...kyvernoColumns(programs),
    ].filter(({ looks }) => Object.keys(looks).join().includes(COLUMNS));
    for (const column of columns) {
      await measure(column, bed, found);
    }
  } finally {
    programs.stop();
    await second.reset();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  column: Column,
  { admin, platform, tenants }: ReturnType<typeof bedOf>,
  found: Map<string, Outcome[]>,
): Promise<void> {
  const cluster = admin.config.name;
  const planOf = (name: string) =>
    planTenant(testSpec(name, { cluster }), platform);
  const mutated = Array.from({ length: MUTATIONS }, (_, i): MutatedTenant => {
    const plan = tenants.next(planOf);
    return { plan, breach: mutations(breachesOf(plan.names, admin))[i] };
  });
  let end: (() => Promise<unknown>) | undefined;
  try {
    if (!column.makes) {
      const options = { stages: BENCH_STAGES, wait: false };
      await Promise.all(mutated.map(t => applyPlan(t.plan, admin, options)));
    }
    end = await column.begin(mutated);
    for (const [title, outcomes] of await breachAll(column, mutated)) {
      found.set(title, outcomes);
    }
  } finally {
    await end?.();
    await Promise.allSettled(mutated.map(t => t.breach.undo?.()));
    await tenants.removeAll();
  }
}

/**
 * Each kind that Kubernetes knows of twice, those of Vault once. A right over
 * everything comes last: it breaches all tenants until they are proved again.
 */
function mutations(kinds: Breach[]): Breach[] {
  const isOfAll = ({ title }: Breach) => title.includes('in the cluster');
  const ofOne = kinds.filter(kind => !isOfAll(kind));
  const again = ofOne.filter(({ by }) => by === 'kubernetes');
  const ofAll = kinds.filter(isOfAll);
  return [...ofOne, ...again, ...ofAll, ...ofAll];
}

/** Breaches each tenant once, in one way, and looks on. */
async function breachAll(
  { looks, patience, sign = t => t.plan.names.namespace }: Column,
  tenants: MutatedTenant[],
): Promise<Map<string, Outcome[]>> {
  const titles = Object.keys(looks);
  const texts = new Map<string, string>();
  const look = async () => {
    for (const title of titles) {
      texts.set(title, await looks[title]());
    }
  };
  const says = (tenant: MutatedTenant) => (title: string) =>
    new RegExp(`\\b${sign(tenant)}\\b`).test(texts.get(title)!);
  // What is wrong before is no mutation's.
  await until(async () => {
    await look();
    return !tenants.some(tenant => titles.some(says(tenant)));
  }, 180).catch(error => {
    throw new Error(
      `${error.message}\n${[...texts.values()].join().slice(0, 3000)}`,
    );
  });
  const begun = new Map<MutatedTenant, number>();
  const came = new Map<string, Outcome['came']>();
  const key = (title: string, t: MutatedTenant) => `${title} ${sign(t)}`;
  const isOpen = (tenant: MutatedTenant) =>
    titles.some(title => !came.has(key(title, tenant)));
  let acted = 0;
  let lastAct = 0;
  const acts = Promise.all(
    tenants.map(async (tenant, i) => {
      await sleep(i * APART_MS);
      try {
        await until(async () => !titles.some(says(tenant)), 180);
        await tenant.breach.do();
        begun.set(tenant, performance.now());
      } catch (error: any) {
        if (!/denied|holds this/i.test(error.message)) {
          throw error;
        }
        titles.forEach(title => came.set(key(title, tenant), 'refused'));
      } finally {
        acted++;
        lastAct = performance.now();
      }
    }),
  );
  // It is waited for later.
  acts.catch(() => undefined);
  const isOver = () =>
    acted === tenants.length && performance.now() > lastAct + patience * 1000;
  while (tenants.some(isOpen) && !isOver()) {
    await look();
    for (const [tenant, since] of begun) {
      if (isOpen(tenant)) {
        for (const title of titles.filter(says(tenant))) {
          const id = key(title, tenant);
          came.set(id, came.get(id) ?? performance.now() - since);
        }
        if (!isOpen(tenant)) {
          await tenant.breach.undo?.();
        }
      }
    }
    await sleep(LOOK_MS);
  }
  await acts;
  return new Map(
    titles.map(title => [
      title,
      tenants.map(t => ({
        title: t.breach.title,
        came: came.get(key(title, t)) ?? 'not seen',
      })),
    ]),
  );
}

/** The portal, whose tenants are proved before anything is done to them. */
function ourColumn(): Column {
  let list: () => Promise<any[]>;
  return {
    patience: 60,
    makes: true,
    begin: async tenants => {
      const portal = await ReplicasPortal.small();
      try {
        const api = await portal.start('one');
        list = async () => (await api.get('/tenants?limit=100')).items;
        await Promise.all(
          tenants.map(async ({ plan: { spec } }) => {
            await api.run(spec.name, { kind: 'apply', spec });
            await api.run(spec.name, { kind: 'prove' });
          }),
        );
      } catch (error) {
        await portal.stop();
        throw error;
      }
      return () => portal.stop();
    },
    looks: {
      [OURS]: async () =>
        (await list())
          .flatMap(({ name, walls }) =>
            walls
              .filter(({ status }: any) => status === 'breached')
              .map(({ wall }: any) => `${name} ${wall}`),
          )
          .join('\n'),
    },
    sign: ({ plan, breach }) => `${plan.spec.name} ${breach.wall}`,
  };
}

/** What deploy/ refuses without any portal. */
function holdColumn(programs: PeerPrograms): Column {
  // Never part of a build.
  // eslint-disable-next-line no-restricted-syntax
  const hold = join(__dirname, '../../../deploy/kubernetes-hold.yaml');
  return {
    looks: { 'the hold of deploy/ alone': async () => '' },
    patience: 1,
    begin: async ([first]) => {
      await programs.kubectl(['apply', '-f', hold]);
      await untilRefused(programs, first);
      return () => programs.kubectl(['delete', '-f', hold]);
    },
  };
}

/** Of each kind of mutation what each column made of it; then of all. */
function print(found: Map<string, Outcome[]>): void {
  const { gatekeeper, kyverno } = PEERS;
  const versions = `Gatekeeper ${gatekeeper.version}, Kyverno ${kyverno.version}`;
  console.log(`\n${conditions(MUTATIONS)}, ${versions}\n`);
  const columns = [...found.values()];
  const line = (title: string, cell: (all: Outcome[]) => string) =>
    row(title, ...columns.map(cell));
  head('', ...found.keys());
  for (const title of new Set(columns.flat().map(o => o.title))) {
    line(title, all => {
      const own = all.filter(o => o.title === title);
      return [...new Set(own.map(({ came }) => shown(came)))].join(', ');
    });
  }
  for (const what of ['refused', 'not seen'] as const) {
    line(what, all => `${all.filter(o => o.came === what).length}`);
  }
  const ms = (all: Outcome[]) =>
    all.map(o => o.came).filter(came => typeof came === 'number');
  line('seen', all => `${ms(all).length}`);
  line('median', all => (ms(all).length ? shown(median(ms(all))) : '–'));
  line('most', all => (ms(all).length ? shown(Math.max(...ms(all))) : '–'));
}

function shown(came: Outcome['came']): string {
  return typeof came === 'number' ? `${(came / 1000).toFixed(1)} s` : came;
}
