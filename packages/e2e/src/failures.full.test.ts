import { setTimeout as sleep } from 'node:timers/promises';
import { JsonObject } from '@backstage/types';
import { parseQuantity } from '@threewalls/backstage-plugin-tenants-common';
import { Knex } from 'knex';
import {
  GatedLab,
  inNamespace,
  inVault,
  ofNamespace,
  Told,
} from './recoveryConfig';
import { tenantObjects } from './recoveryObjects';
import {
  CREATOR,
  expectDone,
  HOLDS,
  namesOf,
  namespaceOf,
  orderOf,
  refuseWrites,
  Replica,
  ReplicasPortal,
  specOf,
} from './replicasPortal';
import { adminLab, openPolicy, refOf } from './support/lab';
import {
  certified,
  CERTIFIED,
  loginUid,
  NOTHING,
  remainsOf,
} from './support/remains';
import { SMALL_N8N } from './support/smallN8n';
import { until } from './support/until';

jest.setTimeout(240_000);

/** Where an apply is cut off, and then the removal of what it has come to. */
const CUTS: [string, string, Told, Told][] = [
  [
    'the namespace',
    'the Deployment',
    ofNamespace('PATCH'),
    inNamespace('DELETE', 'deployments/n8n'),
  ],
  [
    'a quota',
    'the role in Vault',
    inNamespace('PATCH', 'resourcequotas/tenant-quota'),
    inVault('DELETE', 'role/'),
  ],
  [
    'the entry in Vault',
    'the entry in Vault',
    inVault('POST', 'data/web-'),
    inVault('DELETE', 'metadata/web-'),
  ],
  [
    'the Deployment',
    'the namespace',
    inNamespace('PATCH', 'deployments/n8n'),
    ofNamespace('DELETE'),
  ],
];

describe('operations where something fails, on the lab', () => {
  const admin = adminLab();
  let lab: GatedLab;
  /** The lab once more, as another cluster of the portal's */
  let far: GatedLab;
  let portal: ReplicasPortal;
  let api: Replica;
  let db: Knex;
  let calm: Record<string, unknown>;
  const made: string[] = [];
  const undo: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    lab = await GatedLab.open();
    far = await GatedLab.open();
    portal = await ReplicasPortal.small({
      overcommit: false,
      sizes: await sizes(),
      clusters: [...lab.clusters, { ...far.clusters[0], name: 'far' }],
    });
    api = await portal.start('one');
    ({ db } = portal);
    const name = await create('calm');
    calm = await tenantObjects(name, namesOf(name), admin);
    await api.remove(name);
  });

  // Whatever has become of a test, the next one finds nothing broken.
  afterEach(async () => {
    lab.open();
    far.open();
    await Promise.all(undo.splice(0).map(step => step()));
  });

  afterAll(async () => {
    for (const name of made) {
      await api.remove(name).catch(() => undefined);
      await admin.kubernetes.delete(namespaceOf(name));
    }
    await portal?.stop();
    await lab?.stop();
    await far?.stop();
  });

  /** Sizes of which the nodes hold many, one alone, and none. */
  async function sizes(): Promise<JsonObject> {
    const nodes = await admin.kubernetes.list<any>(refOf('Node'));
    const cpu = nodes.items.reduce(
      (sum, { status }) => sum + parseQuantity(status.allocatable.cpu)!,
      0,
    );
    const [{ n8n }] = Object.values(SMALL_N8N.sizes as any) as any[];
    const promising = (cores: number, more: JsonObject = {}): JsonObject => ({
      n8n,
      quota: {
        requestsCpu: `${Math.round(cores * 1000)}m`,
        requestsMemory: '256Mi',
        limitsCpu: `${Math.round(Math.max(2, cores) * 1000)}m`,
        ...more,
      },
    });
    return {
      small: promising(0.07),
      medium: promising(0.07, { pods: 20 }),
      large: promising(0.07),
      half: promising(cpu * 0.55),
      whole: promising(cpu * 1.05),
    };
  }

  const get = (path: string) => api.get(path);
  const ordered = (name: string, over: object = {}) =>
    orderOf(name, { cluster: 'lab', ...over });
  const findNamespace = (name: string) =>
    admin.kubernetes.get(namespaceOf(name));

  function nextName(what: string): string {
    const name = `fail-${what}-${process.pid}`;
    made.push(name);
    return name;
  }

  async function create(what: string, over?: object): Promise<string> {
    const name = nextName(what);
    expectDone(await api.run(name, ordered(name, over)));
    return name;
  }

  async function expectProof(name: string): Promise<void> {
    expect(await api.prove(name)).toEqual(HOLDS);
  }

  it('leave a tenant that they have removed in no metric', async () => {
    const value = async (name: string, by: object = {}) => {
      const found = (await api.metrics()).find(
        ({ descriptor }) => descriptor.name === name,
      )!;
      const wanted = JSON.stringify(by);
      return found.dataPoints.find(
        ({ attributes }) => JSON.stringify(attributes) === wanted,
      )!.value;
    };
    const breached = () =>
      value('tenants.walls', { wall: 'network', status: 'breached' });
    const oldest = () => value('tenants.proof.oldest');

    const name = await create('metric');
    await expectProof(name);
    await admin.kubernetes.create(openPolicy(namesOf(name).namespace));
    await until(async () => (await breached()) === 1);
    await until(async () => {
      // Another proof of it may end at any moment.
      await db('operations')
        .whereNotNull('finished_at')
        .where({ tenant: name })
        .update({ finished_at: Date.now() - 3_600_000 });
      return (await oldest()) > 3_500;
    });
    expectDone(await api.remove(name));
    expect(await breached()).toBe(0);
    expect(await oldest()).toBeLessThan(600);
    const { items } = await get('/removed');
    expect(items.map((one: any) => one.name)).toContain(name);
  });

  it.each(CUTS)(
    'end where the way is cut off at %s, with nothing that goes unnoticed, and are done again; so is a removal at %s',
    async (_apply, _removal, apply, removal) => {
      const name = nextName(`cut-${CUTS.findIndex(one => one[2] === apply)}`);
      /** Runs one until its request was carried out, and nobody hears of it. */
      const cutOff = async ({ by, request }: Told, operation: object) => {
        const caught = lab[by].trap(request(name), 60_000);
        const [started] = await Promise.all([
          api.start(name, operation),
          caught,
        ]);
        lab[by].cut();
        const cut = await api.follow(started);
        expect([cut.state, cut.error]).toEqual([
          'failed',
          expect.stringMatching(/^Cluster lab('s Vault)? can't be reached: /),
        ]);
        lab[by].open();
      };
      await cutOff(apply, ordered(name));
      await until(async () => {
        const { items, impostors = [] } = await get('/tenants');
        const half = items.find((one: any) => one.name === name);
        expect(JSON.stringify(half?.walls ?? [])).not.toContain('"holds"');
        return half ?? impostors.find((one: any) => one.name === name);
      });
      expectDone(await api.run(name, ordered(name)));
      expect(await tenantObjects(name, namesOf(name), admin)).toEqual(calm);
      await until(async () => {
        const { items, impostors = [] } = await get('/tenants');
        expect(impostors.map((one: any) => one.name)).not.toContain(name);
        return items.find((t: any) => t.name === name)?.phase === 'active';
      });

      const uid = await loginUid(namesOf(name), admin);
      await cutOff(removal, { kind: 'remove', confirm: name });
      expect((await get(`/tenants/${name}`)).name).toBe(name);
      const { certificate } = expectDone(await api.remove(name));
      expect(certified(certificate!)).toEqual(CERTIFIED);
      expect(await remainsOf(namesOf(name), uid, admin)).toEqual(NOTHING);
    },
  );

  it('lose no result of a proof where its neighbour’s can’t be written', async () => {
    const [first, second] = [await create('first'), await create('second')];
    for (const name of [first, second]) {
      await expectProof(name);
    }
    const again = await refuseWrites(
      db,
      'operations',
      `new.tenant <> '${first}' and new.verdicts is not null`,
    );
    undo.push(again);
    await expectProof(first);
    const { round } = await db('operations')
      .where({ tenant: first, kind: 'prove' })
      .orderBy('created_at', 'desc')
      .first();
    const others = () =>
      db('operations').where({ kind: 'prove' }).whereNot({ tenant: first });
    const [other] = await others().where({ round });
    expect(other).toMatchObject({ tenant: second, state: 'running' });
    // Until it is given up to write it.
    await sleep(5_000);
    await again();
    const done = await until(async () => {
      const [row] = await others().where({ id: other.id });
      return row.state !== 'running' && row;
    }, 60);
    expect(done).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect(await api.statuses(second)).toEqual(HOLDS);
    await Promise.all([api.remove(first), api.remove(second)]);
  });

  it('go on beside a cluster that swallows what it is sent, and there when it is back', async () => {
    const there = await create('there', { cluster: 'far' });
    await expectProof(there);
    far.kubernetes.swallow();
    await until(
      async () => (await get(`/tenants/${there}`)).phase === 'lost',
      15,
    );
    // More than a replica does at once in one cluster.
    const stuck = Array.from({ length: 21 }, (_, i) => nextName(`stuck-${i}`));
    const waiting = await Promise.all(
      stuck.map(name => api.start(name, ordered(name, { cluster: 'far' }))),
    );

    const startedAt = Date.now();
    const here = await create('here');
    await expectProof(here);
    for (const path of ['', `/${here}`, `/${there}`, `/${here}/operations`]) {
      const askedAt = Date.now();
      await get(`/tenants${path}`);
      expect([path, Date.now() - askedAt < 3_000]).toEqual([path, true]);
    }
    // A request to it is given up after 30 s only.
    expect(Date.now() - startedAt).toBeLessThan(30_000);
    const reason = expect.stringMatching(/^Can't reach cluster far: /);
    expect(await get(`/tenants/${there}`)).toMatchObject({
      phase: 'lost',
      lost: { reason },
      walls: Array(3).fill({
        status: 'unproven',
        lastStatus: 'holds',
        summary: reason,
      }),
    });
    const health = await get('/health');
    expect(health.problems.map(({ part }: any) => part)).toEqual([
      'cluster far',
    ]);

    for (const { tenant, id } of waiting) {
      await api.call('DELETE', `/tenants/${tenant}/operations/${id}`);
    }
    const given = await Promise.all(waiting.map(one => api.follow(one)));
    expect(given.map(({ state }) => state)).toEqual(
      Array(stuck.length).fill('cancelled'),
    );
    far.kubernetes.open();
    await until(
      async () =>
        JSON.stringify(await api.statuses(there)) === JSON.stringify(HOLDS),
    );
    await expectProof(there);
    expect(await Promise.all(stuck.map(findNamespace))).toEqual(
      Array(stuck.length).fill(undefined),
    );
    await Promise.all([api.remove(here), api.remove(there)]);
  });

  it('make nothing of another size for who may create and not resize', async () => {
    const name = await create('size');
    const before = await tenantObjects(name, namesOf(name), admin);
    const path = `/tenants/${name}/operations`;
    const as = (to: string, body: object) =>
      api.call('POST', to, body, CREATOR);
    for (const [to, body] of [
      [path, ordered(name, { size: 'medium' })],
      [path, { kind: 'apply', size: 'medium' }],
      ['/plans', specOf(name, { cluster: 'lab', size: 'medium' })],
    ] as const) {
      await expect(as(to, body)).rejects.toThrow(/403 .*\(tenant\.resize\)/);
    }
    const same = await api.follow(await as(path, ordered(name)));
    expect(expectDone(same).applied).toMatchObject({ created: 0, updated: 0 });
    expect(await tenantObjects(name, namesOf(name), admin)).toEqual(before);
    expect((await get(`/tenants/${name}`)).spec.size).toBe('small');

    expectDone(await api.run(name, ordered(name, { size: 'medium' })));
    const after = await tenantObjects(name, namesOf(name), admin);
    expect(after).not.toEqual(before);
    await api.remove(name);
  });

  it('promise no more than the nodes hold, also where two begin at once', async () => {
    const whole = nextName('whole');
    const stages = ['namespace', 'walls'];
    const tooBig = new RegExp(`Tenant ${whole} does not fit in cluster lab`);
    for (const over of [{}, { stages }]) {
      const order = { ...ordered(whole, { size: 'whole' }), ...over };
      expect((await api.run(whole, order)).error).toMatch(tooBig);
    }
    const plan = await api.call(
      'POST',
      '/plans',
      specOf(whole, { cluster: 'lab', size: 'whole' }),
    );
    expect(plan.refusal).toMatch(tooBig);
    expect(await findNamespace(whole)).toBeUndefined();
    const kv = `secret/metadata/${namesOf(whole).kvPath}`;
    expect(await admin.vault.read(kv)).toBeUndefined();
    await expect(get(`/tenants/${whole}`)).rejects.toThrow(/404/);

    const names = ['left', 'right'].map(nextName);
    const ended = await Promise.all(
      names.map(name => api.run(name, ordered(name, { size: 'half' }))),
    );
    const [won, lost] = [...ended].sort((a, b) => (a.state > b.state ? -1 : 1));
    expectDone(won);
    expect([lost.state, lost.error]).toEqual([
      'failed',
      expect.stringMatching(/does not fit in cluster lab/),
    ]);
    expect(await findNamespace(lost.tenant)).toBeUndefined();
    // There is room for it as soon as the other is gone.
    await api.remove(won.tenant);
    expectDone(
      await api.run(lost.tenant, ordered(lost.tenant, { size: 'half' })),
    );
    await api.remove(lost.tenant);
  });
});
