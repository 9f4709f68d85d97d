import { VaultReader } from '@threewalls/backstage-plugin-tenants-node';
import { startTenantsBackend } from '../__testUtils__/startTenantsBackend';
import { until } from '../__testUtils__/until';
import { OperationStore } from '../database/OperationStore';

jest.setTimeout(60_000);

type Backend = Awaited<ReturnType<typeof startTenantsBackend>>;

const POLICY =
  '/apis/networking.k8s.io/v1/namespaces/web-tenant-acme/networkpolicies/tenant-isolation';

const POLICIES = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };

let t: Backend;

beforeEach(async () => {
  t = await startTenantsBackend();
});
afterEach(() => t.stop());

const get = async (path: string) => (await t.api('get', path)).body;
const walls = async () => (await get('/tenants/acme')).walls;
const statuses = async () => (await walls()).map((w: any) => w.status);
const proofs = async () => (await get('/tenants/acme/proofs')).items;
const titles = () =>
  (t.send.mock.calls as any[])
    .map(([{ payload }]): string => payload.title)
    .filter(title => / wall /.test(title));

async function proved() {
  await t.create('acme');
  await t.prove('acme');
  expect(await statuses()).toEqual(['holds', 'holds', 'holds']);
}

/** Until nothing is looked at any more; answers how often something was. */
async function settled(): Promise<number> {
  const { looks } = t.prover;
  for (let before = -1; before !== looks.length; ) {
    before = looks.length;
    await new Promise(resolve => setTimeout(resolve, 700));
  }
  return looks.length;
}

/** Somebody deletes a policy, and objects show it. */
function breach() {
  t.prover.state.set('acme network', 'breached');
  t.lab.objects.delete(POLICY);
}

describe('a wall whose objects are not as planned', () => {
  it('turns at once, is told of, written down with receipts, and attacked', async () => {
    await proved();
    t.prover.status.set('acme', 'breached');
    const release = t.prover.hold();
    const begun = Date.now();
    breach();
    await until(async () => (await statuses())[0] === 'breached');
    expect(Date.now() - begun).toBeLessThan(2_000);
    await until(async () => titles().length > 0);
    expect(titles()).toEqual(['acme: the network wall is breached']);
    const [network, secret] = await walls();
    expect(network).toMatchObject({
      summary: 'objects: breached',
      proofId: expect.any(String),
    });
    expect(secret).toMatchObject({ status: 'holds' });
    expect(await get(`/tenants/acme/proofs/${network.proofId}`)).toMatchObject({
      trigger: 'event',
      scope: 'state',
      state: 'done',
      verdicts: [{ wall: 'network', status: 'breached' }],
      receipts: [{ wall: 'network', outcome: 'breached' }],
    });
    // The attack that follows is queued before the schedule's, and is the last proof.
    await until(async () => t.prover.rounds.length === 2);
    // Its policies are not as planned: it waits for none to bite.
    expect(t.prover.rounds.map(({ open }) => [...open!])).toEqual([
      [],
      ['acme'],
    ]);
    release();
    await until(
      async () => (await get('/tenants/acme')).lastProof.trigger === 'event',
    );
    expect(await statuses()).toEqual(['breached', 'breached', 'breached']);
    expect((await walls())[0]).not.toHaveProperty('proofId');
    // Twice told is not twice breached.
    expect(titles().filter(title => /network/.test(title))).toHaveLength(1);
  });

  it('stays breached until a proof that began later shows otherwise', async () => {
    await proved();
    const release = t.prover.hold();
    await t.start('acme', { kind: 'prove' });
    await until(async () => t.prover.rounds.length === 2);
    breach();
    await until(async () => (await statuses())[0] === 'breached');
    // It is as it was again: what happened meanwhile nobody has tried.
    t.prover.state.clear();
    t.lab.objects.set(POLICY, {
      metadata: { name: 'tenant-isolation', namespace: 'web-tenant-acme' },
    });
    const releaseLater = t.prover.hold();
    release();
    // The early one has ended, or was given up for the change, on a slow machine.
    await until(async () => t.prover.rounds.length === 3);
    expect((await walls())[0].status).toBe('breached');
    releaseLater();
    await until(async () => (await statuses())[0] === 'holds', 20_000);
    await until(async () => titles().length === 2);
    expect(titles()).toEqual([
      'acme: the network wall is breached',
      'acme: the network wall holds again',
    ]);
  });

  it('is attacked anew at once where an attack under way counts for nothing any more', async () => {
    await proved();
    const release = t.prover.hold();
    await t.start('acme', { kind: 'prove' });
    await until(async () => t.prover.rounds.length === 2);
    // So long that it would go on, were the tenant's own objects as they were.
    await new Promise(resolve => setTimeout(resolve, 3_100));
    t.lab.objects.get(POLICY).spec = { egress: [] };
    await until(async () => t.prover.rounds.length === 3);
    release();
    await until(async () => (await proofs()).length === 2);
    expect(t.prover.rounds).toHaveLength(3);
  });

  it('is not judged while the portal changes the tenant itself', async () => {
    await proved();
    const release = t.lab.hold(/^PATCH .*resourcequotas/);
    const apply = await t.start('acme', { kind: 'apply', size: 'medium' });
    await until(async () => t.lab.held > 0);
    t.prover.state.set('acme secret', 'unproven');
    t.lab.objects.get(POLICY).metadata.labels = { a: 'b' };
    await new Promise(resolve => setTimeout(resolve, 600));
    expect(await statuses()).toEqual(['holds', 'holds', 'holds']);
    breach();
    await new Promise(resolve => setTimeout(resolve, 1_200));
    expect(await statuses()).toEqual(['holds', 'holds', 'holds']);
    t.prover.state.clear();
    release();
    await t.follow(apply);
    // What it has changed is attacked, without anybody's asking.
    await until(
      async () => (await get('/tenants/acme')).lastProof.trigger === 'event',
    );
    expect(await statuses()).toEqual(['holds', 'holds', 'holds']);
    expect(titles()).toEqual([]);
    expect(await proofs()).toHaveLength(2);
  });

  it('is attacked after an apply, though objects show nothing that has changed', async () => {
    await t.create('acme');
    t.prover.status.set('acme', 'breached');
    await t.prove('acme');
    expect(await statuses()).toEqual(['breached', 'breached', 'breached']);
    t.prover.status.clear();
    await t.run('acme', { kind: 'apply' });
    await until(async () => (await statuses())[0] === 'holds');
    expect(await proofs()).toMatchObject([
      { trigger: 'event' },
      { trigger: expect.not.stringMatching('event') },
    ]);
  });

  it("is unproven where objects can't be read, and only for so long", async () => {
    await proved();
    t.prover.state.set('acme secret', 'unproven');
    t.lab.objects.get(POLICY).metadata.labels = { a: 'b' };
    await until(async () => (await statuses())[1] === 'unproven');
    expect((await walls())[1]).toMatchObject({
      lastStatus: 'holds',
      summary: 'objects: unproven',
    });
    t.prover.state.clear();
    t.lab.objects.get(POLICY).metadata.labels = { a: 'c' };
    await until(async () => (await statuses())[1] === 'holds');
    expect(titles()).toEqual([]);
  });

  it('is unproven where looks have come to no end for half a minute, and only for so long', async () => {
    await proved();
    let giveUp = () => {};
    const hanging = new Promise<never>((_, reject) => {
      giveUp = () => reject(new Error('away'));
    });
    const hang = jest
      .spyOn(OperationStore.prototype, 'openByTenant')
      .mockReturnValue(hanging);
    t.lab.objects.get(POLICY).metadata.labels = { a: 'b' };
    await until(async () => hang.mock.calls.length > 0);
    expect(await statuses()).toEqual(['holds', 'holds', 'holds']);
    const now = performance.now.bind(performance);
    const clock = jest
      .spyOn(performance, 'now')
      .mockImplementation(() => now() + 31_000);
    expect(await walls()).toMatchObject(
      Array(3).fill({
        status: 'unproven',
        lastStatus: 'holds',
        summary: expect.stringMatching(/not compared .* for 30 s/),
      }),
    );
    hang.mockRestore();
    giveUp();
    await until(async () => (await statuses())[0] === 'holds', 20_000);
    clock.mockRestore();
  });

  it('is compared anew with all others only where what was seen of it has changed', async () => {
    await proved();
    const before = await settled();
    const all = (name: string) =>
      t.lab.objects.set(`/api/v1/namespaces/${name}`, { metadata: { name } });
    all('one');
    expect(await settled()).toBe(before);
    // Every policy was looked at, wherever it is.
    const elsewhere = POLICY.replace('acme', 'elsewhere');
    t.lab.objects.set(elsewhere, {
      metadata: { name: 'other', namespace: 'web-tenant-elsewhere' },
    });
    all('two');
    expect(await settled()).toBe(before + 1);
  });

  it('is looked at again for itself alone, and ever less often, where it can’t be', async () => {
    await proved();
    await t.create('globex');
    await settled();
    const globex = () => t.knex('tenants').where({ name: 'globex' });
    const spec = { ...JSON.parse((await globex())[0].spec), size: 'gone' };
    await globex().update({ spec: JSON.stringify(spec) });
    const asked = jest.spyOn(OperationStore.prototype, 'openByTenant');
    t.lab.objects.set('/api/v1/namespaces/any', { metadata: { name: 'any' } });
    await new Promise(resolve => setTimeout(resolve, 6_000));
    // With all others, and alone after one second and three; the schedule may ask, too.
    expect(asked.mock.calls.length).toBeLessThanOrEqual(4);
    asked.mockRestore();
  });

  it('turns for what is in a namespace of nobody, such as a binding in Vault’s', async () => {
    await proved();
    await settled();
    t.prover.state.set('acme network', 'breached');
    const name = 'admins';
    t.lab.objects.set(
      `/apis/rbac.authorization.k8s.io/v1/namespaces/vault/rolebindings/${name}`,
      { kind: 'RoleBinding', metadata: { name, namespace: 'vault' } },
    );
    await until(async () => (await statuses())[0] === 'breached', 2_000);
    expect(await statuses()).toEqual(['breached', 'holds', 'holds']);
  });

  it('is asked of the API server for each of many, however long that takes for all', async () => {
    const names = [...'abcdef'].map(letter => `acme-${letter}`);
    for (const name of names) {
      await t.create(name);
    }
    const answered = new Set<string>();
    t.prover.network = async ({ plan, again }) => {
      await new Promise(resolve => setTimeout(resolve, 1_400));
      const { spec, names: own } = plan;
      const seen = await again!.view.list(POLICIES, own.namespace);
      expect(seen).toMatchObject({ items: [expect.anything()] });
      answered.add(spec.name);
      return 'breached';
    };
    t.lab.objects.set('/api/v1/namespaces/any', { metadata: { name: 'any' } });
    await until(() => answered.size === names.length, 30_000);
  });

  it('is compared anew where memory was in doubt, though it says the same again', async () => {
    await t.stop();
    t = await startTenantsBackend({ proofs: { vaultInterval: '1s' } });
    await proved();
    await settled();
    const role = '/v1/auth/kubernetes/role/any';
    t.lab.objects.set(role, { open: true });
    const isOpen = async (vault: VaultReader): Promise<boolean> => {
      const seen: any = await vault.read('auth/kubernetes/role/any');
      return seen.data.open;
    };
    let isRepaired = false;
    t.prover.network = async ({ vault, again }) => {
      if (!(await isOpen(vault))) {
        return 'holds';
      }
      // The role is repaired for a moment, and then opened again.
      t.lab.objects.set(role, { open: isRepaired });
      isRepaired = true;
      const status = (await isOpen(again!.vault)) ? 'breached' : 'holds';
      t.lab.objects.set(role, { open: true });
      return status;
    };
    // Nobody means that: no attack follows, after which it is compared in any case.
    t.lab.objects.get(POLICY).status = { at: 1 };
    await until(() => isRepaired);
    await until(async () => (await statuses())[0] === 'breached', 10_000);
    expect(await statuses()).toEqual(['breached', 'holds', 'holds']);
  });

  it('is attacked for a change of an outage, though namespaces come back later', async () => {
    await proved();
    t.lab.away = 'refuses';
    await until(async () => (await statuses())[0] === 'unproven');
    t.lab.objects.get(POLICY).spec = { egress: [] };
    const release = t.lab.hold(/^GET \/api\/v1\/namespaces\?/);
    t.lab.away = 'no';
    await until(() => t.lab.held > 0);
    // Meanwhile its policy is seen, and it can't be.
    await new Promise(resolve => setTimeout(resolve, 2_000));
    expect(await proofs()).toHaveLength(1);
    release();
    await until(async () => (await proofs())[0].trigger === 'event', 10_000);
  });

  it('is seen after a restart and after an outage, by the first look', async () => {
    await proved();
    t.lab.away = 'refuses';
    await until(async () => (await statuses())[0] === 'unproven');
    breach();
    t.lab.away = 'no';
    const back = Date.now();
    await until(async () => (await statuses())[0] === 'breached');
    expect(Date.now() - back).toBeLessThan(3_000);
  });
});
