import { setTimeout as sleep } from 'node:timers/promises';
import { objectPath } from '@threewalls/backstage-plugin-tenants-node';
import {
  expectDone,
  HOLDS,
  namesOf,
  namespaceOf,
  orderOf,
  OWNER,
  Replica,
  ReplicasPortal,
  specOf,
} from './replicasPortal';
import { denyPods } from './support/admission';
import { FULL, itInFull } from './support/full';
import {
  adminLab,
  create,
  objectOf,
  refOf,
  remove,
  RESTRICTED,
} from './support/lab';
import { loginUid, remainsOf } from './support/remains';
import { importSlowN8n } from './support/smallN8n';
import { until } from './support/until';

jest.setTimeout(FULL ? 420_000 : 240_000);

const admin = adminLab();

const entryOf = (name: string) => `secret/metadata/${namesOf(name).kvPath}`;

describe('operations, on the lab', () => {
  let portal: ReplicasPortal;
  let api: Replica;
  const made: string[] = [];

  beforeAll(async () => {
    portal = await ReplicasPortal.small();
    api = await portal.start('one');
  });

  afterAll(async () => {
    for (const name of made) {
      await api.remove(name).catch(() => undefined);
      await admin.kubernetes.delete(namespaceOf(name));
      await admin.vault.request('DELETE', entryOf(name));
    }
    await portal?.stop();
  });

  const nextName = (what: string) => {
    const name = `ops-${what}-${process.pid}`;
    made.push(name);
    return name;
  };
  async function make(what: string): Promise<string> {
    const name = nextName(what);
    expectDone(await api.order(name));
    return name;
  }
  const get = (path: string) => api.get(path);
  type Ref = ReturnType<typeof refOf>;
  const patch = (ref: Ref, body: object, fieldManager = 'kubectl-edit') =>
    admin.kubernetes.expect({
      method: 'PATCH',
      path: objectPath(ref),
      query: { fieldManager },
      contentType: 'application/strategic-merge-patch+json',
      body,
    });
  const refIn = (name: string, kind: string, object?: string) =>
    refOf(kind, object, namesOf(name).namespace);
  const live = async (name: string) =>
    (await admin.kubernetes.get(namespaceOf(name)))!.metadata;

  itInFull(
    'give a name that comes back to another owner nothing of the old one',
    async () => {
      const name = await make('dbl');
      const proof = await api.run(name, { kind: 'prove' });
      expect(proof.verdicts!.map(v => v.status)).toEqual(HOLDS);
      const before = await get(`/tenants/${name}`);
      const { certificate } = await api.remove(name);
      expect(certificate!.removed).toEqual(
        expect.arrayContaining([
          'Deployment n8n',
          `Vault role tenant-${name}`,
          `Namespace ${namesOf(name).namespace} (UID ${before.uid})`,
        ]),
      );
      expectDone(await api.order(name, { owner: 'group:default/others' }));
      const after = await get(`/tenants/${name}`);
      expect(after.uid).not.toBe(before.uid);
      expect(after.walls.map((w: any) => [w.status, w.summary])).toEqual(
        Array(3).fill(['unproven', 'No proof yet']),
      );
      expect((await get(`/tenants/${name}/proofs`)).items).toEqual([]);
      await expect(get(`/tenants/${name}/proofs/${proof.id}`)).rejects.toThrow(
        /404/,
      );
    },
  );

  it('are one for two equal orders at the same moment', async () => {
    const name = nextName('twice');
    const request = orderOf(name);
    // Where there is no namespace the portal has no right to look.
    const plan = await api.call('POST', '/plans', specOf(name));
    expect(plan.refusal).toBeUndefined();
    expect(new Set(plan.resources.map((r: any) => r.change))).toEqual(
      new Set(['create']),
    );
    const [a, b] = await Promise.all([
      api.start(name, { ...request, task: 'one' }),
      api.start(name, { ...request, task: 'another' }),
    ]);
    expect(a.id).toBe(b.id);
    expectDone(await api.follow(a));
    // The clean-up of either, had it failed later on, leaves it to the other.
    for (const task of ['one', 'another']) {
      expect((await api.remove(name, { ifMadeBy: task })).error).toMatch(
        /was asked for by others too: it is left alone/,
      );
    }
  });

  it('give a name to the first of two owners who want it at once', async () => {
    const name = nextName('owners');
    const orders = ['group:default/guests', 'group:default/others'];
    const started = await Promise.all(
      orders.map(owner => api.start(name, orderOf(name, { owner }))),
    );
    const ended = await Promise.all(started.map(one => api.follow(one)));
    expect(ended.map(({ state }) => state).sort()).toEqual([
      'failed',
      'succeeded',
    ]);
    const won = orders[ended.findIndex(({ state }) => state === 'succeeded')];
    const lost = ended.find(({ state }) => state === 'failed')!;
    expect(lost.error).toContain(`is owned by ${won}: choose another name`);
    const { annotations } = await live(name);
    expect(annotations!['threewalls.io/owner']).toBe(won);
  });

  it('never let a proof run through an apply: no false breach', async () => {
    const name = await make('resize');
    const proof = await api.start(name, { kind: 'prove' });
    const resize = await api.start(name, { kind: 'apply', size: 'medium' });
    const [proved, applied] = [
      await api.follow(proof),
      await api.follow(resize),
    ];
    expectDone(applied);
    const [first, second] = [proved, applied].sort((a, b) =>
      a.startedAt! < b.startedAt! ? -1 : 1,
    );
    expect(first.finishedAt! <= second.startedAt!).toBe(true);
    expect(proved.verdicts!.map(v => v.status)).not.toContain('breached');
    await api.prove(name);
    expect(await api.statuses(name)).toEqual(HOLDS);
  });

  itInFull('show an impostor, and never act on it', async () => {
    const name = await make('real');
    const { labels, annotations } = await live(name);
    const impostor = `ops-impostor-${process.pid}`;
    const metadata = { name: impostor, labels, annotations };
    await admin.kubernetes.create(objectOf('Namespace', metadata));
    try {
      await sleep(2_500);
      const { items, impostors } = await get('/tenants');
      expect(items.filter((t: any) => t.name === name)).toHaveLength(1);
      expect(impostors).toContainEqual(
        expect.objectContaining({ namespace: impostor, name }),
      );
      expectDone(await api.remove(name));
      const its = await admin.kubernetes.get(refOf('Namespace', impostor));
      expect(its).toBeTruthy();
    } finally {
      await admin.kubernetes.delete(refOf('Namespace', impostor));
    }
  });

  itInFull(
    'lose sight of no tenant whose spec is damaged or whose label another tool takes',
    async () => {
      const name = await make('lost');
      const { labels, annotations } = await live(name);
      for (const [metadata, reason] of [
        [{ annotations: { 'threewalls.io/spec': '{' } }, /can't be read/],
        [
          { labels: { 'app.kubernetes.io/managed-by': 'helm' } },
          /lost its label/,
        ],
      ] as const) {
        await api.run(name, { kind: 'prove' });
        await patch(namespaceOf(name), { metadata }, 'helm');
        await sleep(2_500);
        expect(await get(`/tenants/${name}`)).toMatchObject({
          phase: 'lost',
          owner: OWNER,
          lost: { reason: expect.stringMatching(reason) },
          walls: [{ status: 'unproven', lastStatus: 'holds' }, {}, {}],
        });
        const proof = await api.run(name, { kind: 'prove' });
        expect(proof.verdicts![0]).toMatchObject({ status: 'unproven' });
        expectDone(await api.run(name, { kind: 'apply' }));
        const restored = await live(name);
        expect([restored.labels, restored.annotations]).toEqual([
          labels,
          annotations,
        ]);
      }
      await sleep(2_500);
      expect(await get(`/tenants/${name}`)).toMatchObject({ phase: 'active' });
    },
  );

  itInFull(
    'take over, for an administrator, what the records have lost, and hand it to nobody else',
    async () => {
      const name = await make('adopt');
      const { uid } = await get(`/tenants/${name}`);
      await portal.db('tenants').where({ uid }).delete();
      await portal.db('applied_resources').where({ uid }).delete();
      const order = orderOf(name);
      expect((await api.run(name, order)).error).toMatch(
        /exists and is not tenant .*'s: choose another name/,
      );
      const handed = {
        ...orderOf(name, { owner: 'group:default/others' }),
        adopt: true,
      };
      expect((await api.run(name, handed)).error).toMatch(
        /adopting it would hand its data to group:default\/others/,
      );
      const adopted = await api.run(name, { kind: 'apply', adopt: true });
      expectDone(adopted);
      expect(adopted.applied).toMatchObject({ created: 0, updated: 0 });
      expect(await get(`/tenants/${name}`)).toMatchObject({
        uid,
        owner: OWNER,
      });

      // Archived it stays its owner's, too.
      expectDone(await api.remove(name, { keepData: true }));
      expect((await api.run(name, handed)).error).toMatch(
        /would hand its data/,
      );
      expectDone(await api.run(name, order));
      expect(await get(`/tenants/${name}`)).toMatchObject({
        uid,
        owner: OWNER,
      });
    },
  );

  itInFull(
    'remove a tenant in whose namespace the portal has no right any more',
    async () => {
      const name = await make('bare');
      const uid = await loginUid(namesOf(name), admin);
      const own = refIn(name, 'RoleBinding', 'threewalls-portal');
      await admin.kubernetes.delete(own);
      expectDone(await api.remove(name));
      const left = await remainsOf(namesOf(name), uid, admin);
      expect([left.namespace, left.vault, left.entity]).toEqual([
        false,
        [],
        false,
      ]);
    },
  );

  it('restore what others have changed, added and deleted', async () => {
    const name = await make('restore');
    const deployment = refIn(name, 'Deployment', 'n8n');
    await patch(
      refIn(name, 'ResourceQuota', 'tenant-quota'),
      { spec: { hard: { pods: '100' } } },
      'someone',
    );
    const containers = [{ name: 'n8n', command: ['/agnhost', 'pause'] }];
    await patch(deployment, { spec: { template: { spec: { containers } } } });
    await patch(
      refIn(name, 'NetworkPolicy', 'tenant-isolation'),
      { metadata: { labels: { 'app.kubernetes.io/managed-by': 'helm' } } },
      'helm',
    );
    await admin.kubernetes.delete(refIn(name, 'LimitRange', 'tenant-limits'));
    const { items } = await get(`/tenants/${name}/drift`);
    const found = Object.fromEntries(
      items.map((item: any) => [
        item.id,
        item.fields.map((f: any) => [f.field, f.manager]),
      ]),
    );
    expect(found).toEqual({
      'ResourceQuota tenant-quota': [['spec.hard.pods', 'someone']],
      'Deployment n8n': [
        ['spec.template.spec.containers.0.command', 'kubectl-edit'],
      ],
      'NetworkPolicy tenant-isolation': [
        ['metadata.labels.app.kubernetes.io/managed-by', 'helm'],
      ],
      'LimitRange tenant-limits': [],
    });
    const restored = await api.run(name, { kind: 'apply' });
    expectDone(restored);
    expect(restored.applied).toMatchObject({ created: 1, updated: 3 });
    expect((await get(`/tenants/${name}/drift`)).items).toEqual([]);
    const { spec } = (await admin.kubernetes.get<any>(deployment))!;
    expect(spec.template.spec.containers[0]).not.toHaveProperty('command');
    const again = await api.run(name, { kind: 'apply' });
    expect(again.applied).toMatchObject({ created: 0, updated: 0 });
  });

  itInFull(
    'restore a namespace that was deleted by hand, with the key that it had',
    async () => {
      const name = await make('gone');
      await api.run(name, { kind: 'prove' });
      const entry = await admin.vault.read(entryOf(name));
      const before = await get(`/tenants/${name}`);
      await admin.kubernetes.delete(namespaceOf(name));
      await until(
        async () => !(await admin.kubernetes.get(namespaceOf(name))),
        60,
      );
      await sleep(2_500);
      expect(await get(`/tenants/${name}`)).toMatchObject({
        phase: 'lost',
        lost: { reason: expect.stringMatching(/was deleted/) },
        walls: [{ status: 'unproven', lastStatus: 'holds' }, {}, {}],
      });
      // Nobody else inherits the name, the key or the password.
      await expect(
        api.start(name, orderOf(name, { owner: 'group:default/others' })),
      ).rejects.toThrow(/403 .*is owned by group:default\/guests/);
      expectDone(await api.run(name, { kind: 'apply' }));
      const after = await get(`/tenants/${name}`);
      expect(after).toMatchObject({ phase: 'active', owner: OWNER });
      expect(after.uid).not.toBe(before.uid);
      const now = await admin.vault.read(entryOf(name));
      expect(now.created_time).toBe(entry.created_time);
      expect(now.custom_metadata['threewalls-namespace-uid']).toBe(after.uid);
    },
  );

  it('write no new key over old data', async () => {
    const name = await make('key');
    const path = entryOf(name);
    await admin.vault.expect('DELETE', path);
    const refused = await api.order(name);
    expect(refused.state).toBe('failed');
    expect(refused.error).toMatch(
      /is gone, and .*PersistentVolumeClaim n8n-data.*so none was written.*beginAnew/,
    );
    expect(await admin.vault.read(path)).toBeUndefined();
    expectDone(await api.run(name, { kind: 'apply', beginAnew: true }));
  });

  it('take over no entry in Vault of another namespace', async () => {
    const name = nextName('entry');
    await admin.vault.expect('POST', `secret/data/${namesOf(name).kvPath}`, {
      data: { N8N_ENCRYPTION_KEY: 'of somebody else' },
    });
    const refused = await api.order(name);
    expect(refused.error).toMatch(/exists and is not marked as this tenant/);
  });

  itInFull('say which controller makes again what they remove', async () => {
    const name = await make('again');
    const { namespace } = namesOf(name);
    const labels = { app: 'other' };
    const pod = {
      terminationGracePeriodSeconds: 0,
      securityContext: RESTRICTED.pod,
      containers: [
        {
          name: 'other',
          image: 'threewalls.local/small-n8n:1',
          resources: {
            requests: { cpu: '1m', memory: '8Mi' },
            limits: { cpu: '50m', memory: '32Mi' },
          },
          securityContext: RESTRICTED.container,
        },
      ],
    };
    const statefulSet = objectOf(
      'StatefulSet',
      { name: 'other', namespace },
      {
        spec: {
          replicas: 1,
          serviceName: 'other',
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: pod },
        },
      },
    );
    await create(admin.kubernetes, statefulSet);
    const stopped = await api.remove(name);
    expect(stopped).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/made again and again by StatefulSet other/),
    });
    await remove(admin.kubernetes, statefulSet);
    expectDone(await api.remove(name));
  });

  itInFull('fail early where n8n can’t come up, with the cause', async () => {
    const name = nextName('refused');
    const stages = ['namespace', 'walls', 'identity', 'store', 'secret'];
    expectDone(await api.run(name, { ...orderOf(name), stages }));
    const admission = denyPods(
      `ops-no-n8n-${process.pid}`,
      `request.namespace != '${namesOf(name).namespace}'`,
      'no pods here today',
    );
    for (const object of admission) {
      await create(admin.kubernetes, object);
    }
    try {
      await sleep(1_000);
      const startedAt = Date.now();
      const refused = await api.order(name);
      expect(refused.error).toMatch(
        /Waited \d+(\.\d)? s for Deployment n8n .*ReplicaFailure=True \(FailedCreate\).*no pods here today/,
      );
      expect(Date.now() - startedAt).toBeLessThan(80_000);
    } finally {
      for (const object of admission.reverse()) {
        await remove(admin.kubernetes, object);
      }
    }
    expectDone(await api.order(name));
  });

  itInFull(
    'wait for an n8n that takes its time, and nothing kills it meanwhile',
    async () => {
      await api.kill();
      api = await portal.start('slow', await importSlowN8n(200));
      const name = nextName('slow');
      const operation = await api.start(name, orderOf(name));
      const applied = await api.follow(operation, 300);
      expectDone(applied);
      const ms =
        Date.parse(applied.finishedAt!) - Date.parse(applied.startedAt!);
      expect(ms).toBeGreaterThan(200_000);
      const { items } = await admin.kubernetes.list<any>(refIn(name, 'Pod'));
      expect(
        items.map(({ status }) => status.containerStatuses[0].restartCount),
      ).toEqual([0]);
    },
    400_000,
  );
});
