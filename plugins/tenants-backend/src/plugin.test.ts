import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  NOT_COVERED,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import request from 'supertest';
import {
  allowAll,
  allowOwners,
  OWNER,
  startTenantsBackend,
  STRANGERS,
} from './__testUtils__/startTenantsBackend';
import { ROUTES } from './__testUtils__/undescribed';
import { until as eventually } from './__testUtils__/until';
import tenantsPlugin from './index';

jest.setTimeout(60_000);

describe('tenantsPlugin', () => {
  let t: Awaited<ReturnType<typeof startTenantsBackend>>;

  afterEach(() => t?.stop());

  /** With these tenants; those that begin with `far` in another cluster. */
  async function setup(...tenants: string[]) {
    t = await startTenantsBackend();
    for (const name of tenants) {
      await t.create(name, {
        cluster: name.startsWith('far') ? 'other' : 'lab',
      });
    }
    // They are new: only their own proofs are made.
    await t
      .knex('tenants')
      .update({ created_at: Date.parse('2025-01-01T00:00:00Z') });
    return t;
  }

  const names = (body: { items: { name: string }[] }) =>
    body.items.map(item => item.name);

  const owns = (name: string, owner: string) =>
    t.knex('tenants').where({ name }).update({ owner });

  it('lists tenants with their walls, by status, owner and cluster, in pages', async () => {
    await setup('acme', 'globex', 'far');
    await owns('globex', STRANGERS);
    const before = await t.api('get', '/tenants/acme');
    expect(before.body).toMatchObject({
      uid: t.namespace('acme').metadata.uid,
      name: 'acme',
      cluster: 'lab',
      namespace: 'web-tenant-acme',
      entityRef: 'resource:default/acme',
      phase: 'active',
      outdated: false,
      spec: { size: 'small' },
      walls: [
        { wall: 'network', status: 'unproven', summary: 'No proof yet' },
        { wall: 'secret', status: 'unproven' },
        { wall: 'resource', status: 'unproven' },
      ],
    });
    t.prover.status.set('globex', 'breached');
    await t.prove('acme');
    const after = await t.api('get', '/tenants/globex');
    expect(after.body).toMatchObject({
      walls: [{ status: 'breached', stale: false }, {}, {}],
      lastProof: { neighbour: 'acme', trigger: 'schedule' },
    });
    expect(after.body).not.toHaveProperty('currentProof');

    const list = (query: string) => t.get(`/tenants?${query}`);
    expect(names(await list(''))).toEqual(['acme', 'far', 'globex']);
    expect(names(await list('status=holds'))).toEqual(['acme']);
    expect(names(await list('status=breached'))).toEqual(['globex']);
    expect(names(await list('status=unproven'))).toEqual(['far']);
    expect(names(await list('cluster=other'))).toEqual(['far']);
    expect(names(await list('owner=group:default/Globex'))).toEqual(['globex']);
    expect(await list('limit=1&offset=1')).toMatchObject({
      totalItems: 3,
      items: [{ name: 'far' }],
    });
    const wrong = await t.api('get', '/tenants?status=green&limit=0');
    expect(wrong.status).toBe(400);
    expect(wrong.body.error).toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/limit[\s\S]*status|status[\s\S]*limit/),
    });
    expect((await t.api('get', '/tenants/nobody')).status).toBe(404);
  });

  it('refuses what a query says that nobody knows, on every route', async () => {
    await setup('acme');
    expect(ROUTES.length).toBeGreaterThan(20);
    for (const [method, described] of ROUTES) {
      const path = described.replace('{name}', 'acme').replace('{id}', 'one');
      const query = `${path}?nobody=knows`;
      const { status, body } = await t.api(method as 'get', query);
      expect([query, status, body.error?.message]).toEqual([
        query,
        400,
        expect.stringContaining('"nobody"'),
      ]);
    }
  });

  it('shows no wall that holds by a proof that is too old, or of a tenant that is lost', async () => {
    await setup('acme');
    await t.prove('acme');
    const network = async () => (await t.get('/tenants/acme')).walls[0];
    expect(await network()).toMatchObject({ status: 'holds', stale: false });
    const finish = (at: number) =>
      t.knex('operations').where({ kind: 'prove' }).update({ finished_at: at });
    await finish(Date.now() - 16 * 60_000);
    expect(await network()).toMatchObject({
      status: 'unproven',
      stale: true,
      lastStatus: 'holds',
    });
    await finish(Date.now());
    t.lab.away = 'refuses';
    await new Promise(resolve => setTimeout(resolve, 2_100));
    expect(await network()).toMatchObject({
      status: 'unproven',
      lastStatus: 'holds',
      summary: expect.stringMatching(/Can't reach cluster lab: /),
    });
    expect(names(await t.get('/tenants'))).toEqual(['acme']);
  });

  it.each([-59, 59])(
    'ages and calls due by the clock that replicas share, where its own is off by %i s',
    async seconds => {
      t = await startTenantsBackend({
        proofs: { interval: { minutes: 5 }, maxAge: { minutes: 6 } },
      });
      await t.create('acme');
      await t.prove('acme');
      const own = Date.now;
      const wrong = jest.spyOn(Date, 'now');
      wrong.mockImplementation(() => own() + seconds * 1000);
      try {
        const proofs = () => t.knex('operations').where({ kind: 'prove' });
        const ago = async (s: number) => {
          const at = own() - s * 1000;
          await proofs().update({ started_at: at, finished_at: at });
        };
        const look = async () => (await t.get('/tenants')).items[0];
        const fresh = { status: 'holds', stale: false };
        // Six minutes less half a minute, and more.
        await ago(330);
        expect((await look()).walls[0]).toMatchObject(fresh);
        await ago(390);
        const old = { status: 'unproven', stale: true };
        expect((await look()).walls[0]).toMatchObject(old);

        const queued = async () => {
          const before = (await proofs()).length;
          await t.tick('prove-due');
          return (await proofs()).length - before;
        };
        await ago(270);
        expect(await queued()).toBe(0);
        await ago(330);
        expect(await queued()).toBe(1);

        const near = (time: string | number) =>
          expect(Math.abs(new Date(time).getTime() - own())).toBeLessThan(
            5_000,
          );
        const from = new Date(own() - 60_000).toISOString();
        const lines = await t.api('get', `/timelines?from=${from}`);
        near(lines.body.items[0].to);
        const report = await t.api('get', '/tenants/acme/report?format=json');
        near(report.body.generatedAt);
        const until = (s: number) => new Date(own() + s * 1000).toISOString();
        for (const [s, status] of [
          [30, 200],
          [-30, 400],
        ]) {
          const muted = await t.api('put', '/tenants/acme/mute', {
            until: until(s),
            reason: 'A test',
          });
          expect([s, muted.status]).toEqual([s, status]);
        }
        t.lab.away = 'refuses';
        await new Promise(resolve => setTimeout(resolve, 2_100));
        near((await look()).lost.since);
      } finally {
        wrong.mockRestore();
      }
    },
  );

  it('shows no wall that holds, and has no proof that says so, where the prover is in doubt', async () => {
    const PLATFORM = 'group:default/platform-team';
    t = await startTenantsBackend({
      notifications: { recipients: [PLATFORM] },
    });
    await t.create('acme');
    await t.prove('acme');
    const walls = async () => (await t.get('/tenants')).items[0].walls;
    expect(await walls()).toMatchObject(Array(3).fill({ status: 'holds' }));
    const drilled = () =>
      t.auditor.createEvent.mock.calls.filter(([e]) => e.eventId === 'drill');
    await t.tick('drill');
    expect(drilled()).toEqual([]);
    // As if known for long: its first drill is due. This prover finds nothing.
    await t.knex('drills').update({ known_since: Date.now() - 600_000 });
    await t.tick('drill');
    expect(drilled()).toEqual([
      [
        expect.objectContaining({
          meta: expect.objectContaining({ cluster: 'lab' }),
        }),
      ],
      [
        expect.objectContaining({
          meta: expect.objectContaining({ cluster: 'other' }),
        }),
      ],
    ]);
    expect(t.send).toHaveBeenCalledWith({
      recipients: { type: 'entity', entityRef: [PLATFORM] },
      payload: expect.objectContaining({
        title:
          "Cluster lab: the last drill missed a breach or didn't finish, so its walls are unproven",
        description: expect.stringMatching(/missed a breach/),
      }),
    });
    const inDoubt = (summary: RegExp) =>
      Array(3).fill({
        status: 'unproven',
        summary: expect.stringMatching(summary),
      });
    expect(await walls()).toMatchObject(inDoubt(/missed a breach/));
    // Who asks an operation, such as a task or a roll-out, hears no other.
    const { id } = await t.run('acme', { kind: 'prove' });
    const { body } = await t.api('get', `/tenants/acme/operations/${id}`);
    expect(body.verdicts).toMatchObject(inDoubt(/missed a breach/));

    // One that was caught is good for two intervals.
    const DAY = 24 * 3_600_000;
    const caught = async (agoMs: number) => {
      const at = Date.now();
      await t.knex('drills').update({
        caught_at: at - agoMs,
        last_at: at,
        failures: 0,
        last: JSON.stringify({ outcome: 'caught', walls: [] }),
      });
      // For so long what was read is good enough.
      await new Promise(resolve => setTimeout(resolve, 5_100));
    };
    await caught(DAY);
    await t.prove('acme');
    expect(await walls()).toMatchObject(Array(3).fill({ status: 'holds' }));
    await caught(3 * DAY);
    expect(await walls()).toMatchObject(
      inDoubt(/overdue/).map(w => ({ ...w, lastStatus: 'holds' })),
    );
  });

  it('starts a proof, joins one, and shows it with receipts', async () => {
    await setup('acme', 'far');
    const release = t.prover.hold();
    const first = await t.start('acme', { kind: 'prove', trigger: 'task' });
    expect(first.status).toBe(202);
    expect(first.headers.location).toBe(
      `/api/tenants/tenants/acme/operations/${first.body.id}`,
    );
    expect(first.body).toMatchObject({ tenant: 'acme', trigger: 'task' });
    await eventually(() => t.prover.rounds.length > 0);
    const second = await t.start('acme', { kind: 'prove' });
    expect(second.body.id).toBe(first.body.id);
    // A task's may not be that which has begun before its change.
    const third = await t.start('acme', { kind: 'prove', trigger: 'task' });
    expect(third.body).toMatchObject({ state: 'queued', trigger: 'task' });
    expect(third.body.id).not.toBe(first.body.id);
    expect((await t.get('/tenants/acme')).currentProof.id).toBe(first.body.id);
    release();
    const next = await t.follow(third);
    expect(Date.parse(next.startedAt!)).toBeGreaterThanOrEqual(
      Date.parse((await t.follow(first)).finishedAt!),
    );
    const proof = await t.prove('far');
    expect(proof).toMatchObject({
      state: 'done',
      neighbour: 'canary',
      receipts: [{ check: 'net.canary-egress', outcome: 'asExpected' }],
    });
    const page = await t.api('get', '/tenants/far/proofs?limit=1');
    const { receipts, ...summary } = proof;
    expect(page.body).toEqual({ totalItems: 1, items: [summary] });
    expect(
      (await t.api('get', `/tenants/acme/proofs/${proof.id}`)).status,
    ).toBe(404);
    const wrong = await t.start('acme', { kind: 'prove', trigger: 'schedule' });
    expect(wrong.status).toBe(400);
    expect(t.publish).toHaveBeenCalledWith({
      recipients: { type: 'broadcast' },
      channel: 'tenants:proofs',
      message: {
        uid: t.other.objects.get('/api/v1/namespaces/web-tenant-far').metadata
          .uid,
        proofId: proof.id,
        kind: 'prove',
        state: 'done',
      },
    });
    expect(t.auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({
        eventId: 'operation',
        meta: { tenant: 'acme', kind: 'prove', trigger: 'task' },
      }),
    );
    expect(t.success).toHaveBeenCalledWith({
      meta: { operationId: first.body.id, joined: true },
    });
  });

  it('notifies the owner of a breach once, and audits it', async () => {
    await setup('globex');
    t.prover.status.set('globex', 'breached');
    await t.prove('globex');
    await t.prove('globex');
    expect(t.send).toHaveBeenCalledTimes(3);
    expect(t.send).toHaveBeenCalledWith({
      recipients: { type: 'entity', entityRef: [OWNER] },
      payload: expect.objectContaining({
        title: 'globex: the network wall is breached',
        link: '/catalog/default/resource/globex',
        severity: 'critical',
      }),
    });
    expect(t.auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({ eventId: 'wall-change' }),
    );
    // A notifications plugin that is not there is no reason to fail.
    t.send.mockRejectedValue(new Error('Request failed with status 404'));
    t.prover.status.set('globex', 'holds');
    expect(await t.prove('globex')).toMatchObject({
      verdicts: [{ status: 'holds' }, {}, {}],
    });
  });

  it('lets owners do what is theirs, and others nothing', async () => {
    await setup('acme', 'globex');
    await owns('globex', STRANGERS);
    allowOwners(t.permissions, 'user:default/mock', STRANGERS);
    expect(names(await t.get('/tenants'))).toEqual(['globex']);
    expect((await t.get('/matrix')).tenants).toEqual(['globex']);
    for (const path of ['', '/proofs', '/proofs/x', '/report', '/drift']) {
      const { status, body } = await t.api('get', `/tenants/acme${path}`);
      expect([path, status, body.error.message]).toEqual([
        path,
        403,
        "You don't have permission (tenant.read) for tenant acme",
      ]);
    }
    expect((await t.get('/tenants/acme/operations')).items).toEqual([]);
    expect((await t.start('acme', { kind: 'prove' })).status).toBe(403);
    expect(t.fail).toHaveBeenCalledWith({
      error: expect.objectContaining({ name: 'NotAllowedError' }),
    });
    expect(t.prover.rounds).toEqual([]);
    expect((await t.run('globex', { kind: 'prove' })).state).toBe('succeeded');

    t.permissions.authorizeConditional.mockResolvedValue([
      { result: AuthorizeResult.DENY },
    ]);
    expect((await t.get('/tenants')).items).toEqual([]);
    expect((await t.api('get', '/tenants/globex')).status).toBe(403);

    const rules = await request(t.server).get(
      '/api/tenants/.well-known/backstage/permissions/metadata',
    );
    expect(rules.body).toMatchObject({
      permissions: expect.arrayContaining([
        expect.objectContaining({ name: 'tenant.create' }),
        expect.objectContaining({ name: 'tenant.restore' }),
        expect.objectContaining({ name: 'tenant.administer' }),
      ]),
      rules: [{ name: 'IS_TENANT_OWNER', resourceType: 'tenant' }],
    });
  });

  it('names no tenant to users who may not read it, in any answer', async () => {
    await setup('acme', 'globex', 'initech');
    await owns('globex', STRANGERS);
    await owns('initech', STRANGERS);
    t.prover.said =
      'tenant-initech in n8n.web-tenant-globex.svc, and web-tenant-acme';
    for (const name of ['acme', 'globex', 'initech']) {
      t.prover.status.set(name, 'breached');
    }
    allowOwners(t.permissions, OWNER);
    const { id } = await t.prove('acme');
    await t.tick('prove-due');
    const others = /(tenant-|n8n-|"neighbour":")(globex|initech)/;
    const read = async () => {
      for (const path of [
        '',
        '/acme',
        '/acme/operations',
        `/acme/operations/${id}`,
        '/acme/proofs',
        `/acme/proofs/${id}`,
        '/acme/report',
        '/acme/report?format=json',
      ]) {
        const { text } = await t.api('get', `/tenants${path}`);
        expect([path, text]).toEqual([path, expect.not.stringMatching(others)]);
        expect(text).toContain(
          'tenant-*** in n8n.web-tenant-***.svc, and web-tenant-acme',
        );
      }
    };
    await read();
    // What objects show says it too.
    t.prover.state.set('acme network', 'breached');
    t.lab.objects.get(
      '/apis/networking.k8s.io/v1/namespaces/web-tenant-acme/networkpolicies/tenant-isolation',
    ).spec.egress = [{}];
    await eventually(async () =>
      (await t.api('get', '/tenants/acme')).text.includes('objects: breached'),
    );
    await read();
    // One that is removed was somebody's.
    allowAll(t.permissions);
    await t.run('initech', { kind: 'remove', confirm: 'initech' });
    const { text } = await t.api('get', `/tenants/acme/proofs/${id}`);
    expect(text).toMatch(others);
    allowOwners(t.permissions, OWNER);
    await read();

    const sent = (t.send.mock.calls as any[][]).map(([message]) => message);
    for (const [owner, hidden] of [
      [OWNER, others],
      [STRANGERS, /tenant-acme/],
    ] as const) {
      const told = sent.filter(m => m.recipients.entityRef.includes(owner));
      expect(JSON.stringify(told)).toContain('tenant-***');
      expect(JSON.stringify(told)).not.toMatch(hidden);
    }
    const signals = JSON.stringify(t.publish.mock.calls);
    expect(signals).toContain(id);
    expect(signals).not.toMatch(/acme|globex|initech/);
  });

  it('takes users and services, and nobody else', async () => {
    await setup();
    const as = async (path: string, header: string) =>
      (await t.api('get', path, undefined, header)).status;
    const service = mockCredentials.service.header({
      onBehalfOf: await mockCredentials.service(),
      targetPluginId: 'tenants',
    });
    expect(await as('/tenants', mockCredentials.user.header())).toBe(200);
    expect(await as('/tenants', service)).toBe(200);
    expect(await as('/tenants', mockCredentials.none.header())).toBe(401);
    expect(await as('/unmanaged', service)).toBe(200);
    expect(await as('/unmanaged', mockCredentials.user.header())).toBe(403);
  });

  it('answers while its clusters are away', async () => {
    const { server } = await startTestBackend({
      features: [
        tenantsPlugin,
        mockServices.scheduler.factory({ skipTaskRunOnStartup: true }),
        mockServices.rootConfig.factory({
          data: {
            tenants: {
              clusters: [
                {
                  name: 'lab',
                  kubernetes: { kubeconfig: '/nowhere/kubeconfig' },
                  vault: {
                    address: 'https://192.0.2.20:8200',
                    login: { tokenFile: '/nowhere/token' },
                  },
                },
              ],
            },
          },
        }),
      ],
    });
    const list = await request(server).get('/api/tenants/tenants');
    expect(list.body).toEqual({ items: [], totalItems: 0 });
    const one = await request(server).get('/api/tenants/tenants/acme');
    expect(one.status).toBe(404);
  });

  it('shows the matrix of ordered pairs, one row and column, and a compact square', async () => {
    await setup('acme', 'far', 'globex', 'initech');
    t.prover.status.set('globex', 'breached');
    const { id } = await t.prove('acme');
    const first = await t.get('/matrix');
    expect(first).toMatchObject({
      tenants: ['acme', 'far', 'globex', 'initech'],
      totalItems: 4,
      coverage: { pairs: 6, proved: 2 },
    });
    expect(first.cells).toEqual(
      expect.arrayContaining([
        {
          tenant: 'acme',
          neighbour: 'globex',
          status: 'holds',
          proofId: id,
          provedAt: expect.any(String),
        },
        expect.objectContaining({
          tenant: 'globex',
          neighbour: 'acme',
          status: 'breached',
        }),
      ]),
    );
    await t.prove('globex');
    await t.prove('initech');
    const square = await t.api('get', '/matrix?cluster=lab&format=compact');
    const { tenants, rows, coverage, totalItems } = square.body;
    expect(tenants).toEqual(['acme', 'globex', 'initech']);
    expect(totalItems).toBe(3);
    expect(rows.map((row: string) => row.length)).toEqual([3, 3, 3]);
    expect(coverage).toEqual({
      pairs: 6,
      proved: rows.join('').replace(/-/g, '').length,
    });
    expect(rows[0][1]).toBe('h');
    expect(rows[1]).toMatch(/b/);

    const cells = (query: string) => t.get(`/matrix?${query}`);
    const cross = await cells('tenant=globex');
    expect(cross).toMatchObject({
      tenants: ['globex', 'acme', 'initech'],
      totalItems: 3,
      coverage: { pairs: 4 },
    });
    const all = (await cells('cluster=lab')).cells;
    expect(cross.cells).toHaveLength(cross.coverage.proved);
    expect(all).toEqual(expect.arrayContaining(cross.cells));
    expect((await t.api('get', '/matrix?tenant=nobody')).status).toBe(404);
  });

  it('shows no pair that holds by a result whose turn has come and gone, or of a tenant that is lost', async () => {
    await setup('acme', 'globex', 'initech');
    // Whichever of them is the neighbour.
    t.prover.status.set('globex', 'breached');
    t.prover.status.set('initech', 'breached');
    await t.prove('acme');
    const matrix = (format: string) => t.get(`/matrix?format=${format}`);
    const letters = async () =>
      [...(await matrix('compact')).rows.join('').replace(/-/g, '')].sort();
    const proved = (ms: number) =>
      t.knex('pairs').update({ proved_at: Date.now() - ms });
    expect(await letters()).toEqual(['b', 'h']);
    // Two neighbours each, one every five minutes: ten for each pair once.
    await proved(29 * 60_000);
    expect(await letters()).toEqual(['b', 'h']);
    await proved(31 * 60_000);
    expect(await letters()).toEqual(['b', 'u']);
    expect((await matrix('cells')).cells).toContainEqual(
      expect.objectContaining({
        tenant: 'acme',
        status: 'unproven',
        lastStatus: 'holds',
      }),
    );
    await proved(0);
    expect(await letters()).toEqual(['b', 'h']);
    t.lab.away = 'refuses';
    await new Promise(resolve => setTimeout(resolve, 2_100));
    expect(await letters()).toEqual(['b', 'u']);
  });

  it('knows of all pairs whatever the page, and pages rows and columns apart', async () => {
    await setup('acme', 'far', 'globex', 'initech');
    t.prover.status.set('globex', 'breached');
    await t.prove('acme');
    const path = '/matrix?limit=1&offset=0&targetsOffset=2';
    const { body } = await t.api('get', path);
    expect(body).toMatchObject({
      tenants: ['acme'],
      targets: ['globex'],
      coverage: { pairs: 1, proved: 1 },
      cells: [{ tenant: 'acme', neighbour: 'globex', status: 'holds' }],
      fleet: {
        pairs: 6,
        proved: 2,
        // Three tenants on the largest cluster: two neighbours each.
        roundMs: 2 * 5 * 60_000,
        breached: {
          total: 1,
          cells: [{ tenant: 'globex', neighbour: 'acme', status: 'breached' }],
        },
      },
    });
    expect(body.fleet).not.toHaveProperty('breachedAtMost');
    t.permissions.authorizeConditional.mockResolvedValue([
      { result: AuthorizeResult.DENY },
    ]);
    expect((await t.get('/matrix')).fleet).toMatchObject({
      pairs: 0,
      proved: 0,
      breached: { total: 0, cells: [] },
    });
  });

  it('says how many of all pairs can be breached at most, where none is', async () => {
    await setup('acme', 'globex', 'initech');
    await t.prove('acme');
    const { fleet } = await t.get('/matrix');
    // One pair held, both ways at once: (1 - share)^1 = 5 %.
    expect(fleet).toMatchObject({ pairs: 6, proved: 2 });
    expect(fleet.breachedAtMost).toBeCloseTo(0.95, 6);
  });

  it('tells how walls stood over time, of those that one may read', async () => {
    await setup('acme', 'globex');
    await t.prove('acme');
    await t.prove('acme');
    t.prover.status.set('acme', 'breached');
    const breach = await t.prove('acme');
    t.prover.status.set('acme', 'holds');
    await t.prove('acme');
    const from = new Date(Date.now() - 60_000).toISOString();
    const read = (query = '') => t.get(`/timelines?from=${from}${query}`);
    const { items, totalItems } = await read();
    expect(totalItems).toBe(2);
    expect(items[0]).toMatchObject({ tenant: 'acme', proofs: 4 });
    expect(
      items[0].walls.network.map((s: { known: string }) => s.known),
    ).toEqual(['gap', 'holds', 'breached', 'holds']);
    expect(items[0].breaches).toHaveLength(3);
    expect(items[0].breaches[0]).toMatchObject({
      wall: 'network',
      proofId: breach.id,
      from: Date.parse(breach.finishedAt!),
      to: expect.any(Number),
    });
    expect((await read('&names=globex')).items).toMatchObject([
      { tenant: 'globex' },
    ]);
    expect(await read('&limit=1&offset=1')).toMatchObject({
      items: [{ tenant: 'globex' }],
      totalItems: 2,
    });
    allowOwners(t.permissions, STRANGERS);
    expect(await read()).toEqual({ items: [], totalItems: 0 });
  });

  it('tells the platform team too, and lets it acknowledge and mute without a change of status', async () => {
    const PLATFORM = 'group:default/platform-team';
    t = await startTenantsBackend({
      notifications: { recipients: [PLATFORM] },
    });
    await t.create('acme');
    const put = (what: string, body: object) =>
      t.api('put', `/tenants/acme/${what}`, body);
    const reason = 'Ticket 4711';
    await t.prove('acme');
    expect((await put('acknowledgement', { reason })).status).toBe(409);
    t.prover.status.set('acme', 'breached');
    await t.prove('acme');
    expect(t.send).toHaveBeenLastCalledWith(
      expect.objectContaining({
        recipients: { type: 'entity', entityRef: [OWNER, PLATFORM] },
      }),
    );

    const acknowledged = await put('acknowledgement', { reason });
    expect(acknowledged.body).toMatchObject({
      acknowledged: { by: 'user:default/mock', reason, walls: [...WALLS] },
      walls: [{ status: 'breached' }, {}, {}],
    });
    expect(t.auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({ eventId: 'tenant-acknowledge' }),
    );
    await t.prove('acme');
    expect((await t.get('/tenants')).items[0]).toMatchObject({
      acknowledged: { reason },
    });
    // It ends with the breach: another one is not known about.
    t.prover.status.set('acme', 'holds');
    await t.prove('acme');
    const after = await t.get('/tenants/acme');
    expect(after.acknowledged).toBeUndefined();

    const in1h = new Date(Date.now() + 3_600_000).toISOString();
    for (const until of [
      new Date(Date.now() - 1).toISOString(),
      new Date(Date.now() + 31 * 24 * 3_600_000).toISOString(),
      'tomorrow',
    ]) {
      expect((await put('mute', { until, reason })).status).toBe(400);
    }
    expect((await put('mute', { until: in1h, reason: ' ' })).status).toBe(400);
    const muted = await put('mute', { until: in1h, reason });
    expect(muted.body.muted).toMatchObject({ until: in1h, reason });
    t.send.mockClear();
    t.prover.status.set('acme', 'breached');
    expect(await t.prove('acme')).toMatchObject({
      verdicts: [{ status: 'breached' }, {}, {}],
    });
    expect(t.send).not.toHaveBeenCalled();

    allowOwners(t.permissions, OWNER);
    expect((await put('acknowledgement', { reason })).status).toBe(403);
    expect((await put('mute', { until: in1h, reason })).status).toBe(403);
    expect((await t.api('delete', '/tenants/acme/mute')).status).toBe(403);
    expect((await t.get('/tenants/acme')).muted).toBeDefined();
  });

  it('reports to an auditor', async () => {
    await setup('acme', 'globex');
    const early = await t.api('get', '/tenants/acme/report');
    expect(early.text).toContain('- Proof: none yet');
    const proof = await t.prove('acme');
    const json = await t.api('get', '/tenants/acme/report?format=json');
    expect(json.body).toMatchObject({
      tenant: { name: 'acme', owner: OWNER },
      proof,
      notCovered: expect.arrayContaining([...NOT_COVERED]),
      versions: { kubernetes: 'not readable' },
    });
    const markdown = await t.api('get', '/tenants/acme/report');
    expect(markdown.headers['content-type']).toMatch('text/markdown');
    for (const text of [
      '# Isolation report: acme',
      '| network | holds | network holds |',
      "### Can't reach the neighbour's Service: as expected",
      '- Check: net.neighbour-service (attack)',
      '- From: pod web-tenant-acme/proof (UID uid-1)',
      'no answer within 3000 ms',
      '- Kubernetes: not readable',
      `- ${NOT_COVERED[0]}`,
      '- Two host names on one address',
    ]) {
      expect(markdown.text).toContain(text);
    }
  });
});
