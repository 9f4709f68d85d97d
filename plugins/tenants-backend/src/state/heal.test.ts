import { randomUUID } from 'node:crypto';
import { startTenantsBackend } from '../__testUtils__/startTenantsBackend';
import { until } from '../__testUtils__/until';
import { OperationStore } from '../database/OperationStore';
import { ProofStore } from '../database/ProofStore';
import { TenantStore } from '../database/TenantStore';

jest.setTimeout(60_000);

const POLICY =
  '/apis/networking.k8s.io/v1/namespaces/web-tenant-acme/networkpolicies/tenant-isolation';

const QUOTA = '/api/v1/namespaces/web-tenant-acme/resourcequotas/tenant-quota';

let t: Awaited<ReturnType<typeof startTenantsBackend>>;

afterEach(async () => {
  jest.restoreAllMocks();
  await t.stop();
});

async function proved(tenants: object, spec: object = {}) {
  t = await startTenantsBackend(tenants);
  await t.create('acme', spec);
  await t.prove('acme');
}

/** Somebody deletes a policy, and objects show it. */
function breach() {
  t.prover.state.set('acme network', 'breached');
  t.lab.objects.delete(POLICY);
}

const restores = async () =>
  (
    await t.api('get', '/tenants/acme/operations?kinds=apply')
  ).body.items.filter((o: any) => o.request.restores);
const titles = () =>
  (t.send.mock.calls as any[]).map(([{ payload }]): string => payload.title);
const isThere = () => t.lab.objects.has(POLICY);
/** Until a change of what objects show was seen. */
async function looked(change: () => void): Promise<void> {
  change();
  const { length } = t.prover.looks;
  t.lab.objects.get(POLICY).metadata.annotations = { a: 'b' };
  await until(() => t.prover.looks.length > length);
}
/** What would have happened by now, had it been going to. */
const aWhile = () => new Promise(resolve => setTimeout(resolve, 1_500));

describe('a tenant that is to be restored by itself', () => {
  it('is what it was again at once, and says what others had changed', async () => {
    await proved({ heal: true });
    breach();
    await until(isThere);
    t.prover.state.clear();
    await until(async () => (await restores())[0]?.state === 'succeeded');
    expect(await restores()).toMatchObject([
      {
        trigger: 'event',
        applied: { created: 1, updated: 0 },
        request: {
          kind: 'apply',
          restores: [
            { id: 'NetworkPolicy tenant-isolation', change: 'create' },
          ],
        },
      },
    ]);
    expect((await restores())[0]).not.toHaveProperty('requestedBy');
    expect(titles()).toContain('acme: the network wall is breached');
  });

  it('is restored, and told of, though its breach could not be written down at once', async () => {
    await proved({ heal: true });
    const turn = jest.spyOn(ProofStore.prototype, 'turn');
    turn.mockRejectedValueOnce(new Error('Connection reset'));
    breach();
    await until(isThere);
    t.prover.state.clear();
    await until(async () => (await restores())[0]?.state === 'succeeded');
    const isBreach = (title: string) => / wall is breached/.test(title);
    expect(titles().filter(isBreach)).toHaveLength(1);
    expect(turn).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['config does not say so', {}, {}],
    ['its spec says no', { heal: true }, { heal: false }],
  ])('stays as it is where %s', async (_, tenants, spec) => {
    await proved(tenants, spec);
    breach();
    await until(() => titles().length > 0);
    await aWhile();
    expect(isThere()).toBe(false);
    expect(await restores()).toEqual([]);
  });

  it('is restored where its spec alone says so', async () => {
    await proved({}, { heal: true });
    breach();
    await until(isThere);
    expect(await restores()).toHaveLength(1);
  });

  it('lets be what others have added', async () => {
    await proved({ heal: true });
    t.prover.state.set('acme network', 'breached');
    t.lab.objects.set(POLICY.replace('tenant-isolation', 'open'), {
      metadata: { name: 'open', namespace: 'web-tenant-acme' },
    });
    await until(() => titles().length > 0);
    await aWhile();
    expect(await restores()).toEqual([]);
  });

  it('costs next to nothing where many are breached by what is nobody’s of them', async () => {
    t = await startTenantsBackend({ heal: true });
    const names = [...'abcdefgh'].map(letter => `t-${letter}`);
    for (const name of names) {
      await t.create(name);
      await t.prove(name);
    }
    // Nothing that follows is to run.
    jest.spyOn(OperationStore.prototype, 'claim').mockResolvedValue(undefined);
    const owners = jest.spyOn(TenantStore.prototype, 'owners');
    const { length } = t.lab.seen;
    t.prover.finds = 'who-can';
    names.forEach(name => t.prover.state.set(`${name} network`, 'breached'));
    t.lab.objects.set(
      '/apis/rbac.authorization.k8s.io/v1/namespaces/vault/rolebindings/all',
      { kind: 'RoleBinding', metadata: { name: 'all', namespace: 'vault' } },
    );
    await until(() => titles().length === names.length);
    await aWhile();
    expect(owners.mock.calls.length).toBeLessThanOrEqual(2);
    const asked = t.lab.seen.slice(length).map(({ path }) => path);
    expect(asked.filter(path => /tenant-t-/.test(path))).toEqual([]);
  });

  it('becomes what was last applied, and not what is planned today', async () => {
    await proved({ heal: true });
    const quota = t.lab.objects.get(QUOTA);
    const [{ uid, body }] = await t.knex('applied_resources');
    const applied = JSON.parse(body);
    for (const { spec } of [
      quota,
      applied['ResourceQuota tenant-quota'].resource.object,
    ]) {
      spec.hard['limits.cpu'] = '1234m';
    }
    await t
      .knex('applied_resources')
      .where({ uid })
      .update({ body: JSON.stringify(applied) });
    breach();
    await until(async () => (await restores())[0]?.state === 'succeeded');
    expect(isThere()).toBe(true);
    expect(t.lab.objects.get(QUOTA).spec.hard['limits.cpu']).toBe('1234m');
  });

  it('is given up, and told of, once it was changed too often', async () => {
    await proved({ heal: true });
    breach();
    await until(async () => (await restores())[0]?.state === 'succeeded');
    await looked(() => t.prover.state.clear());
    const [{ id }] = await restores();
    const row = await t.knex('operations').where({ id }).first();
    await t
      .knex('operations')
      .insert([1, 2].map(() => ({ ...row, id: randomUUID() })));
    breach();
    await until(() => titles().includes('acme was not restored'));
    expect(isThere()).toBe(false);
    expect(await restores()).toHaveLength(3);
  });

  it('says so where the restore fails', async () => {
    await proved({ heal: true });
    const release = t.lab.hold(/^PATCH .*networkpolicies/);
    breach();
    await until(() => t.lab.held > 0);
    t.lab.away = 'refuses';
    release();
    await until(() => titles().includes('acme was not restored'));
    expect((await restores())[0].state).toBe('failed');
  });
});
