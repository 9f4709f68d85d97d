import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { NOT_COVERED } from '@threewalls/backstage-plugin-tenants-common';
import request from 'supertest';
import tenantsPlugin from './index';
import {
  allowOwners,
  difference,
  startTenantsBackend as setup,
} from './__testUtils__/startTenantsBackend';
import { testTenant } from './__testUtils__/testTenant';

jest.setTimeout(30_000);

describe('tenantsPlugin', () => {
  const names = (body: { items: { name: string }[] }) =>
    body.items.map(item => item.name);

  it('lists tenants with their walls, by status, owner and cluster, in pages', async () => {
    const { api, prove, prover, source } = await setup();
    const before = await api('get', '/tenants/acme');
    expect(before.body).toMatchObject({
      name: 'acme',
      cluster: 'lab',
      namespace: 'web-tenant-acme',
      entityRef: 'resource:default/acme',
      phase: 'active',
      spec: { size: 'small' },
      usage: { cpu: 0.5, memory: 0.75, pods: 0.1 },
      walls: [
        { wall: 'network', status: 'unproven', summary: 'No proof yet' },
        { wall: 'secret', status: 'unproven' },
        { wall: 'resource', status: 'unproven' },
      ],
    });
    prover.status.set('globex', 'breached');
    await prove('acme');
    const after = await api('get', '/tenants/globex');
    expect(after.body).toMatchObject({
      walls: [{ status: 'breached', stale: false }, {}, {}],
      lastProof: { neighbour: 'acme', trigger: 'schedule' },
    });
    expect(after.body).not.toHaveProperty('currentProof');

    const list = async (query: string) =>
      (await api('get', `/tenants?${query}`)).body;
    expect(names(await list(''))).toEqual(['acme', 'far', 'globex']);
    expect(names(await list('status=holds'))).toEqual(['acme']);
    expect(names(await list('status=breached'))).toEqual(['globex']);
    expect(names(await list('status=unproven'))).toEqual(['far']);
    expect(names(await list('cluster=prod'))).toEqual(['far']);
    expect(names(await list('owner=group:default/Globex'))).toEqual(['globex']);
    expect(await list('limit=1&offset=1')).toMatchObject({
      totalItems: 3,
      items: [{ name: 'far' }],
    });
    const wrong = await api('get', '/tenants?status=green&limit=0');
    expect(wrong.status).toBe(400);
    expect(wrong.body.error).toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/limit[\s\S]*status|status[\s\S]*limit/),
    });

    source.away.set('prod', "Cluster prod can't be reached");
    expect(names(await list(''))).toEqual(['acme', 'far', 'globex']);
    const gone = await api('get', '/tenants/far');
    expect(gone.status).toBe(503);
    expect(gone.body.error.message).toBe("Cluster prod can't be reached");
    expect((await api('get', '/tenants/nobody')).status).toBe(404);
  });

  it('starts a proof, joins one, and shows it with receipts', async () => {
    const t = await setup();
    const release = t.prover.hold();
    const first = await t
      .api('post', '/tenants/acme/proofs')
      .send({ trigger: 'task' });
    expect(first.status).toBe(202);
    expect(first.headers.location).toBe(
      `/api/tenants/tenants/acme/proofs/${first.body.id}`,
    );
    expect(first.body).toMatchObject({ tenant: 'acme', trigger: 'task' });
    const second = await t.api('post', '/tenants/acme/proofs');
    expect(second.body.id).toBe(first.body.id);
    // A task's may not be that which has begun before its change.
    const third = await t
      .api('post', '/tenants/acme/proofs')
      .send({ trigger: 'task' });
    expect(third.status).toBe(202);
    expect(third.body).toMatchObject({ state: 'queued', trigger: 'task' });
    expect(third.body.id).not.toBe(first.body.id);
    expect((await t.api('get', '/tenants/acme')).body.currentProof.id).toBe(
      first.body.id,
    );
    release();
    const next = await t.follow(third.headers.location);
    expect(Date.parse(next.startedAt)).toBeGreaterThanOrEqual(
      Date.parse((await t.follow(first.headers.location)).finishedAt!),
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
    const wrong = await t
      .api('post', '/tenants/acme/proofs')
      .send({ trigger: 'schedule' });
    expect(wrong.status).toBe(400);
    t.source.tenants.push(testTenant('going', { phase: 'removing' }));
    expect((await t.api('post', '/tenants/going/proofs')).status).toBe(409);
    expect(t.publish).toHaveBeenCalledWith({
      recipients: { type: 'broadcast' },
      channel: 'tenants:proofs',
      message: { tenant: 'far', proofId: proof.id, state: 'done' },
    });
    expect(t.auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({
        eventId: 'proof-start',
        meta: { tenant: 'acme', trigger: 'task' },
      }),
    );
    expect(t.success).toHaveBeenCalledWith({
      meta: { proofId: first.body.id, joined: true },
    });
  });

  it('notifies the owner of a breach once, and audits it', async () => {
    const t = await setup();
    t.source.tenants = [
      testTenant('globex', { owner: 'group:default/globex' }),
    ];
    t.prover.status.set('globex', 'breached');
    await t.prove('globex');
    await t.prove('globex');
    expect(t.send).toHaveBeenCalledTimes(3);
    expect(t.send).toHaveBeenCalledWith({
      recipients: { type: 'entity', entityRef: 'group:default/globex' },
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
    const t = await setup();
    allowOwners(t.permissions, 'user:default/guest', 'group:default/globex');
    expect(names((await t.api('get', '/tenants')).body)).toEqual(['globex']);
    expect((await t.api('get', '/matrix')).body.tenants).toEqual(['globex']);
    for (const path of ['', '/proofs', '/proofs/x', '/report', '/drift']) {
      const { status, body } = await t.api('get', `/tenants/acme${path}`);
      expect([path, status, body.error.message]).toEqual([
        path,
        403,
        'You lack the permission tenant.read for tenant acme',
      ]);
    }
    expect((await t.api('post', '/tenants/acme/proofs')).status).toBe(403);
    expect(t.fail).toHaveBeenCalledWith({
      error: expect.objectContaining({ name: 'NotAllowedError' }),
    });
    expect(t.prover.rounds).toEqual([]);
    expect((await t.api('post', '/tenants/globex/proofs')).status).toBe(202);
    expect(t.permissions.authorizeConditional).toHaveBeenLastCalledWith(
      [{ permission: expect.objectContaining({ name: 'tenant.prove' }) }],
      expect.anything(),
    );

    t.permissions.authorizeConditional.mockResolvedValue([
      { result: AuthorizeResult.DENY },
    ]);
    expect((await t.api('get', '/tenants')).body.items).toEqual([]);
    expect((await t.api('get', '/tenants/globex')).status).toBe(403);

    const rules = await request(t.server).get(
      '/api/tenants/.well-known/backstage/permissions/metadata',
    );
    expect(rules.body).toMatchObject({
      permissions: expect.arrayContaining([
        expect.objectContaining({ name: 'tenant.create' }),
        expect.objectContaining({ name: 'tenant.prove' }),
      ]),
      rules: [{ name: 'IS_TENANT_OWNER', resourceType: 'tenant' }],
    });
  });

  it('takes users and services, and nobody else', async () => {
    const t = await setup();
    const as = async (header: string) =>
      (await t.api('get', '/tenants').set('Authorization', header)).status;
    expect(await as(mockCredentials.user.header())).toBe(200);
    expect(
      await as(
        mockCredentials.service.header({
          onBehalfOf: await mockCredentials.service(),
          targetPluginId: 'tenants',
        }),
      ),
    ).toBe(200);
    expect(await as(mockCredentials.none.header())).toBe(401);
  });

  it('shows what is not as planned', async () => {
    const { api, source, detect } = await setup();
    const { body } = await api('get', '/tenants/acme/drift');
    expect(body).toEqual({ items: [difference] });
    expect(detect).toHaveBeenCalledWith(source.tenants[0]);
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
    expect(one.status).toBe(503);
    expect(one.body.error.message).toMatch(
      /^Tenant acme can't be looked up now: Cluster lab can't be reached/,
    );
  });

  it('shows the matrix of ordered pairs', async () => {
    const { api, prove, prover } = await setup();
    prover.status.set('globex', 'breached');
    const { id } = await prove('acme');
    const { body } = await api('get', '/matrix');
    expect(body).toMatchObject({
      tenants: ['acme', 'far', 'globex'],
      totalItems: 3,
      coverage: { pairs: 2, proved: 2 },
    });
    expect(body.cells).toEqual(
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
  });

  it('shows the row and the column of one tenant, and a compact square', async () => {
    const t = await setup();
    t.source.tenants.push(testTenant('initech'));
    t.prover.status.set('globex', 'breached');
    await t.prove('acme');
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

    const cells = async (query: string) =>
      (await t.api('get', `/matrix?${query}`)).body;
    const cross = await cells('tenant=globex');
    expect(cross).toMatchObject({
      tenants: ['globex', 'acme', 'initech'],
      totalItems: 3,
      coverage: { pairs: 4 },
    });
    const all = (await cells('cluster=lab')).cells;
    expect(cross.cells).toHaveLength(cross.coverage.proved);
    expect(all).toEqual(expect.arrayContaining(cross.cells));
    expect(
      all.filter((c: any) => [c.tenant, c.neighbour].includes('globex')),
    ).toHaveLength(cross.cells.length);
    expect((await t.api('get', '/matrix?tenant=nobody')).status).toBe(404);
    allowOwners(t.permissions, 'group:default/globex');
    expect((await t.api('get', '/matrix?tenant=acme')).status).toBe(403);
    expect(await cells('tenant=globex')).toMatchObject({
      tenants: ['globex'],
      cells: [],
    });
  });

  it('answers with what is new, and with 304 where nothing is', async () => {
    const t = await setup();
    const paths = ['/tenants', '/tenants/acme', '/matrix', '/tenants?limit=1'];
    for (const path of paths) {
      const first = await t.api('get', path);
      const { etag } = first.headers;
      const again = await t.api('get', path).set('If-None-Match', etag);
      expect([path, again.status, again.text]).toEqual([path, 304, '']);
      await t.prove('acme');
      const after = await t.api('get', path).set('If-None-Match', etag);
      expect([path, after.status]).toEqual([path, 200]);
      expect(after.headers.etag).not.toBe(etag);
    }
    const seen: [string, string][] = [];
    // Whoever reads right after a signal reads what it is about.
    t.publish.mockImplementation((async ({ message }: any) => {
      if (message.state === 'done') {
        const { body } = await t.api('get', `/tenants/${message.tenant}`);
        seen.push([message.proofId, body.lastProof.id]);
      }
    }) as any);
    for (let i = 0; i < 3; i++) {
      await t.prove('far');
    }
    for (let i = 0; i < 200 && seen.length < 3; i++) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    expect(seen).toHaveLength(3);
    for (const [signalled, read] of seen) {
      expect(read).toBe(signalled);
    }
  });

  it('keeps what one may read from another, however fast they ask', async () => {
    const t = await setup();
    allowOwners(t.permissions, 'group:default/globex');
    const [guest, other] = ['user:default/guest', 'user:default/other'].map(
      ref => mockCredentials.user.header(ref),
    );
    const list = async (header: string) =>
      names((await t.api('get', '/tenants').set('Authorization', header)).body);
    expect(await list(guest)).toEqual(['globex']);
    allowOwners(t.permissions, 'group:default/guests');
    expect(await list(other)).toEqual(['acme', 'far']);
    // Remembered for a second, for the bearer of that token alone.
    expect(await list(guest)).toEqual(['globex']);
    const asked = t.permissions.authorizeConditional.mock.calls.length;
    await new Promise(resolve => setTimeout(resolve, 1_050));
    expect(await list(guest)).toEqual(['acme', 'far']);
    expect(t.permissions.authorizeConditional).toHaveBeenCalledTimes(asked + 1);
  });

  it('reports to an auditor', async () => {
    const { api, prove } = await setup();
    const early = await api('get', '/tenants/acme/report');
    expect(early.text).toContain('- Proof: none yet');
    const proof = await prove('acme');
    const json = await api('get', '/tenants/acme/report?format=json');
    expect(json.body).toMatchObject({
      tenant: { name: 'acme', owner: 'group:default/guests' },
      proof,
      notCovered: expect.arrayContaining([...NOT_COVERED]),
      versions: { kubernetes: 'v1.36.3', cilium: 'not readable' },
    });
    const markdown = await api('get', '/tenants/acme/report');
    expect(markdown.headers['content-type']).toMatch('text/markdown');
    for (const text of [
      '# Isolation report: acme',
      '| network | holds | network holds |',
      '### net.neighbour-service: asExpected',
      '- From: pod web-tenant-acme/proof (UID uid-1)',
      'no answer within 3000 ms',
      '- Kubernetes: v1.36.3',
      '- Cilium: not readable',
      '- Vault: 1.19.0',
      `- ${NOT_COVERED[0]}`,
      '- Two host names on one address',
    ]) {
      expect(markdown.text).toContain(text);
    }
  });
});
