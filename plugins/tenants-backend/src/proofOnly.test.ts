import { mockCredentials } from '@backstage/backend-test-utils';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import {
  OWNER,
  startTenantsBackend,
} from './__testUtils__/startTenantsBackend';
import { until } from './__testUtils__/until';

jest.setTimeout(60_000);

const REFUSED =
  /^400 Tenant flows is only proved: its namespace is not the por/;
const declared = {
  namespace: 'team-flows',
  name: 'flows',
  owner: OWNER,
  workload: { podLabels: { app: 'n8n' } },
};

describe('a tenant that is only proved', () => {
  let t: Awaited<ReturnType<typeof startTenantsBackend>>;

  beforeEach(async () => {
    t = await startTenantsBackend(
      {
        heal: true,
        catalog: { unmanaged: { labelSelector: 'app=n8n' } },
        network: { ingress: { namespaces: ['ingress'] } },
        n8n: { ingress: { host: '{{ name }}.n8n.example.com' } },
      },
      {
        lab: {
          proofOnly: [
            declared,
            { ...declared, name: 'more', namespace: 'team-more' },
          ],
        },
      },
    );
  });

  afterEach(() => t.stop());

  const find = async (wanted = 'flows'): Promise<Tenant | undefined> =>
    (await t.get('/tenants')).items.find(({ name }: Tenant) => name === wanted);
  /** As somebody makes a namespace, which the portal comes upon. */
  async function made(uid = 'uid-flows', name = 'flows'): Promise<void> {
    const labels = { app: 'n8n' };
    t.lab.objects.set(`/api/v1/namespaces/team-${name}`, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `team-${name}`, uid, labels },
    });
    await until(async () => {
      await t.tick('look');
      return (await find(name))?.uid === uid;
    });
  }
  const isProved = async () => Boolean((await find())?.lastProof);

  it('is listed like any other once its namespace is there, and is proved at once', async () => {
    await t.tick('look');
    expect(await find()).toBeUndefined();
    await made();
    await until(isProved);
    const { walls, ...tenant } = (await find())!;
    expect(tenant).toMatchObject({
      namespace: 'team-flows',
      owner: OWNER,
      spec: { size: 'proof-only' },
      names: { namespace: 'team-flows', loginServiceAccount: 'default' },
      phase: 'active',
      outdated: false,
    });
    expect(tenant).not.toHaveProperty('url');
    const service = mockCredentials.service.header();
    const others = await t.api('get', '/unmanaged', undefined, service);
    expect(others.body.items).toEqual([]);
    expect(walls.map(({ status }) => status)).toEqual(Array(3).fill('holds'));
    expect(t.emit).toHaveBeenCalledWith({
      topic: 'threewalls.tenants',
      eventPayload: { name: 'flows' },
    });
    const [{ tenants }] = t.prover.rounds;
    expect(tenants[0].proofOnly).toBeDefined();
    expect((await t.get('/tenants/flows/drift')).items).toEqual([]);
    const report = await t.api('get', '/tenants/flows/report?format=markdown');
    expect(report.text).toMatch(/the portal has made none of them/);
  });

  it('is neither applied, restored, resized, healed nor removed, and nothing is written', async () => {
    await made();
    await until(isProved);
    const spec = t.spec('flows');
    const writes = t.lab.writes.length;
    const errorOf = ({ status, body }: any) =>
      `${status} ${body.error?.message}`;
    const asked: Parameters<typeof t.start>[1][] = [
      { kind: 'apply', spec },
      { kind: 'apply', spec: { ...spec, size: 'proof-only' } },
      { kind: 'apply' },
      { kind: 'apply', size: 'medium' },
      { kind: 'apply', adopt: true },
      { kind: 'remove', confirm: 'flows' },
      { kind: 'remove', confirm: 'flows', keepData: true },
    ];
    for (const request of asked) {
      expect(errorOf(await t.start('flows', request))).toMatch(REFUSED);
    }
    expect(errorOf(await t.api('post', '/plans', spec))).toMatch(REFUSED);
    expect(
      errorOf(
        await t.api('post', '/operations', {
          kind: 'apply',
          filter: { names: ['flows'] },
        }),
      ),
    ).toMatch(/no tenant that the filter leaves/);
    t.prover.status.set('flows', 'breached');
    await t.prove('flows');
    const { body } = await t.api('get', '/tenants/flows/operations');
    expect(body.items.map((o: any) => o.request.kind)).toEqual([
      'prove',
      'prove',
    ]);
    expect(t.lab.writes).toHaveLength(writes);
  });

  it('is a neighbour of others', async () => {
    await made();
    await until(isProved);
    await t.create('acme');
    await t.prove('acme');
    expect(t.prover.names.at(-1)).toEqual(['acme', 'flows']);
  });

  it('is lost with its namespace, another where that comes back, and none where config is silent', async () => {
    await made();
    t.lab.objects.delete('/api/v1/namespaces/team-flows');
    await until(async () => (await find())?.phase === 'lost');
    await made('uid-again');
    await until(async () => (await find())?.phase === 'active');

    const rows = await t.knex('tenants').where({ name: 'flows' });
    expect(rows.map(row => [row.uid, row.removed_at === null])).toEqual([
      ['uid-flows', false],
      ['uid-again', true],
    ]);
    // As it would be with another config.
    await t
      .knex('tenants')
      .update({ name: 'silent', uid: 'uid-silent' })
      .where({ uid: 'uid-again' });
    await t.tick('look');
    const { body } = await t.api('get', '/removed');
    expect(body.items.map((one: any) => one.name)).toContain('silent');
  });

  it('takes no name that another tenant has', async () => {
    await t.create('acme');
    await t.knex('tenants').update({ name: 'flows' }).where({ name: 'acme' });
    const path = '/api/v1/namespaces/team-flows';
    const metadata = { name: 'team-flows', uid: 'uid-flows' };
    t.lab.objects.set(path, { apiVersion: 'v1', kind: 'Namespace', metadata });
    await made('uid-more', 'more');
    await t.tick('look');
    expect((await find())?.namespace).toBe('web-tenant-acme');
  });
});
