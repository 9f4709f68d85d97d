import { mockCredentials } from '@backstage/backend-test-utils';
import { ConflictError, InputError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  difference,
  startTenantsBackend,
} from '../__testUtils__/startTenantsBackend';

jest.setTimeout(30_000);

describe('routes of the platform', () => {
  const spec = { name: 'initech', owner: 'group:default/guests' };

  it('says what there is to choose from, and nothing of addresses', async () => {
    const { api } = await startTenantsBackend();
    const { body, status } = await api('get', '/platform');
    expect(status).toBe(200);
    expect(body).toEqual({
      clusters: [{ name: 'lab', title: 'Lab' }],
      sizes: [
        {
          name: 'small',
          title: 'Small',
          cpu: { requests: '1', limits: '2' },
          memory: { requests: '1Gi', limits: '2Gi' },
          pods: 10,
          storage: '5Gi',
        },
        expect.objectContaining({ name: 'medium' }),
        expect.objectContaining({ name: 'large' }),
      ],
      networkProvider: 'kubernetes',
      namespacePrefix: 'web-tenant-',
    });
    for (const [method, path] of [
      ['get', '/platform'],
      ['get', '/health'],
      ['post', '/preview'],
    ] as const) {
      const none = mockCredentials.none.header();
      const answer = await api(method, path).set('Authorization', none);
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });

  it('previews what an apply would do', async () => {
    const { api, inspector } = await startTenantsBackend();
    const preview = async (body: object) =>
      (await api('post', '/preview').send(body)).body;
    expect(await preview(spec)).toEqual({
      namespace: 'web-tenant-initech',
      cluster: 'lab',
      exists: false,
      resources: [difference],
    });
    expect(await preview({ ...spec, name: 'acme' })).toMatchObject({
      exists: true,
    });
    const [plan] = inspector.diff.mock.calls[0];
    expect(plan.spec).toEqual({
      ...spec,
      cluster: 'lab',
      size: 'small',
      egress: { hosts: [], cidrs: [] },
      allowInternet: false,
    });

    inspector.checkCapacity.mockRejectedValueOnce(
      new InputError('Tenant initech does not fit in cluster lab'),
    );
    expect(await preview(spec)).toMatchObject({
      resources: [difference],
      refusal: 'Tenant initech does not fit in cluster lab',
    });
    inspector.diff.mockRejectedValueOnce(
      new ConflictError('Namespace web-tenant-initech is not ours'),
    );
    expect(await preview(spec)).toMatchObject({
      resources: [],
      refusal: 'Namespace web-tenant-initech is not ours',
    });
    inspector.diff.mockRejectedValueOnce(new Error('socket hang up'));
    expect((await api('post', '/preview').send(spec)).status).toBe(500);
  });

  it('names the field of a spec that is wrong', async () => {
    const { api, inspector } = await startTenantsBackend();
    const refusal = async (body: object) => {
      const answer = await api('post', '/preview').send(body);
      return [answer.status, answer.body.error.message];
    };
    expect(await refusal({ ...spec, name: 'Acme' })).toEqual([
      400,
      expect.stringMatching(/^name: A tenant's name has lower-case letters/),
    ]);
    expect(await refusal({ ...spec, egress: { cidrs: ['10.0.0.0'] } })).toEqual(
      [400, expect.stringMatching(/^egress\.cidrs\.0: /)],
    );
    expect(await refusal({ ...spec, size: 'huge' })).toEqual([
      400,
      expect.stringContaining('huge'),
    ]);
    expect(await refusal({ ...spec, password: 'x' })).toEqual([
      400,
      expect.stringContaining('password'),
    ]);
    expect(await refusal({ ...spec, name: 'far' })).toEqual([
      400,
      expect.stringMatching(/^name: tenant far exists in cluster prod/),
    ]);
    expect(inspector.diff).not.toHaveBeenCalled();
  });

  it('previews for those alone who could create or resize', async () => {
    const { api, inspector, permissions } = await startTenantsBackend();
    const service = mockCredentials.service.header({
      onBehalfOf: await mockCredentials.service(),
      targetPluginId: 'tenants',
    });
    const ask = async (body: object, header?: string) => {
      const sent = api('post', '/preview').send(body);
      const answer = await (header ? sent.set('Authorization', header) : sent);
      return [answer.status, answer.body.error?.message];
    };
    const theirs = { ...spec, owner: 'group:default/globex' };
    expect(await ask(theirs)).toEqual([
      403,
      'You may not act for group:default/globex: you are not one of its members',
    ]);
    // The name is theirs, whoever asks.
    expect(await ask({ ...spec, name: 'globex' })).toEqual([
      403,
      'Tenant globex exists and is owned by group:default/globex: choose another name',
    ]);
    expect(await ask(theirs, service)).toEqual([200, undefined]);
    const nobody = { ...spec, owner: 'group:default/nobody' };
    expect(await ask(nobody, service)).toEqual([
      400,
      'owner: there is no group:default/nobody in the catalog to own the tenant',
    ]);
    inspector.diff.mockClear();
    permissions.authorize.mockResolvedValue([{ result: AuthorizeResult.DENY }]);
    expect(await ask(spec)).toEqual([
      403,
      'You may not: tenant.create is denied',
    ]);
    expect(inspector.diff).not.toHaveBeenCalled();
    // A resize is an apply too.
    permissions.authorize.mockImplementation(async asked =>
      asked.map(({ permission }) => ({
        result:
          permission.name === 'tenant.resize'
            ? AuthorizeResult.ALLOW
            : AuthorizeResult.DENY,
      })),
    );
    expect(await ask(spec)).toEqual([200, undefined]);
  });

  it('says when a cluster is away', async () => {
    const { api, probe } = await startTenantsBackend();
    probe.check.mockRejectedValue(new Error('connect ECONNREFUSED'));
    const { body, status } = await api('get', '/health');
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'degraded',
      problems: [
        {
          part: 'cluster lab',
          message: 'connect ECONNREFUSED',
          since: expect.any(String),
        },
      ],
    });
  });
});
