import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JsonObject } from '@backstage/types';
import { Rollout } from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import { namesOf, orderOf, Replica, ReplicasPortal } from './replicasPortal';
import { adminLab, openPolicy, refOf, volumeOf } from './support/lab';
import { SMALL_N8N } from './support/smallN8n';
import { until } from './support/until';
import { numberFrom } from './support/numberFrom';

/** By hand with fewer, to try the test itself. */
const TENANTS = numberFrom('THREEWALLS_TENANTS', 200);
/** Tenants of the first wave and of each other, and the wave in which one fails. */
const [FIRST, NEXT, BAD_WAVE] = TENANTS < 100 ? [1, 2, 1] : [5, 40, 2];

const LONG_S = 3_600;
jest.setTimeout(LONG_S * 1000);

const PREFIX = `roll-${process.pid}-`;
/** Class of the volumes: the lab's own pool is far too small. */
const CLASS = `t-roll-${process.pid}`;
const FOLDER = join(tmpdir(), CLASS);

const names = Array.from(
  { length: TENANTS },
  (_, i) => `${PREFIX}${String(i).padStart(3, '0')}`,
);

describe(`${TENANTS} tenants, on the lab`, () => {
  const admin = adminLab();
  let portal: ReplicasPortal;
  let api: Replica;
  let db: Knex;

  /** Says how long something took, for whoever runs this by hand. */
  async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAt = Date.now();
    try {
      return await work();
    } finally {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      process.stdout.write(`${TENANTS} tenants ${what}: ${seconds} s\n`);
    }
  }

  beforeAll(async () => {
    await inBatches(names, name =>
      admin.kubernetes.create(volumeOf(`${CLASS}-${name}`, CLASS, FOLDER)),
    );
    portal = await ReplicasPortal.small({
      n8n: { ...(SMALL_N8N.n8n as JsonObject), storageClass: CLASS },
    });
    api = await portal.start('before');
    ({ db } = portal);
    await timed('created', () => all(names, name => orderOf(name)));
  });

  afterAll(async () => {
    try {
      const { items } = await api.get('/tenants?limit=1000');
      await timed('removed', () =>
        all(
          items.map(({ name }: { name: string }) => name),
          name => ({ kind: 'remove', confirm: name }),
        ),
      );
      await inBatches(names, name =>
        admin.kubernetes.delete(refOf('PersistentVolume', `${CLASS}-${name}`)),
      );
    } finally {
      rmSync(FOLDER, { recursive: true, force: true });
      await portal?.stop();
    }
  });

  /** Starts an operation for each tenant, and waits until all have succeeded. */
  async function all(
    tenants: string[],
    requestOf: (name: string) => object,
  ): Promise<void> {
    const ids: string[] = [];
    await inBatches(tenants, async name => {
      ids.push((await api.start(name, requestOf(name))).id);
    });
    await until(async () => {
      const states = await db('operations')
        .whereIn('id', ids)
        .whereNot({ state: 'succeeded' })
        .select('tenant', 'state', 'error');
      const wrong = states.filter(({ state }) =>
        /failed|cancelled/.test(state),
      );
      expect(wrong).toEqual([]);
      return states.length === 0;
    }, LONG_S);
  }

  /** What a roll-out would change of a tenant's, as it is now. */
  async function limitOf(name: string): Promise<string> {
    const { metadata, spec } = (await admin.kubernetes.get<any>(
      refOf('Deployment', 'n8n', namesOf(name).namespace),
    ))!;
    const [{ resources }] = spec.template.spec.containers;
    return `${resources.limits.memory} in generation ${metadata.generation}`;
  }

  const ended = (rollout: Rollout): Promise<Rollout> =>
    until(async () => {
      const now: Rollout = await api.get(`/operations/${rollout.id}`);
      return now.state !== 'running' && now;
    }, LONG_S);

  const counts = async (list: string[]) => {
    const found = await Promise.all(list.map(limitOf));
    const count: Record<string, number> = {};
    for (const limit of found) {
      count[limit] = (count[limit] ?? 0) + 1;
    }
    return count;
  };

  it('are outdated by another config, which alarms nobody, and rolled out in waves up to the first that fails', async () => {
    await api.kill();
    const [{ n8n }] = Object.values(SMALL_N8N.sizes as any) as any[];
    api = await portal.start('after', {
      sizes: {
        small: { n8n: { ...n8n, limits: { ...n8n.limits, memory: '72Mi' } } },
      },
    });
    const { items } = await api.get('/tenants?limit=1000');
    const ours = items.filter((t: any) => t.name.startsWith(PREFIX));
    expect(ours).toHaveLength(TENANTS);
    expect(ours.filter((t: any) => !t.outdated)).toEqual([]);
    expect(ours.filter((t: any) => t.changed?.length)).toEqual([]);
    expect(await counts(names)).toEqual({ '64Mi in generation 1': TENANTS });

    const bad = names[FIRST + (BAD_WAVE - 1) * NEXT + 1];
    const hole = openPolicy(namesOf(bad).namespace);
    await admin.kubernetes.create(hole);
    const rollout: Rollout = await api.call('POST', '/operations', {
      kind: 'apply',
      filter: { outdated: true },
      waves: { first: FIRST, next: NEXT },
    });
    expect(rollout.waves.flat()).toEqual(names);
    const stopped = await timed('stopped', () => ended(rollout));
    expect(stopped).toMatchObject({
      state: 'stopped',
      wave: BAD_WAVE,
      reason: expect.stringMatching(
        new RegExp(`^${bad}: the network wall is breached`),
      ),
    });
    const done = rollout.waves.slice(0, BAD_WAVE).flat();
    const rest = rollout.waves.slice(BAD_WAVE + 1).flat();
    expect(stopped.done).toBeGreaterThanOrEqual(done.length);
    expect(await counts(done)).toEqual({ '72Mi in generation 2': done.length });
    // Nothing was done with those of later waves, nor is it when some time has passed.
    await sleep(6_000);
    expect(await counts(rest)).toEqual({ '64Mi in generation 1': rest.length });
    const begun = await db('operations')
      .where({ rollout_id: rollout.id })
      .whereIn('tenant', rest);
    expect(begun).toEqual([]);

    // With the cause gone it goes on, and begins with what has failed.
    await admin.kubernetes.delete({ ...hole, ...hole.metadata });
    const set = (state: string) =>
      api.call('PATCH', `/operations/${rollout.id}`, { state });
    await set('running');
    const paused: Rollout = await set('paused');
    await sleep(6_000);
    expect(await ended(rollout)).toMatchObject({
      state: 'paused',
      wave: paused.wave,
    });
    await set('running');
    expect(await timed('resumed', () => ended(rollout))).toMatchObject({
      state: 'done',
      done: TENANTS,
      total: TENANTS,
    });
    expect(await counts(names)).toEqual({ '72Mi in generation 2': TENANTS });
    const once = await db('operations')
      .where({ rollout_id: rollout.id, kind: 'apply' })
      .countDistinct({ tenants: 'tenant' })
      .count({ applies: '*' });
    expect(once).toEqual([{ tenants: `${TENANTS}`, applies: `${TENANTS}` }]);
  });
});

/** Ten at a time: neither the API server nor the portal is what is tried here. */
async function inBatches<T>(
  items: T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += 10) {
    await Promise.all(items.slice(from, from + 10).map(work));
  }
}
