import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  AddedCheck,
  tenantsChecksExtensionPoint,
} from '@threewalls/backstage-plugin-tenants-node';
import { startTenantsBackend } from './__testUtils__/startTenantsBackend';
import { AddedChecks } from './engine';

jest.setTimeout(60_000);

const ABOUT = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'about' },
  data: { text: '{{ tenant.name }} on {{ tenant.cluster }}' },
};
const CONFIG_MAP = '/api/v1/namespaces/web-tenant-acme/configmaps/about';

describe('two clusters of one portal, each with its own profile', () => {
  let t: Awaited<ReturnType<typeof startTenantsBackend>>;

  beforeEach(async () => {
    t = await startTenantsBackend(
      {},
      {
        lab: { sizes: { small: { quota: { pods: 5 } } } },
        other: {
          network: { provider: 'cilium', reservedCidrs: ['10.0.0.0/8'] },
          sizes: { tiny: { title: 'Tiny' } },
          extraObjects: [ABOUT],
        },
      },
    );
  });

  afterEach(() => t.stop());

  const preview = async (cluster: string, over: object = {}) => {
    const spec = t.spec('acme', { cluster, size: 'small', ...over });
    const { body } = await t.api('post', '/plans', spec);
    const changes: Record<string, string> = Object.fromEntries(
      (body.resources ?? []).map((r: any) => [r.id, r.change]),
    );
    return { changes, error: body.error?.message };
  };

  it('offer what each of them has', async () => {
    const { body } = await t.api('get', '/platform');
    expect(
      body.clusters.map((c: any) => [
        c.name,
        c.networkProvider,
        c.sizes.map(({ name, pods }: any) => `${name} ${pods}`),
      ]),
    ).toEqual([
      ['lab', 'kubernetes', ['small 5', 'medium 20', 'large 40']],
      ['other', 'cilium', ['small 10', 'tiny 10', 'medium 20', 'large 40']],
    ]);
  });

  it('plan a tenant as its own cluster is', async () => {
    const policy = 'CiliumNetworkPolicy tenant-egress';
    const ids = async (cluster: string) =>
      Object.keys((await preview(cluster)).changes).filter(id =>
        [policy, 'ConfigMap about'].includes(id),
      );
    expect(await ids('lab')).toEqual([]);
    expect(await ids('other')).toEqual([policy, 'ConfigMap about']);
    const tiny = { size: 'tiny' };
    expect((await preview('other', tiny)).error).toBeUndefined();
    expect((await preview('lab', tiny)).error).toMatch(
      /no size tiny; there is small, medium, large/,
    );
    const egress = { egress: { hosts: ['api.example.com'], cidrs: [] } };
    expect((await preview('other', egress)).error).toBeUndefined();
    expect((await preview('lab', egress)).error).toMatch(/cilium/);
  });

  it('make, compare, restore and remove what one of them adds', async () => {
    await t.create('acme', { cluster: 'other' });
    expect(t.other.objects.get(CONFIG_MAP).data).toEqual({
      text: 'acme on other',
    });
    expect(t.lab.objects.has(CONFIG_MAP)).toBe(false);
    const drift = async () =>
      (await t.get('/tenants/acme/drift')).items.map(
        ({ id, change, outdated, fields }: any) => [
          id,
          change,
          outdated,
          fields.map(({ field }: any) => field),
        ],
      );
    expect(await drift()).toEqual([]);

    t.other.objects.get(CONFIG_MAP).data.text = 'mine';
    expect(await drift()).toEqual([
      ['ConfigMap about', 'update', undefined, ['data.text']],
    ]);
    await t.run('acme', { kind: 'apply' });
    expect(t.other.objects.get(CONFIG_MAP).data.text).toBe('acme on other');

    // Config has it no more.
    t.platform.clusters[1].extraObjects = [];
    expect(await drift()).toEqual([['ConfigMap about', 'remove', true, []]]);
    const { changes } = await preview('other');
    expect(changes['ConfigMap about']).toBe('remove');
    const { id, applied } = await t.run('acme', { kind: 'apply' });
    expect(applied).toMatchObject({ created: 0, updated: 1 });
    const { body } = await t.api(
      'get',
      `/tenants/acme/operations/${id}/events`,
    );
    expect(body.items).toContainEqual(
      expect.objectContaining({
        resource: 'ConfigMap about',
        result: 'removed',
      }),
    );
    expect(t.other.objects.has(CONFIG_MAP)).toBe(false);
    expect(await drift()).toEqual([]);
    expect((await preview('other')).changes).not.toHaveProperty([
      'ConfigMap about',
    ]);
  });
});

describe('checks of the platform’s own', () => {
  const check = (id: string): AddedCheck => ({
    id,
    wall: 'resource',
    kind: 'barrier',
    title: 'Is in the inventory',
    why: 'Nobody pays for what the inventory does not know',
    request: 'none',
    expected: 'an entry',
    run: async () => ({ outcome: 'asExpected', code: 'OK', response: '' }),
  });

  it('are made in every proof and look, and not in a drill', async () => {
    const own = check('res.in-inventory');
    const t = await startTenantsBackend(
      {},
      {},
      createBackendModule({
        pluginId: 'tenants',
        moduleId: 'own-checks',
        register(env) {
          env.registerInit({
            deps: { checks: tenantsChecksExtensionPoint },
            async init({ checks }) {
              checks.addCheck(own);
            },
          });
        },
      }),
    );
    try {
      await t.create('acme');
      await t.prove('acme');
      expect(t.prover.rounds.map(({ added }) => added)).toEqual([[own]]);
      expect(t.prover.added).toEqual([own]);
    } finally {
      await t.stop();
    }
  });

  it.each([
    ['net.canary-egress', /There is a check net\.canary-egress already/],
    ['res.mine', /There is a check res\.mine already/],
    ['net.custom.db', /can't be the id of a check/],
    ['mine', /can't be the id of a check/],
    ['res.A b', /can't be the id of a check/],
  ])('are refused where their id is none: %s', (id, message) => {
    const checks = new AddedChecks();
    checks.addCheck(check('res.mine'));
    expect(() => checks.addCheck(check(id))).toThrow(message);
  });
});
