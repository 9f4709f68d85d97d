/* eslint-disable no-console */
import { setTimeout as sleep } from 'node:timers/promises';
import { tenantNames } from '@threewalls/backstage-plugin-tenants-node';
import { Replica, ReplicasPortal } from '../src/replicasPortal';
import { adminLab, portalLab } from '../src/support/lab';
import { Random } from '../src/support/random';
import { importSmallN8n, SMALL_N8N } from '../src/support/smallN8n';
import {
  Breach,
  breachesOf,
  statusOf,
  untilTenant,
} from '../src/wallsDetection';
import { conditions } from './report';

const OWNER = 'group:default/guests';
/** Things that are done to tenants in all. */
const COUNT = Number(process.env.MUTATIONS ?? 60);
/** Tenants that they are done to, side by side; each is made whole again in between. */
const TENANTS = Number(process.env.TENANTS ?? 4);

/** Milliseconds from the moment that something is wrong. */
interface Seen {
  title: string;
  by: Breach['by'];
  turned: number;
  attacked: number;
}

/** How soon what somebody does to a tenant is seen: in the API, and by an attack. */
export async function detection(): Promise<void> {
  await importSmallN8n();
  const portal = await ReplicasPortal.create(SMALL_N8N);
  const names = Array.from(
    { length: TENANTS },
    (_, i) => `t-bench-${process.pid}-d${i}`,
  );
  try {
    const api = await portal.start('one');
    const random = Random.fromEnvironment();
    await Promise.all(names.map(name => make(api, name)));
    const seen: Seen[] = [];
    let left = COUNT;
    await Promise.all(
      names.map(async name => {
        while (left-- > 0) {
          seen.push(await breachOne(api, name, random));
          console.log(`${seen.length} of ${COUNT}`);
        }
      }),
    );
    print(seen, random.seed);
  } finally {
    await Promise.allSettled(
      names.map(async name => {
        const api = await portal.start(`remove-${name}`).catch(() => undefined);
        await api?.run(name, { kind: 'remove', confirm: name });
      }),
    );
    await portal.stop();
  }
}

async function make(api: Replica, name: string): Promise<void> {
  const spec = { name, owner: OWNER, size: 'small' };
  const { error } = await api.run(name, { kind: 'apply', spec });
  if (error) {
    throw new Error(`${name} was not made: ${error}`);
  }
  await makeWhole(api, name);
}

async function makeWhole(api: Replica, name: string): Promise<void> {
  const isSound = (t: any) => t.walls.every((w: any) => w.status === 'holds');
  for (let attempt = 0; ; attempt++) {
    await api.run(name, { kind: 'apply' });
    await api.run(name, { kind: 'prove' });
    try {
      await untilTenant(api, name, isSound, 10);
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
  const { platform } = portalLab();
  const breaches = breachesOf(tenantNames(name, OWNER, platform), adminLab());
  const { title, by, wall, do: act, undo } = random.one(breaches);
  // An attack of just before is none of this one's.
  await sleep(11_000);
  const before = (await api.call('GET', `/tenants/${name}`)).lastProof.id;
  await act();
  const begun = performance.now();
  try {
    await untilTenant(api, name, t => statusOf(t, wall) === 'breached', 60);
    const turned = performance.now() - begun;
    await untilTenant(api, name, t => t.lastProof!.id !== before, 60);
    return { title, by, turned, attacked: performance.now() - begun };
  } finally {
    await undo?.();
    await makeWhole(api, name);
  }
}

function print(seen: Seen[], seed: number): void {
  console.log(`\n${conditions(seen.length)}, seed ${seed}\n`);
  console.log('| from what is done to | times | p50 | p95 | p99 | most |');
  console.log('|---|---|---|---|---|---|');
  for (const by of ['kubernetes', 'vault'] as const) {
    for (const what of ['turned', 'attacked'] as const) {
      const ms = seen.filter(s => s.by === by).map(s => s[what]);
      const shown = [0.5, 0.95, 0.99, 1].map(
        share => `${quantile(ms, share).toFixed(0)} ms`,
      );
      const title =
        what === 'turned' ? 'the wall breached' : 'its attack ended';
      console.log(`| ${title} (${by}) | ${ms.length} | ${shown.join(' | ')} |`);
    }
  }
  const slowest = [...seen].sort((a, b) => b.turned - a.turned).slice(0, 5);
  console.log(
    `\nThe slowest: ${slowest
      .map(s => `${s.title} ${s.turned.toFixed(0)} ms`)
      .join('; ')}`,
  );
}

/** The smallest value that at least this share of all is not above. */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
