import { mockCredentials } from '@backstage/backend-test-utils';
import { say } from '@threewalls/backstage-plugin-tenants-common';
import {
  allowOwners,
  startTenantsBackend,
  STRANGERS,
} from '../__testUtils__/startTenantsBackend';

jest.setTimeout(30_000);

describe('routes of the platform', () => {
  let t: Awaited<ReturnType<typeof startTenantsBackend>>;

  beforeEach(async () => {
    t = await startTenantsBackend({
      catalog: { unmanaged: { labelSelector: 'app=n8n' } },
    });
  });

  afterEach(() => t.stop());

  it('says what there is to choose from, and nothing of addresses', async () => {
    const { body, status } = await t.api('get', '/platform');
    expect(status).toBe(200);
    const ofCluster = {
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
    };
    expect(body).toEqual({
      clusters: [
        { name: 'lab', title: 'lab', ...ofCluster },
        { name: 'other', title: 'other', ...ofCluster },
      ],
      namespacePrefix: 'web-tenant-',
    });
    for (const [method, path, sent] of [
      ['get', '/platform'],
      ['get', '/health'],
      ['get', '/operations'],
      ['post', '/plans', t.spec('acme')],
      ['post', '/tenants/acme/operations', { kind: 'prove' }],
      ['post', '/operations', { kind: 'prove' }],
    ] as const) {
      const none = mockCredentials.none.header();
      const answer = await t.api(method, path, sent, none);
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });

  it('lists what others made, for services', async () => {
    const namespace = (name: string, labels: object, annotations = {}) =>
      t.lab.objects.set(`/api/v1/namespaces/${name}`, {
        kind: 'Namespace',
        metadata: { name, labels, annotations },
      });
    namespace('old', { app: 'n8n' });
    namespace('owned', { app: 'n8n' }, { 'threewalls.io/owner': 'group:a/b' });
    namespace('ours', {
      app: 'n8n',
      'app.kubernetes.io/managed-by': 'threewalls',
    });
    namespace('else', {});
    const { body } = await t.api(
      'get',
      '/unmanaged',
      undefined,
      mockCredentials.service.header(),
    );
    expect(body.items).toEqual([
      { cluster: 'lab', namespace: 'old', owner: 'unknown' },
      { cluster: 'lab', namespace: 'owned', owner: 'group:a/b' },
    ]);
  });

  it('says when a cluster is away', async () => {
    t.lab.away = 'refuses';
    const { body, status } = await t.api('get', '/health');
    expect(status).toBe(200);
    expect(body.status).toBe('degraded');
    for (const { summary: part, wording } of [
      say('partCluster', { cluster: 'lab' }),
      say('partVault', { cluster: 'lab' }),
    ]) {
      expect(body.problems).toContainEqual({
        part,
        wording,
        // To who can read no tenant there it says no more.
        message: 'No answer',
        since: expect.any(String),
      });
    }
  });

  it('warns of a cluster that does not confine the portal', async () => {
    await t.create('acme');
    // The fake refuses nothing.
    await t.tick('confinement');
    const health = () => t.get('/health');
    expect((await health()).warnings).toContainEqual({
      part: 'confinement in lab',
      wording: { code: 'partConfinement', values: { cluster: 'lab' } },
      message: expect.stringMatching(
        /^The portal may make namespaces that don't begin with web-tenant-; /,
      ),
      since: expect.any(String),
    });
    // Where it can be got round is nobody's business but the platform's.
    allowOwners(t.permissions, STRANGERS);
    expect((await health()).warnings).toContainEqual(
      expect.objectContaining({ message: "The portal's log says more" }),
    );
  });

  it('says why a cluster is away to who may read a tenant of it', async () => {
    await t.create('acme');
    t.lab.away = 'refuses';
    const unsaid = async () =>
      (await t.get('/health')).problems
        .filter(({ part }: any) => part.endsWith(' lab'))
        .map(({ message }: any) => message === 'No answer');
    expect(await unsaid()).toEqual([false, false]);
    allowOwners(t.permissions, STRANGERS);
    expect(await unsaid()).toEqual([true, true]);
  });
});
