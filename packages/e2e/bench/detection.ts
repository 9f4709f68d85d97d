/* eslint-disable no-console */
import { setTimeout as sleep } from 'node:timers/promises';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { namesOf, Replica, ReplicasPortal } from '../src/replicasPortal';
import { adminLab } from '../src/support/lab';
import { Random } from '../src/support/random';
import {
  Breach,
  breachesOf,
  statusOf,
  untilTenant,
} from '../src/wallsDetection';
import { numberFrom } from '../src/support/numberFrom';
import {
  conditions,
  head,
  inMs,
  inS,
  noteTarget,
  quantile,
  row,
} from './report';

/** Things that are done to tenants in all; each tenant is made whole again in between. */
const COUNT = numberFrom('MUTATIONS', 60);
/** Of these, those that are done one at a time; the others to all tenants side by side. */
const ALONE = numberFrom('ALONE', COUNT / 3);
/** Tenants that they are done to. */
const TENANTS = numberFrom('TENANTS', 4);
/** Attacks that a tenant has had at most before the next mutation: a seventh within a minute waits. */
const RESTED = { attacks: 4, withinMs: 60_000 };
/** Milliseconds from its order after which an attack is seen to have been made anew, which counts as another. */
const ANEW_MS = 1_000;

/**
 * Milliseconds between two looks at the API for what takes seconds: each is an answer
 * of the portal that is measured.
 */
const SELDOM_MS = 250;

/** Milliseconds from the moment that something is wrong. */
interface Seen {
  title: string;
  by: Breach['by'];
  alone?: boolean;
  turned?: number;
  attacked?: number;
  /** Of these, from the attack's order to its start, and from there to its end */
  waited?: number;
  ran?: number;
  healed?: number;
}

/** A tenant is restored by itself three times an hour at most. */
const HEALS = 3;

/** How soon what somebody does to a tenant is seen: in the API, and by an attack. */
export async function detection(): Promise<void> {
  const portal = await ReplicasPortal.small();
  const names = Array.from(
    { length: TENANTS },
    (_, i) => `t-bench-${process.pid}-d${i}`,
  );
  const random = Random.fromEnvironment();
  const seen: Seen[] = [];
  try {
    const api = await portal.start('one');
    await Promise.all(names.map(name => make(api, name)));
    while (seen.length < ALONE) {
      const name = names[seen.length % TENANTS];
      seen.push({ ...(await breachOne(api, name, random)), alone: true });
      console.log(`${seen.length} of ${COUNT}`);
    }
    console.log(`one at a time: ${conditions(seen.length)}`);
    let left = COUNT - seen.length;
    await Promise.all(
      names.map(async name => {
        while (left-- > 0) {
          seen.push(await breachOne(api, name, random));
          console.log(`${seen.length} of ${COUNT}`);
        }
      }),
    );
    console.log(`side by side: ${conditions(COUNT - ALONE)}`);
    await Promise.all(
      names.map(async name => {
        await make(api, name, { heal: true });
        for (let i = 0; i < HEALS; i++) {
          seen.push(await healOne(api, name, random));
        }
      }),
    );
  } finally {
    print(seen, random.seed);
    await Promise.allSettled(
      names.map(async name => {
        const api = await portal.start(`remove-${name}`).catch(() => undefined);
        await api?.remove(name);
      }),
    );
    await portal.stop();
  }
}

async function make(
  api: Replica,
  name: string,
  over: object = {},
): Promise<void> {
  const { error } = await api.order(name, over);
  if (error) {
    throw new Error(`${name} was not made: ${error}`);
  }
  await api.run(name, { kind: 'prove' });
  await makeWhole(api, name);
}

/** What is whole again is proved by the portal itself: nobody may ask for so many proofs. */
async function makeWhole(api: Replica, name: string): Promise<void> {
  const isSound = ({ walls }: Tenant) =>
    walls.every(({ status }) => status === 'holds');
  for (let attempt = 0; ; attempt++) {
    await api.run(name, { kind: 'apply' });
    try {
      await untilTenant(api, name, isSound, 60, SELDOM_MS);
      return;
    } catch (error) {
      if (attempt === 3) {
        throw error;
      }
    }
  }
}

async function breachOne(
  api: Replica,
  name: string,
  random: Random,
): Promise<Seen> {
  const { title, by, wall, do: act, undo } = random.one(breachesIn(name));
  await untilRested(api, name);
  const before = (await api.get(`/tenants/${name}`)).lastProof.id;
  await act();
  const begun = performance.now();
  try {
    await untilTenant(api, name, t => statusOf(t, wall) === 'breached', 60);
    const turned = performance.now() - begun;
    const isAttacked = (t: Tenant) => t.lastProof!.id !== before;
    await untilTenant(api, name, isAttacked, 60, SELDOM_MS);
    const attacked = performance.now() - begun;
    return { title, by, turned, attacked, ...(await attackOf(api, name)) };
  } finally {
    await undo?.();
    await makeWhole(api, name);
  }
}

async function untilRested(api: Replica, name: string): Promise<void> {
  const attacksOfLate = async () => {
    const { items } = await api.get(`/tenants/${name}/operations`);
    return items
      .filter(
        ({ request, startedAt }: any) =>
          request.kind === 'prove' &&
          request.scope !== 'state' &&
          Date.now() - Date.parse(startedAt) < RESTED.withinMs,
      )
      .map(({ createdAt, startedAt }: any) =>
        Date.parse(startedAt) - Date.parse(createdAt) < ANEW_MS ? 1 : 2,
      )
      .reduce((sum: number, one: number) => sum + one, 0);
  };
  while ((await attacksOfLate()) > RESTED.attacks) {
    await sleep(SELDOM_MS);
  }
}

/** How long the last proof of a tenant had to wait, and took. */
async function attackOf(api: Replica, name: string) {
  const { lastProof } = await api.get(`/tenants/${name}`);
  const { createdAt, startedAt, finishedAt } = await api.get(
    `/tenants/${name}/operations/${lastProof.id}`,
  );
  const [created, started, finished] = [createdAt, startedAt, finishedAt].map(
    at => Date.parse(at),
  );
  return { waited: started - created, ran: finished - started };
}

/** What was added others have to remove: a restore puts back what was changed. */
async function healOne(
  api: Replica,
  name: string,
  random: Random,
): Promise<Seen> {
  const own = breachesIn(name).filter(({ undo }) => !undo);
  const { title, by, do: act } = random.one(own);
  const heals = async () => {
    const { items } = await api.get(`/tenants/${name}/operations`);
    return items.filter(
      ({ request, state }: any) => request.restores && state === 'succeeded',
    ).length;
  };
  const before = await heals();
  await act();
  const begun = performance.now();
  while ((await heals()) === before && performance.now() - begun < 60_000) {
    await sleep(SELDOM_MS / 5);
  }
  const healed = performance.now() - begun;
  await makeWhole(api, name);
  return { title, by, healed };
}

function breachesIn(name: string): Breach[] {
  return breachesOf(namesOf(name), adminLab());
}

const WHAT = {
  turned: 'the wall breached',
  attacked: 'its attack ended',
  waited: '– of that the attack had waited for others',
  ran: '– of that it had run',
  healed: 'its objects restored, where tenants.heal is on',
};

/** Milliseconds that 99 of 100 may take. */
const TARGETS: Partial<Record<`${keyof typeof WHAT} ${Breach['by']}`, number>> =
  {
    'turned kubernetes': 2_000,
    'attacked kubernetes': 10_000,
    'healed kubernetes': 5_000,
    'turned vault': 20_000,
  };

function print(seen: Seen[], seed: number): void {
  console.log(`\n${conditions(seen.length)}, seed ${seed}\n`);
  head('from what is done to', 'times', 'p50', 'p95', 'p99', 'most');
  for (const what of Object.keys(WHAT) as (keyof typeof WHAT)[]) {
    const title = WHAT[what];
    for (const by of ['kubernetes', 'vault'] as const) {
      for (const alone of [true, undefined]) {
        const ms = seen
          .filter(s => s.by === by && s.alone === alone)
          .flatMap(s => s[what] ?? []);
        if (ms.length > 0) {
          const shown = [0.5, 0.95, 0.99, 1].map(share => quantile(ms, share));
          const name = `${title} (${alone ? `${by}, one at a time` : by})`;
          row(name, ms.length, ...shown.map(inMs));
          const most = TARGETS[`${what} ${by}`];
          if (most) {
            noteTarget(`${name}: p99`, most, shown[2], inS);
          }
        }
      }
    }
  }
  const slowest = (what: 'turned' | 'attacked') =>
    seen
      .filter(s => s[what])
      .sort((a, b) => b[what]! - a[what]!)
      .slice(0, 5)
      .map(s => `${s.title} ${inMs(s[what]!)}`)
      .join('; ');
  console.log(`\nThe slowest walls: ${slowest('turned')}`);
  console.log(`The slowest attacks: ${slowest('attacked')}`);
  console.log(`\n${histogram(seen.flatMap(s => s.turned ?? []))}`);
}

/** How many walls were breached in the API within so many milliseconds. */
function histogram(ms: number[]): string {
  const bounds = [100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 20_000, 60_000];
  return bounds
    .map((most, i) => {
      const least = bounds[i - 1] ?? 0;
      const count = ms.filter(one => one > least && one <= most).length;
      return `${String(most).padStart(6)} ms ${'#'.repeat(count)} ${count}`;
    })
    .join('\n');
}
