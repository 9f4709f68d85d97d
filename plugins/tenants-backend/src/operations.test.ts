import { Operation, WALLS } from '@threewalls/backstage-plugin-tenants-common';
import {
  allowAll,
  allowOwners,
  OWNER,
  PLANTED,
  startTenantsBackend,
  STRANGERS,
} from './__testUtils__/startTenantsBackend';
import { testReceipt } from './__testUtils__/testResult';
import { until as eventually } from './__testUtils__/until';

jest.setTimeout(60_000);

type Backend = Awaited<ReturnType<typeof startTenantsBackend>>;

let t: Backend;

beforeEach(async () => {
  t = await startTenantsBackend();
});

afterEach(() => t.stop());

const NAMESPACE = '/api/v1/namespaces/web-tenant-acme';
const ENTRY = '/v1/secret/metadata/web-tenant-acme';
const POLICY =
  '/apis/networking.k8s.io/v1/namespaces/web-tenant-acme/networkpolicies/tenant-isolation';

const get = (path: string) => t.get(path);
const ordered = (name: string, over: object = {}) => ({
  kind: 'apply' as const,
  spec: t.spec(name, over),
});
const remove = (name: string, over: object = {}) =>
  t.run(name, { kind: 'remove', confirm: name, ...over });
const lookAgain = () => new Promise(resolve => setTimeout(resolve, 2_100));
const errorOf = (response: { status: number; body: any }) =>
  `${response.status} ${response.body.error?.message}`;

const until = (condition: () => boolean | Promise<boolean>) =>
  eventually(condition, 20_000);

describe('an apply', () => {
  it('makes a tenant, object by object, and changes nothing when it is done again', async () => {
    const made = await t.create('acme');
    expect(made).toMatchObject({
      state: 'succeeded',
      requestedBy: 'user:default/mock',
      uid: t.namespace('acme').metadata.uid,
      request: { kind: 'apply', spec: { size: 'small', owner: OWNER } },
      applied: { namespace: 'web-tenant-acme', updated: 0, unchanged: 0 },
    });
    expect(made.request).not.toHaveProperty('purpose');
    const path = `/tenants/acme/operations/${made.id}/events`;
    const { items } = await get(path);
    expect(items.length).toBeGreaterThan(20);
    expect(items).toContainEqual(
      expect.objectContaining({
        stage: 'walls',
        resource: 'NetworkPolicy tenant-isolation',
        result: 'created',
        message: expect.stringMatching(
          /^created {4}NetworkPolicy tenant-isolation {2}\d+ ms$/,
        ),
      }),
    );
    const after = await get(`${path}?after=${items.length - 2}`);
    expect(after.items).toEqual([items.at(-1)]);

    const writes = t.lab.writes.length;
    const again = await t.create('acme');
    expect(again.applied).toMatchObject({ created: 0, updated: 0 });
    expect(t.lab.writes).toHaveLength(writes);
    expect(t.emit).toHaveBeenCalledWith({
      topic: 'threewalls.tenants',
      eventPayload: { name: 'acme' },
    });
  });

  it('is refused with a spec and a size beside it, which would be ignored', async () => {
    const both = { ...ordered('acme'), size: 'medium' };
    expect(errorOf(await t.start('acme', both))).toMatch(/^400 size: /);
  });

  it('is one for two equal orders at the same moment', async () => {
    const request = ordered('acme');
    const started = await Promise.all([
      t.start('acme', request),
      t.start('acme', request),
    ]);
    expect(new Set(started.map(({ body }) => body.id)).size).toBe(1);
    expect((await t.follow(started[0])).state).toBe('succeeded');
  });

  it('is removed by the clean-up of a task only where no other task wants it', async () => {
    const order = (task: string) =>
      t.start('acme', { ...ordered('acme'), task });
    const cleanUp = (ifMadeBy: string) => remove('acme', { ifMadeBy });
    // Two tasks at the same moment, of which one fails later on.
    const [first] = await Promise.all([order('a'), order('b')]);
    await t.follow(first);
    for (const task of ['a', 'b']) {
      expect((await cleanUp(task)).error).toMatch(/asked for by others too/);
    }
    expect(t.namespace('acme')).toBeDefined();
    await remove('acme');

    await t.follow(await order('a'));
    await t.follow(await order('a'));
    expect((await cleanUp('b')).error).toMatch(/asked for by others too/);
    expect((await cleanUp('a')).state).toBe('succeeded');
    expect(t.namespace('acme')).toBeUndefined();
  });

  it('gives a name to the first of two owners who want it', async () => {
    const release = t.lab.hold(
      /PATCH \/api\/v1\/namespaces\/web-tenant-acme\?/,
    );
    const mine = await t.start('acme', ordered('acme'));
    const theirs = await t.start(
      'acme',
      ordered('acme', { owner: 'user:default/mock' }),
    );
    release();
    expect((await t.follow(mine)).state).toBe('succeeded');
    const lost = await t.follow(theirs);
    expect(lost).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/owned by group:default\/guests/),
    });
    expect(
      t.namespace('acme').metadata.annotations['threewalls.io/owner'],
    ).toBe(OWNER);
  });

  it('takes an owner in whatever case, and binds a user as one', async () => {
    await t.create('acme', { owner: 'Group:Default/GUESTS' });
    await t.create('mine', { owner: 'user:default/Mock' });
    const subject = (name: string) =>
      t.lab.objects.get(
        `/apis/rbac.authorization.k8s.io/v1/namespaces/web-tenant-${name}/rolebindings/threewalls-owner`,
      ).subjects[0];
    expect(subject('acme')).toMatchObject({ kind: 'Group', name: 'guests' });
    expect(subject('mine')).toMatchObject({ kind: 'User', name: 'mock' });
    expect((await get('/tenants/acme')).owner).toBe(OWNER);
  });

  it.each([
    [{ owner: STRANGERS }, /403 You can't act for group:default\/globex/],
    [{ owner: 'group:default/nobody' }, /400 owner: there is no group/],
    [{ owner: 'guests' }, /400 owner: The owner is an entity ref/],
    [{ name: 'taken' }, /400 name: the catalog has a resource:default\/taken/],
    [{ size: 'enormous' }, /400 There is no size enormous/],
    [{ cluster: undefined }, /400 cluster: which\? There is lab, other/],
    [{ egress: { hosts: ['a.b'], cidrs: [] } }, /400 .*cilium/],
    [{ email: 'nobody' }, /400 email: Not an e-mail address/],
  ])('with %j is refused, and so is its plan', async (over, said) => {
    const name = (over as { name?: string }).name ?? 'acme';
    const spec = t.spec(name, over);
    const started = await t.start(name, { kind: 'apply', spec });
    expect(errorOf(started)).toMatch(said);
    expect(errorOf(await t.api('post', '/plans', spec))).toMatch(said);
    expect([...t.lab.writes, ...t.other.writes]).toEqual([]);
  });

  it.each([
    ['tenant.create', { kind: 'apply', spec: { size: 'small' } }],
    ['tenant.resize', { kind: 'apply', spec: { size: 'medium' } }],
    ['tenant.resize', { kind: 'apply', size: 'medium' }],
    ['tenant.restore', { kind: 'apply' }],
    ['tenant.administer', { kind: 'apply', adopt: true }],
    ['tenant.administer', { kind: 'apply', beginAnew: true }],
    ['tenant.remove', { kind: 'remove', confirm: 'acme' }],
    ['tenant.prove', { kind: 'prove' }],
  ])('without %s there is no %j', async (permission, request: any) => {
    await t.create('acme');
    const writes = t.lab.writes.length;
    const { spec, ...rest } = request;
    const body = { ...rest, ...(spec && { spec: t.spec('acme', spec) }) };
    allowAll(t.permissions, permission);
    const refused = await t.start('acme', body);
    expect(errorOf(refused)).toMatch(new RegExp(`403 .*${permission}`));
    expect(t.lab.writes).toHaveLength(writes);
    allowAll(t.permissions);
    expect((await t.start('acme', body)).status).toBe(202);
  });

  it('of another owner’s tenant is for its members and administrators', async () => {
    await t.create('acme');
    const { owner, ...spec } = t.spec('acme', { owner: STRANGERS });
    await t.knex('tenants').update({
      owner,
      spec: JSON.stringify({
        ...(await get('/tenants/acme')).spec,
        ...spec,
        owner,
      }),
    });
    allowAll(t.permissions, 'tenant.administer');
    for (const request of [
      { kind: 'apply' },
      { kind: 'apply', size: 'medium' },
      { kind: 'remove', confirm: 'acme' },
    ] as const) {
      expect(errorOf(await t.start('acme', request))).toMatch(
        /403 You can't act for group:default\/globex/,
      );
    }
    expect(errorOf(await t.start('acme', ordered('acme')))).toMatch(
      /403 Tenant acme exists and is owned by group:default\/globex/,
    );
    allowAll(t.permissions);
    expect((await t.start('acme', { kind: 'apply' })).status).toBe(202);
  });

  it('of a name that another cluster has is refused', async () => {
    await t.create('acme', { cluster: 'other' });
    const refused = await t.start('acme', ordered('acme'));
    expect(errorOf(refused)).toMatch(
      /400 name: tenant acme exists in cluster other/,
    );
  });

  it('of whatever stages is refused where the cluster has no room for it', async () => {
    await t.stop();
    t = await startTenantsBackend({ overcommit: false });
    t.lab.objects.set('/api/v1/nodes/small', {
      metadata: { name: 'small' },
      status: { allocatable: { cpu: '500m', memory: '1Gi' } },
    });
    for (const stages of [undefined, ['namespace'], ['walls']]) {
      const spec = t.spec('acme');
      const refused = await t.run('acme', { kind: 'apply', spec, stages });
      expect(refused.error).toMatch(/Tenant acme does not fit in cluster lab/);
    }
    const { body } = await t.api('post', '/plans', t.spec('acme'));
    expect(body.refusal).toMatch(/does not fit/);
    expect(t.lab.writes).toEqual([]);
  });

  it('of two at once that fit alone is refused for the one that began later', async () => {
    await t.stop();
    t = await startTenantsBackend({ overcommit: false });
    t.lab.objects.set('/api/v1/nodes/small', {
      metadata: { name: 'small' },
      status: { allocatable: { cpu: '1500m', memory: '8Gi' } },
    });
    const ended = await Promise.all(
      ['acme', 'globex', 'initech'].map(name =>
        t.run(name, { kind: 'apply', spec: t.spec(name) }),
      ),
    );
    expect(ended.map(({ state }) => state).sort()).toEqual([
      'failed',
      'failed',
      'succeeded',
    ]);
  });

  it('is not slowed by a cluster that swallows its requests, nor is anything else', async () => {
    await t.create('acme');
    t.other.away = 'hangs';
    // More than a replica does at once in one cluster.
    const stuck = Array.from({ length: 25 }, (_, i) => `stuck-${i}`);
    for (const name of stuck) {
      const spec = t.spec(name, { cluster: 'other' });
      await t.start(name, { kind: 'apply', spec });
    }
    await get('/tenants');
    const startedAt = Date.now();
    expect((await t.create('globex')).state).toBe('succeeded');
    expect((await t.prove('globex')).verdicts[0].status).toBe('holds');
    expect((await get('/tenants')).totalItems).toBe(2);
    // A request of the other cluster is given up after 30 s.
    expect(Date.now() - startedAt).toBeLessThan(20_000);
    expect((await get('/tenants/globex')).phase).toBe('active');
  });

  it('keeps no password, and shows none', async () => {
    const { ownerPassword } = PLANTED;
    const release = t.lab.hold(
      /PATCH \/api\/v1\/namespaces\/web-tenant-acme\?/,
    );
    const started = await t.start('acme', {
      ...ordered('acme'),
      ownerPassword,
    });
    const rows = async () => JSON.stringify(await t.knex('operations'));
    // To resume after a crash: a hash, and only until the end.
    expect(await rows()).toContain('"secret":"$2');
    release();
    const done = await t.follow(started);
    const events = await get(`/tenants/acme/operations/${done.id}/events`);
    expect(await rows()).toContain('"secret":null');
    const said = JSON.stringify([
      done,
      events,
      await rows(),
      t.publish.mock.calls,
      t.auditor.createEvent.mock.calls,
      [...t.lab.objects.values()],
    ]);
    for (const secret of Object.values(PLANTED)) {
      expect(said).not.toContain(secret);
    }
    const short = await t.start('acme', {
      ...ordered('acme'),
      ownerPassword: 'Short-1',
    });
    expect(errorOf(short)).toMatch(/400 .*8 to 64 characters/);
    expect(JSON.stringify(short.body)).not.toContain('Short-1');
  });

  it('is cancelled while it waits and while it runs, and resumes when it is done again', async () => {
    const request = ordered('acme');
    const gate = t.lab.hold(/PATCH .*serviceaccounts/);
    const running = await t.start('acme', request);
    await until(() => t.lab.held > 0);
    const waiting = await t.start('acme', { ...request, stages: ['walls'] });
    const cancel = (id: string) =>
      t.api('delete', `/tenants/acme/operations/${id}`);
    expect((await cancel(waiting.body.id)).body.state).toBe('cancelled');
    await cancel(running.body.id);
    gate();
    expect(await t.follow(running)).toMatchObject({
      state: 'cancelled',
      error: 'This operation was cancelled',
    });
    const resumed = await t.create('acme');
    expect(resumed.applied!.created).toBeGreaterThan(0);
    expect(resumed.applied!.unchanged).toBeGreaterThan(0);
    expect((await get('/tenants/acme/operations')).items).toHaveLength(3);
  });

  it('is cancelled at once while it waits for a canary that does not come up', async () => {
    await t.create('acme');
    const gate = t.lab.hold(/web-tenant-canary/);
    const proof = await t.start('acme', { kind: 'prove' });
    await until(() => t.lab.held > 0);
    await t.api('delete', `/tenants/acme/operations/${proof.body.id}`);
    expect(await t.follow(proof)).toMatchObject({ state: 'cancelled' });
    gate();
  });

  it('is done again wherever it was cut off, though nobody has heard how far it came', async () => {
    let cuts = 0;
    for (let isCut = true; isCut; ) {
      const name = `cut-${++cuts}`;
      t.lab.writesLeft = cuts;
      const first = await t.run(name, ordered(name));
      isCut = first.state === 'failed';
      t.lab.writesLeft = Infinity;
      t.lab.away = 'no';
      const again = await t.run(name, ordered(name));
      expect([name, again.state, again.error]).toEqual([
        name,
        'succeeded',
        undefined,
      ]);
    }
    expect(cuts).toBeGreaterThan(10);
    // So is one that makes a namespace again which somebody has deleted.
    t.lab.objects.delete('/api/v1/namespaces/web-tenant-cut-2');
    t.lab.writesLeft = 1;
    const cut = await t.run('cut-2', { kind: 'apply' });
    t.lab.writesLeft = Infinity;
    t.lab.away = 'no';
    const restored = await t.run('cut-2', { kind: 'apply' });
    expect([cut.state, restored.state]).toEqual(['failed', 'succeeded']);
    // A namespace that was made since is somebody else's.
    await remove('cut-1');
    t.lab.writesLeft = 1;
    await t.run('cut-1', ordered('cut-1'));
    t.lab.writesLeft = Infinity;
    t.lab.away = 'no';
    t.namespace('cut-1').metadata.creationTimestamp = new Date(
      Date.now() + 120_000,
    ).toISOString();
    expect((await t.run('cut-1', ordered('cut-1'))).error).toMatch(
      /is another than the one of tenant cut-1/,
    );
  }, 120_000);

  it('never writes a new key over old data, and names the ways out', async () => {
    await t.create('acme');
    t.lab.objects.delete(ENTRY);
    const refused = await t.run('acme', { kind: 'apply' });
    expect(refused.state).toBe('failed');
    expect(refused.error).toMatch(
      /Vault KV secret\/web-tenant-acme is gone, and ExternalSecret n8n, PersistentVolumeClaim n8n-data, Deployment n8n is there.*restore the entry.*say beginAnew/,
    );
    expect(t.lab.objects.has(ENTRY)).toBe(false);
    t.lab.objects.set(ENTRY, {
      current_version: 3,
      versions: { 3: { deletion_time: '2026-11-25T10:00:00Z' } },
      custom_metadata: {
        'threewalls-namespace-uid': t.namespace('acme').metadata.uid,
      },
    });
    expect((await t.run('acme', { kind: 'apply' })).error).toMatch(
      /was deleted \(version 3\).*vault kv undelete -versions=3/,
    );
    const anew = await t.run('acme', { kind: 'apply', beginAnew: true });
    expect(anew.state).toBe('succeeded');
  });
});

describe('a plan', () => {
  it('says what an apply would do, by the names that the tenant will have', async () => {
    const before = await t.api('post', '/plans', {
      ...t.spec('acme'),
      files: true,
    });
    expect(before.body).toMatchObject({
      namespace: 'web-tenant-acme',
      exists: false,
      present: false,
      names: { vaultRole: 'tenant-acme', kvPath: 'web-tenant-acme' },
      files: { 'kubernetes/10-namespace.yaml': expect.any(String) },
    });
    expect(new Set(before.body.resources.map((r: any) => r.change))).toEqual(
      new Set(['create']),
    );
    expect(t.lab.writes).toEqual([]);
    await t.create('acme');
    const resize = await t.api(
      'post',
      '/plans',
      t.spec('acme', { size: 'medium' }),
    );
    expect(resize.body).toMatchObject({ exists: true, present: true });
    expect(resize.body.resources).toContainEqual(
      expect.objectContaining({
        id: 'ResourceQuota tenant-quota',
        change: 'update',
        fields: expect.arrayContaining([
          { field: 'spec.hard.pods', live: '10', planned: '20' },
        ]),
      }),
    );
  });

  it('says what is in the way', async () => {
    t.lab.objects.set(NAMESPACE, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'web-tenant-acme', uid: 'theirs' },
    });
    const { body } = await t.api('post', '/plans', t.spec('acme'));
    expect(body).toMatchObject({
      present: true,
      refusal: expect.stringMatching(/exists and is not tenant acme's/),
    });
  });

  it.each<[string, () => unknown, object, RegExp]>([
    [
      'whose data was kept',
      () => remove('acme', { keepData: true }),
      { owner: 'user:default/mock' },
      /exists and is not tenant acme's/,
    ],
    [
      'that nobody knows',
      () => t.knex('tenants').delete(),
      { owner: 'user:default/mock' },
      /exists and is not tenant acme's/,
    ],
    [
      'that came back from a backup',
      () => {
        t.namespace('acme').metadata.uid = 'restored';
      },
      {},
      /is another than the one of tenant acme/,
    ],
    [
      'of which an administrator would make another’s',
      () => t.knex('tenants').delete(),
      { owner: 'user:default/mock', adopt: true },
      /would hand its data/,
    ],
  ])(
    'says nothing of what is in a namespace %s',
    async (_, change, over, said) => {
      await t.create('acme', { email: 'planted@example.com' });
      await change();
      const quota = `${NAMESPACE}/resourcequotas/tenant-quota`;
      t.lab.objects.get(quota).spec.hard.pods = '4711';
      const { body } = await t.api('post', '/plans', {
        ...t.spec('acme'),
        ...over,
      });
      expect(body.refusal).toMatch(said);
      expect(body).toMatchObject({ present: true, resources: [] });
      expect(JSON.stringify(body)).not.toMatch(/4711|planted@/);
      const drift = await get('/tenants/acme/drift');
      expect(JSON.stringify(drift)).not.toMatch(/4711/);
    },
  );

  it('says nothing of what is in another’s role or policy in Vault', async () => {
    const theirs = { policy: 'path "payments/*" {}' };
    t.lab.objects.set('/v1/sys/policies/acl/tenant-acme', theirs);
    const { body } = await t.api('post', '/plans', t.spec('acme'));
    expect(body.refusal).toMatch(/Vault policy tenant-acme exists and is not/);
    expect(JSON.stringify(body)).not.toContain('payments');
  });
});

describe('a tenant', () => {
  /** A namespace with a tenant's labels, of somebody else's making. */
  function plant(name: string, tenant: string, uid = 'planted') {
    const real = t.namespace('acme');
    t.lab.objects.set(`/api/v1/namespaces/${name}`, {
      ...real,
      metadata: {
        ...real.metadata,
        name,
        uid,
        labels: { ...real.metadata.labels, 'threewalls.io/tenant': tenant },
      },
    });
  }

  it('is none because of its labels: an impostor is shown to administrators, and never acted on', async () => {
    await t.create('acme');
    await t.prove('acme');
    plant('web-tenant-evil', 'evil');
    plant('elsewhere', 'acme', 'planted-2');
    await lookAgain();
    const list = await get('/tenants');
    expect(list.items.map((i: any) => [i.name, i.uid])).toEqual([
      ['acme', t.namespace('acme').metadata.uid],
    ]);
    expect(list.impostors).toEqual([
      expect.objectContaining({
        namespace: 'web-tenant-evil',
        problem: expect.stringMatching(/do not agree/),
      }),
      expect.objectContaining({ namespace: 'elsewhere', uid: 'planted-2' }),
    ]);
    expect((await t.start('evil', { kind: 'prove' })).status).toBe(404);
    expect(
      (await t.start('evil', { kind: 'remove', confirm: 'evil' })).status,
    ).toBe(404);
    allowAll(t.permissions, 'tenant.administer');
    expect(await get('/tenants')).not.toHaveProperty('impostors');
    // The real one goes, the others stay.
    await remove('acme');
    expect(t.lab.objects.has('/api/v1/namespaces/elsewhere')).toBe(true);
  });

  it('is adopted by an administrator, from what its namespace says', async () => {
    await t.create('acme');
    // As with a database that was lost.
    await t.knex('tenants').delete();
    await t.knex('applied_resources').delete();
    expect((await t.api('get', '/tenants/acme')).status).toBe(404);
    const order = ordered('acme');
    expect((await t.run('acme', order)).error).toMatch(
      /exists and is not tenant acme's: choose another name/,
    );
    allowAll(t.permissions, 'tenant.administer');
    expect((await t.start('acme', { kind: 'apply', adopt: true })).status).toBe(
      403,
    );
    allowAll(t.permissions);
    expect((await t.run('acme', { kind: 'apply', adopt: true })).state).toBe(
      'succeeded',
    );
    expect(await get('/tenants/acme')).toMatchObject({
      phase: 'active',
      uid: t.namespace('acme').metadata.uid,
    });
  });

  it.each<[string, () => void, RegExp]>([
    [
      'its spec is damaged',
      () => {
        t.namespace('acme').metadata.annotations['threewalls.io/spec'] = '{';
      },
      /threewalls.io\/spec can't be read/,
    ],
    [
      'its label says another name',
      () => {
        t.namespace('acme').metadata.labels['threewalls.io/tenant'] = 'other';
      },
      /do not agree/,
    ],
    [
      'its label is gone',
      () => {
        delete t.namespace('acme').metadata.labels['threewalls.io/tenant'];
      },
      /do not agree|has lost its label/,
    ],
    [
      'its owner was changed',
      () => {
        t.namespace('acme').metadata.annotations['threewalls.io/owner'] =
          STRANGERS;
      },
      /owner do not agree/,
    ],
    [
      'its namespace is gone',
      () => t.lab.objects.delete(NAMESPACE),
      /web-tenant-\S+ was deleted/,
    ],
  ])('is lost when %s, and restored', async (_, damage, reason) => {
    await t.create('acme');
    await t.prove('acme');
    damage();
    await lookAgain();
    const lost = await get('/tenants/acme');
    expect(lost).toMatchObject({
      phase: 'lost',
      owner: OWNER,
      lost: { reason: expect.stringMatching(reason) },
      walls: [{ status: 'unproven', lastStatus: 'holds' }, {}, {}],
    });
    const proof = await t.run('acme', { kind: 'prove' });
    expect(proof.verdicts![0].status).toBe('unproven');
    const restored = await t.run('acme', { kind: 'apply' });
    expect(restored).toMatchObject({
      state: 'succeeded',
      request: { purpose: 'restore' },
    });
    await lookAgain();
    expect(await get('/tenants/acme')).toMatchObject({
      phase: 'active',
      uid: t.namespace('acme').metadata.uid,
    });
  });

  it('is lost where another namespace is in its place, which nothing touches', async () => {
    await t.create('acme');
    await t.prove('acme');
    t.namespace('acme').metadata.uid = 'another';
    await lookAgain();
    expect(await get('/tenants/acme')).toMatchObject({
      phase: 'lost',
      lost: {
        reason: 'Namespace web-tenant-acme was deleted and created again',
        wording: { code: 'namespaceReplaced' },
      },
      walls: Array(3).fill({ status: 'unproven', lastStatus: 'holds' }),
    });
    expect((await t.run('acme', { kind: 'apply' })).error).toMatch(
      /is another than the one of tenant acme: it was deleted and created again/,
    );
    const writes = t.lab.writes.length;
    const { certificate } = await remove('acme');
    expect(certificate!.kept).toEqual([
      expect.stringMatching(
        /\(UID another\) is not this tenant's.*not touched/,
      ),
    ]);
    expect(
      t.lab.writes.slice(writes).filter(({ path }) => !/^\/v1\//.test(path)),
    ).toEqual([]);
    expect(t.namespace('acme').metadata.uid).toBe('another');
  });

  it('that is lost for good is cleared from the records by an administrator', async () => {
    await t.create('acme');
    const clear = {
      kind: 'remove',
      confirm: 'acme',
      recordsOnly: true,
    } as const;
    expect(errorOf(await t.start('acme', clear))).toMatch(/409 .*is not lost/);
    // As where config has its cluster no more.
    await t.knex('tenants').update({ cluster: 'gone' });
    expect((await remove('acme')).error).toMatch(/gone/);
    allowAll(t.permissions, 'tenant.administer');
    expect(errorOf(await t.start('acme', clear))).toMatch(
      /403 .*tenant.administer/,
    );
    allowAll(t.permissions);
    const writes = t.lab.writes.length;
    const { state, certificate } = await t.run('acme', clear);
    expect([state, certificate]).toEqual([
      'succeeded',
      expect.objectContaining({
        cluster: 'gone',
        removed: [],
        kept: [
          expect.stringMatching(
            /Cluster gone was not looked at: Namespace web-/,
          ),
          expect.stringMatching(/Vault was not looked at: role tenant-acme/),
        ],
      }),
    ]);
    expect(t.lab.writes).toHaveLength(writes);
    expect((await t.api('get', '/tenants/acme')).status).toBe(404);
    expect((await get('/removed')).items).toMatchObject([{ certificate }]);
  });

  it('that is lost alarms its owner and the platform once, and so does an impostor', async () => {
    await t.stop();
    const PLATFORM = 'group:default/platform-team';
    t = await startTenantsBackend({
      notifications: { recipients: [PLATFORM] },
    });
    await t.create('acme');
    const { annotations } = t.namespace('acme').metadata;
    const spec = annotations['threewalls.io/spec'];
    annotations['threewalls.io/spec'] = '{';
    plant('web-tenant-evil', 'evil');
    await lookAgain();
    // A cluster may be back in a moment: nobody is told at once.
    await t.tick('look');
    const impostor =
      "Namespace web-tenant-evil of cluster lab looks like a tenant's and is none";
    expect(t.send.mock.calls).toEqual([
      [
        {
          recipients: { type: 'entity', entityRef: [PLATFORM] },
          payload: expect.objectContaining({ title: impostor }),
        },
      ],
    ]);
    await t.knex('tenants').update({ lost_since: Date.now() - 61_000 });
    await t.tick('look');
    await t.tick('look');
    const told = () =>
      t.send.mock.calls.map(([{ payload }]: any[]) => payload.title);
    expect(told()).toEqual([
      impostor,
      "acme is lost: its walls can't be proved",
    ]);
    const audited = t.auditor.createEvent.mock.calls.map(([e]) => e.eventId);
    expect(audited.filter(id => /lost|impostor/.test(id)).sort()).toEqual([
      'tenant-impostor',
      'tenant-lost',
    ]);
    expect(await t.observe('tenants.state')).toMatchObject({
      '{"state":"lost"}': 1,
      '{"state":"impostor"}': 1,
    });
    annotations['threewalls.io/spec'] = spec;
    await lookAgain();
    await t.tick('look');
    expect(told()).toEqual([
      impostor,
      "acme is lost: its walls can't be proved",
      'acme is found again',
    ]);
  });

  it('is in no metric any more when it is removed', async () => {
    const breached = '{"wall":"network","status":"breached"}';
    await t.create('acme');
    t.prover.status.set('acme', 'breached');
    await t.prove('acme');
    const anHourAgo = Date.now() - 3_600_000;
    await t.knex('operations').update({ finished_at: anHourAgo });
    expect((await t.observe('tenants.proof.oldest'))['{}']).toBeGreaterThan(
      3_000,
    );
    await t.prove('acme');
    expect((await t.observe('tenants.walls'))[breached]).toBe(1);
    await remove('acme');
    const [{ removed_at, breached: known }] = await t.knex('tenants');
    expect([Boolean(removed_at), known]).toEqual([true, '']);
    const walls = await t.observe('tenants.walls');
    expect(Object.values(walls)).toEqual(Array(9).fill(0));
    expect((await t.observe('tenants.proof.oldest'))['{}']).toBeLessThan(60);
    expect((await get('/removed')).totalItems).toBe(1);
  });

  it('starts with nothing when its name comes back', async () => {
    await t.create('acme');
    const old = await t.prove('acme');
    const { uid } = t.namespace('acme').metadata;
    const removal = await remove('acme');
    expect(removal.error).toBeUndefined();
    expect(removal.certificate).toMatchObject({
      tenant: 'acme',
      uid,
      owner: OWNER,
      requestedBy: 'user:default/mock',
      removed: expect.arrayContaining([
        'Deployment n8n',
        'Vault role tenant-acme',
        'Vault policy tenant-acme',
        'Vault KV secret/web-tenant-acme',
        `Namespace web-tenant-acme (UID ${uid})`,
      ]),
      kept: [],
    });
    expect((await t.api('get', '/tenants/acme')).status).toBe(404);
    expect((await get('/removed')).items).toMatchObject([
      { uid, operationId: removal.id, certificate: { uid } },
    ]);

    await t.create('acme', { owner: 'user:default/mock' });
    const card = await get('/tenants/acme');
    expect(card.uid).not.toBe(uid);
    expect(card.walls[0]).toMatchObject({ summary: 'No proof yet' });
    expect((await get('/tenants/acme/proofs')).totalItems).toBe(0);
    expect((await t.api('get', `/tenants/acme/proofs/${old.id}`)).status).toBe(
      404,
    );
    // Who owns the new one alone sees nothing that was done with the old one.
    allowOwners(t.permissions, 'user:default/mock');
    const { items } = await get('/tenants/acme/operations');
    expect(items.map((o: Operation) => o.uid)).toEqual([card.uid]);
    expect((await get('/removed')).items).toEqual([]);
    expect(
      (await t.api('get', `/tenants/acme/operations/${removal.id}`)).status,
    ).toBe(404);
  });

  it('is certified whole, wherever its removal was cut off and however its namespace went', async () => {
    const removals = new Set<string>();
    let cuts = 0;
    for (let isCut = true; isCut; cuts++) {
      const name = `cut-${cuts}`;
      await t.create(name);
      const { uid } = t.namespace(name).metadata;
      for (const policy of ['Retain', 'Delete']) {
        const volume = `pv-${policy}-${name}`;
        t.lab.objects.set(`/api/v1/persistentvolumes/${volume}`, {
          metadata: { name: volume, uid: volume },
          spec: {
            persistentVolumeReclaimPolicy: policy,
            claimRef: { namespace: `web-tenant-${name}`, name: 'n8n-data' },
          },
          status: { phase: 'Released' },
        });
      }
      t.lab.writesLeft = cuts || Infinity;
      let removal = await remove(name);
      isCut = cuts === 0 || removal.state === 'failed';
      t.lab.writesLeft = Infinity;
      t.lab.away = 'no';
      if (removal.state === 'failed') {
        removal = await remove(name);
      }
      const { steps, removed, kept } = removal.certificate!;
      const certified = {
        steps: steps.map(({ step }) => step),
        removed: removed.sort(),
        kept,
      };
      removals.add(
        JSON.stringify(certified, undefined, 1)
          .replaceAll(uid, 'UID')
          .replaceAll(name, 'NAME'),
      );
    }
    const [whole, ...others] = removals;
    expect(others).toEqual([]);
    for (const what of [
      '"PersistentVolume pv-Delete-NAME of claim n8n-data"',
      '"PersistentVolume pv-Retain-NAME of claim n8n-data: its reclaim policy is Retain',
      '"Namespace web-tenant-NAME (UID UID)"',
      '"No pod is left"',
    ]) {
      expect(whole).toContain(what);
    }
    expect(cuts).toBeGreaterThan(5);
    // Where a hand has deleted the namespace, what it has left is named.
    await t.create('acme');
    t.lab.objects.delete(NAMESPACE);
    t.lab.objects.set('/api/v1/persistentvolumes/left', {
      metadata: { name: 'left' },
      spec: {
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace: 'web-tenant-acme', name: 'n8n-data' },
      },
      status: { phase: 'Released' },
    });
    const { certificate } = await remove('acme');
    expect(certificate!.kept).toEqual([
      expect.stringMatching(/^PersistentVolume left of claim n8n-data: /),
    ]);
  }, 180_000);

  it('is removed also where the portal has no right in its namespace any more', async () => {
    await t.create('acme');
    t.lab.objects.delete(
      '/apis/rbac.authorization.k8s.io/v1/namespaces/web-tenant-acme/rolebindings/threewalls-portal',
    );
    const removal = await remove('acme');
    expect([removal.state, removal.error]).toEqual(['succeeded', undefined]);
    expect(t.namespace('acme')).toBeUndefined();
  });

  const ROLE = '/v1/auth/kubernetes/role/tenant-acme';
  const ACL = '/v1/sys/policies/acl/tenant-acme';
  const THEIR_ROLE = { bound_service_account_namespaces: ['payments'] };
  const policyOf = (path: string) =>
    `# Managed by Threewalls\n\npath "secret/data/${path}" {\n  capabilities = ["read"]\n}\n`;
  const entryOf = (mark?: string) => ({
    current_version: 1,
    versions: { 1: { deletion_time: '', destroyed: false } },
    ...(mark && { custom_metadata: { 'threewalls-namespace-uid': mark } }),
  });
  const set = (path: string, object: object) => t.lab.objects.set(path, object);
  const IN_VAULT = [ROLE, ACL, ENTRY];

  it.each<[string, string, object, RegExp]>([
    ['a role of another’s namespace', ROLE, THEIR_ROLE, /^Vault role tenant-/],
    ['a policy without our mark', ACL, { policy: '' }, /^Vault policy tenant-/],
    [
      'a policy of another entry',
      ACL,
      { policy: policyOf('web-other-acme') },
      /^Vault policy tenant-/,
    ],
    ['an entry without our mark', ENTRY, entryOf(), /^Vault KV secret\/web-/],
    [
      'an entry that is marked for another',
      ENTRY,
      entryOf('another'),
      /^Vault KV secret\/web-.*of another namespace/,
    ],
  ])(
    'leaves in Vault what its apply was refused for: %s',
    async (_, path, theirs, named) => {
      const order = { ...ordered('acme'), task: 'a' };
      set(path, theirs);
      const preview = await t.api('post', '/plans', t.spec('acme'));
      // By which a failed task knows to keep everything.
      expect(preview.body.present).toBe(true);
      const refused = await t.run('acme', order);
      expect(refused.error).toMatch(named);
      // It is cut off, and goes on.
      t.lab.writesLeft = 2;
      expect((await remove('acme', { keepData: true })).state).toBe('failed');
      t.lab.writesLeft = Infinity;
      t.lab.away = 'no';
      for (const how of [{ ifMadeBy: 'a', keepData: true }, {}]) {
        const { certificate, error } = await remove('acme', how);
        expect(error).toBeUndefined();
        const kept = certificate!.kept.filter(what => what.startsWith('Vault'));
        const isAsked = 'keepData' in how && path === ENTRY;
        expect(kept).toHaveLength(isAsked ? 0 : 1);
        expect(kept.filter(what => !named.test(what))).toEqual([]);
        expect(certificate!.removed.join()).not.toMatch(named);
        expect(t.lab.objects.get(path)).toEqual(theirs);
        await t.run('acme', order);
      }
      expect(IN_VAULT.filter(one => t.lab.objects.has(one))).toContain(path);
    },
  );

  it.each<[string, () => unknown, string[]]>([
    ['as they were applied', () => {}, []],
    [
      'changed by hand, as the records know them',
      () => {
        set(ROLE, THEIR_ROLE);
        set(ACL, { policy: '' });
      },
      [],
    ],
    [
      'of a time before there were records',
      () => t.knex('applied_resources').delete(),
      [],
    ],
    [
      'that no record knows, changed by hand',
      async () => {
        await t.knex('applied_resources').delete();
        await t.knex('tenants').update({ seeding: false });
        set(ROLE, THEIR_ROLE);
        set(ACL, { policy: '' });
        set(ENTRY, entryOf());
      },
      IN_VAULT,
    ],
    [
      'of which the entry was written and not marked',
      () => set(ENTRY, entryOf()),
      [],
    ],
    [
      'that are gone',
      () => IN_VAULT.forEach(path => t.lab.objects.delete(path)),
      [],
    ],
    ['whose namespace is gone', () => t.lab.objects.delete(NAMESPACE), []],
    [
      'in whose place there is another namespace',
      () => set(NAMESPACE, { metadata: { name: 'web-tenant-acme', uid: 'b' } }),
      [NAMESPACE],
    ],
  ])('takes its own from Vault: objects %s', async (_, change, left) => {
    await t.create('acme');
    await change();
    const there = IN_VAULT.filter(path => t.lab.objects.has(path));
    const { certificate } = await remove('acme');
    expect(
      [...IN_VAULT, NAMESPACE].filter(path => t.lab.objects.has(path)),
    ).toEqual(left);
    expect(certificate!.kept).toHaveLength(left.length);
    expect(
      certificate!.removed.filter(what => /^Vault (role|pol|KV)/.test(what)),
    ).toHaveLength(there.filter(path => !left.includes(path)).length);
  });

  it('keeps its data where that is asked, for its owner alone', async () => {
    await t.create('acme');
    const { uid } = t.namespace('acme').metadata;
    const removed = await remove('acme', { keepData: true });
    expect(removed.certificate!.kept).toHaveLength(1);
    const spec = t.spec('acme', { owner: 'user:default/mock' });
    const theirs = await t.run('acme', { kind: 'apply', spec });
    expect(theirs.error).toMatch(/exists and is not tenant acme's/);
    const adopted = await t.run('acme', { kind: 'apply', spec, adopt: true });
    expect(adopted.error).toMatch(/would hand its data to user:default\/mock/);
    await t.create('acme');
    expect(await get('/tenants/acme')).toMatchObject({ uid, owner: OWNER });
  });
});

describe('what is changed, and what is outdated', () => {
  it('is told apart, named by field and by who has written it, and rolled out', async () => {
    await t.create('acme');
    await t.create('globex');
    expect((await get('/tenants/acme/drift')).items).toEqual([]);
    const policy = t.lab.objects.get(POLICY);
    policy.spec.egress = [{}];
    policy.metadata.managedFields = [
      {
        manager: 'kubectl-edit',
        operation: 'Update',
        time: '2026-11-25T10:00:00Z',
        fieldsV1: { 'f:spec': { 'f:egress': {} } },
      },
    ];
    // As if the plan had other numbers than when globex was applied.
    const applied = t.knex('applied_resources');
    const [row] = (await applied).filter(({ body }: any) =>
      body.includes('web-tenant-globex'),
    );
    await t
      .knex('applied_resources')
      .where({ uid: row.uid })
      .update({ body: row.body.replaceAll('"pods":"10"', '"pods":"9"') });
    await t
      .knex('tenants')
      .where({ uid: row.uid })
      .update({ applied_digest: 'another' });

    const [changed] = (await get('/tenants/acme/drift')).items;
    expect(changed).toMatchObject({
      id: 'NetworkPolicy tenant-isolation',
      change: 'update',
      fields: [
        {
          field: 'spec.egress',
          manager: 'kubectl-edit',
          since: '2026-11-25T10:00:00Z',
        },
      ],
    });
    expect(changed).not.toHaveProperty('outdated');
    await t.prove('acme');
    expect(await get('/tenants/acme')).toMatchObject({
      outdated: false,
      changed: [
        {
          id: 'NetworkPolicy tenant-isolation',
          fields: [{ field: 'spec.egress', manager: 'kubectl-edit' }],
        },
      ],
    });
    expect(JSON.stringify((await get('/tenants/acme')).changed)).not.toContain(
      'live',
    );
    expect(t.send).toHaveBeenCalledWith(
      expect.objectContaining({
        payload: expect.objectContaining({
          title: 'acme: NetworkPolicy tenant-isolation was changed',
        }),
      }),
    );
    expect(await get('/tenants/globex')).toMatchObject({ outdated: true });

    const rollout = await t.api('post', '/operations', {
      kind: 'apply',
      filter: { outdated: true },
    });
    expect(rollout.status).toBe(202);
    expect(rollout.body).toMatchObject({ waves: [['globex']], total: 1 });
    await until(
      async () =>
        (await get(`/operations/${rollout.body.id}`)).state === 'done',
    );
    expect(await get('/tenants/globex')).toMatchObject({
      outdated: false,
      walls: [{ status: 'holds' }, {}, {}],
    });
  });
});

describe('a role in Vault to which others have added', () => {
  const ROLE = '/v1/auth/kubernetes/role/tenant-acme';

  it.each<[string, object, RegExp | undefined]>([
    ['a number', { token_period: 60 }, undefined],
    ['a number by its old name', { num_uses: 3 }, undefined],
    ['a list', { token_bound_cidrs: ['10.0.0.0/8'] }, undefined],
    ['a text', { a_new_field: 'x' }, undefined],
    [
      'what Vault itself adds',
      { a_new_field: 'x' },
      /Vault itself sets a_new_field of Vault role tenant-acme/,
    ],
  ])('%s is as planned once it is restored', async (_, added, said) => {
    await t.create('acme');
    const { objects } = t.lab;
    const planned = objects.get(ROLE);
    const set = objects.set.bind(objects);
    set(ROLE, { ...planned, ...added });
    const { items } = await get('/tenants/acme/drift');
    expect(items).toMatchObject([
      {
        id: 'Vault role tenant-acme',
        change: 'update',
        fields: [{ field: Object.keys(added)[0] }],
      },
    ]);
    if (said) {
      objects.set = (path, object) =>
        set(path, { ...object, ...(path === ROLE && added) });
    }
    const { error } = await t.run('acme', { kind: 'apply' });
    expect(error ?? 'none').toMatch(said ?? /^none$/);
    expect((await get('/tenants/acme/drift')).items).toHaveLength(said ? 1 : 0);
    expect(objects.get(ROLE)).toMatchObject(planned);
  });
});

describe('a roll-out', () => {
  const rollOut = async () => {
    const { body } = await t.api('post', '/operations', {
      kind: 'prove',
      filter: { names: ['acme'] },
    });
    const now = () => get(`/operations/${body.id}`);
    await until(async () => {
      // As if the time before the next proof had passed.
      const ended = t.knex('operations').whereNotNull('finished_at');
      await ended.where({ kind: 'prove' }).update({ finished_at: 1 });
      await t.tick('roll-out');
      return (await now()).state !== 'running';
    });
    return now();
  };

  it.each<[object, RegExp]>([
    [{ names: ['acme', 'globx'] }, /no tenant globx that you may administer/],
    // A variable of a script that is not set.
    [{ cluster: '' }, /cluster/],
    [{ owner: '' }, /owner/],
  ])(
    'goes to nobody where it says who they are not: %j',
    async (filter, why) => {
      await t.create('acme');
      const refused = await t.api('post', '/operations', {
        kind: 'prove',
        filter,
      });
      expect(errorOf(refused)).toMatch(why);
      expect(refused.status).toBe(400);
      expect((await get('/operations')).totalItems).toBe(0);
    },
  );

  it.each(['roll-out', 'prove-due', 'look', 'mutes'])(
    'waits no longer than a minute for a dead replica’s task: %s',
    id => {
      const { scope, timeout } = t.scheduled(id);
      expect([scope, timeout]).toEqual(['global', { minutes: 1 }]);
    },
  );

  it('does not prove again at once what could not be proved', async () => {
    await t.create('acme');
    t.prover.status.set('acme', 'unproven');
    const { body } = await t.api('post', '/operations', {
      kind: 'prove',
      filter: { names: ['acme'] },
    });
    const tried = () => t.prover.rounds.length;
    const proofs = () => t.knex('operations').where({ kind: 'prove' });
    await until(async () => (await proofs())[0]?.finished_at > 0);
    await t.tick('roll-out');
    await lookAgain();
    expect(tried()).toBe(1);
    expect(await get(`/operations/${body.id}`)).toMatchObject({
      state: 'running',
    });
  });

  it('tells each proof from which nodes its tenant was tried before', async () => {
    await t.create('acme');
    await rollOut();
    const [{ id }] = await t.knex('operations').where({ kind: 'prove' });
    const own = { check: 'net.own-node', target: 'nodes a' };
    await t.knex('receipts').insert({
      proof_id: id,
      position: 99,
      body: JSON.stringify(testReceipt(own)),
    });
    await rollOut();
    const told = t.prover.rounds.map(({ tried }) => tried?.get('acme'));
    expect(told).toEqual([
      { maxAgeMs: expect.any(Number) },
      { maxAgeMs: expect.any(Number), last: expect.objectContaining(own) },
    ]);
  });

  it('proves a tenant again whose walls could not be proved', async () => {
    await t.create('acme');
    t.prover.status.set('acme', 'unproven');
    const release = t.prover.hold();
    const done = rollOut();
    await until(() => t.prover.rounds.length === 1);
    const releaseSecond = t.prover.hold();
    release();
    await until(() => t.prover.rounds.length === 2);
    t.prover.status.set('acme', 'holds');
    releaseSecond();
    expect(await done).toMatchObject({ state: 'done', done: 1 });
  });

  it('goes no further while it is paused, nor ever when it is cancelled', async () => {
    for (const name of ['acme', 'globex', 'initech']) {
      await t.create(name);
    }
    let release = t.prover.hold();
    const { body } = await t.api('post', '/operations', {
      kind: 'prove',
      filter: {},
      waves: { first: 1, next: 1 },
    });
    const path = `/operations/${body.id}`;
    const set = (state: string) => t.api('patch', path, { state });
    const ended = async () =>
      (
        await t
          .knex('operations')
          .where({ rollout_id: body.id })
          .orderBy('created_at')
      ).map(({ tenant, finished_at }) => finished_at && tenant);
    await until(() => t.prover.rounds.length === 1);
    allowAll(t.permissions, 'tenant.administer');
    expect((await set('paused')).status).toBe(403);
    allowAll(t.permissions);
    expect((await set('paused')).body).toMatchObject({ state: 'paused' });
    release();
    await until(async () => (await ended())[0] === 'acme');
    await t.tick('roll-out');
    expect(await ended()).toEqual(['acme']);
    expect(await get(path)).toMatchObject({
      state: 'paused',
      wave: 0,
      done: 1,
    });

    release = t.prover.hold();
    expect((await set('running')).body).toMatchObject({ wave: 1 });
    await until(() => t.prover.rounds.length === 2);
    expect((await set('cancelled')).body).toMatchObject({
      state: 'cancelled',
      finishedAt: expect.any(String),
    });
    release();
    await until(async () => (await ended())[1] === 'globex');
    await t.tick('roll-out');
    await set('running');
    expect(await ended()).toEqual(['acme', 'globex']);
    expect(await get(path)).toMatchObject({ state: 'cancelled', done: 2 });

    const events = t.auditor.createEvent.mock.calls
      .map(([{ eventId, meta }]) => ({ eventId, ...meta }))
      .filter(({ eventId }) => eventId.startsWith('roll-out'));
    const change = { eventId: 'roll-out-change', rolloutId: body.id };
    expect(events).toEqual([
      { eventId: 'roll-out', kind: 'prove', filter: {} },
      ...['paused', 'paused', 'running', 'cancelled', 'running'].map(state => ({
        ...change,
        state,
      })),
    ]);
    expect(t.fail).toHaveBeenCalledTimes(1);
    expect(t.success).toHaveBeenCalledWith({
      meta: { rolloutId: body.id, tenants: 3 },
    });
    expect(t.success).toHaveBeenCalledWith({ meta: { state: 'cancelled' } });
  });

  it.each(['unproven', 'breached'] as const)(
    'stops at a tenant whose walls are %s',
    async status => {
      await t.create('acme');
      t.prover.status.set('acme', status);
      expect(await rollOut()).toMatchObject({
        state: 'stopped',
        reason: expect.stringContaining(status),
      });
      expect(t.prover.rounds).toHaveLength(status === 'unproven' ? 5 : 1);
    },
  );
});

describe('a proof', () => {
  it('is made again where its tenant was changed underneath', async () => {
    await t.create('acme');
    const release = t.prover.hold();
    t.prover.status.set('acme', 'breached');
    const started = await t.start('acme', { kind: 'prove' });
    await until(() => t.prover.rounds.length === 1);
    t.lab.objects.get(POLICY).spec.egress = [];
    // A breach is not believed before the API server itself was asked.
    const releaseSecond = t.prover.hold();
    release();
    await until(() => t.prover.rounds.length === 2);
    t.prover.status.set('acme', 'holds');
    releaseSecond();
    const { id, verdicts } = await t.follow(started);
    // A slow machine hears of the change during the second, and makes a third.
    expect(t.prover.rounds.length).toBeGreaterThan(1);
    expect(verdicts![0].status).toBe('holds');
    const { items } = await get(`/tenants/acme/operations/${id}/events`);
    expect(items[0].message).toMatch(/was changed during its proof: once more/);
    // No breach was told of that there never was.
    expect(t.send).not.toHaveBeenCalledWith(
      expect.objectContaining({
        payload: expect.objectContaining({
          title: expect.stringMatching(/breached/),
        }),
      }),
    );
  });

  it('whose result can’t be written takes nothing of its neighbour’s with it', async () => {
    await t.stop();
    t = await startTenantsBackend({ proofs: { concurrency: 1 } });
    await t.create('acme');
    await t.create('globex');
    const release = t.prover.hold();
    await t.start('acme', { kind: 'prove' });
    await until(() => t.prover.rounds.length === 1);
    // The round that is under way is acme's alone: the next is of both.
    const [acme, globex] = await Promise.all([
      t.start('acme', { kind: 'prove', trigger: 'task' }),
      t.start('globex', { kind: 'prove', trigger: 'task' }),
    ]);
    await t.knex.raw(`create trigger refuses before update on operations
      when new.tenant = 'globex' and new.verdicts is not null
      begin select raise(abort, 'disk full'); end`);
    release();
    expect((await t.follow(acme)).verdicts![0].status).toBe('holds');
    await until(() => t.prover.names.some(names => names.length === 2));
    await t.knex.raw('drop trigger refuses');
    const { id } = globex.body;
    await until(async () => {
      const proof = await get(`/tenants/globex/operations/${id}`);
      if (!proof.finishedAt) {
        // As its lease runs out where the write was given up.
        await new Promise(resolve => setTimeout(resolve, 2_000));
        await t.knex('operations').where({ id }).update({ lease_until: 0 });
        await t.tick('run-queue');
      }
      return proof.verdicts?.[0].status === 'holds';
    });
  });

  it('may be asked for ten times in ten minutes, and the schedule goes on', async () => {
    await t.create('acme');
    for (let i = 0; i < 10; i++) {
      expect((await t.run('acme', { kind: 'prove' })).state).toBe('succeeded');
    }
    const eleventh = await t.start('acme', { kind: 'prove', trigger: 'task' });
    expect(errorOf(eleventh)).toMatch(
      /^429 10 proofs of acme were asked for in the last 10 minutes; the next can be in \d+ s/,
    );
    // What the portal proves by itself after a change keeps nobody from asking.
    await t
      .knex('operations')
      .where({ kind: 'prove' })
      .update({ trigger: 'event' });
    expect((await t.run('acme', { kind: 'prove' })).state).toBe('succeeded');
  });

  it('is made without a tenant that was created only in part, which keeps nobody unproved', async () => {
    await t.create('acme');
    await t.create('globex');
    await t.prove('globex');
    const row = () =>
      t
        .knex('applied_resources')
        .where({ uid: t.namespace('globex').metadata.uid });
    const { body } = await row().first();
    const applied = Object.entries(JSON.parse(body)).filter(
      ([id]) => !id.startsWith('ResourceQuota'),
    );
    await row().update({ body: JSON.stringify(Object.fromEntries(applied)) });
    const { verdicts } = await t.prove('acme');
    expect(verdicts!.map(({ status }) => status)).toEqual(
      WALLS.map(() => 'holds'),
    );
    expect(t.prover.names.at(-1)).toEqual(['acme']);
    const own = await t.prove('globex');
    expect(own.verdicts![0]).toMatchObject({
      status: 'unproven',
      summary: expect.stringMatching(/only in part, without ResourceQuota/),
    });
  });

  it('makes way for a change of its tenant, or of its neighbour, and is made after it', async () => {
    await t.create('acme');
    await t.create('globex');
    await t.prove('globex');
    const release = t.prover.hold();
    const started = await t.start('acme', { kind: 'prove' });
    await until(() => t.prover.names.some(names => names.length === 2));
    for (const tenant of ['globex', 'acme']) {
      const resized = await t.run(tenant, { kind: 'apply', size: 'medium' });
      expect(resized.state).toBe('succeeded');
    }
    release();
    const { state, startedAt } = await t.follow(started);
    expect(state).toBe('succeeded');
    const [resize] = (await get('/tenants/acme/operations?kinds=apply')).items;
    expect(Date.parse(startedAt!)).toBeGreaterThanOrEqual(
      Date.parse(resize.finishedAt),
    );
  });

  it('waits for the apply of its tenant', async () => {
    await t.create('acme');
    const gate = t.lab.hold(/GET .*resourcequotas/);
    const resize = await t.start('acme', { kind: 'apply', size: 'medium' });
    await until(() => t.lab.held > 0);
    const proof = await t.start('acme', { kind: 'prove' });
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(t.prover.rounds).toEqual([]);
    gate();
    const [applied, proved] = [await t.follow(resize), await t.follow(proof)];
    expect(Date.parse(proved.startedAt!)).toBeGreaterThanOrEqual(
      Date.parse(applied.finishedAt!),
    );
    expect(t.prover.rounds).toHaveLength(1);
  });
});
