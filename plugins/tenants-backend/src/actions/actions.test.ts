import { mockCredentials } from '@backstage/backend-test-utils';
import request from 'supertest';
import {
  allowOwners,
  startTenantsBackend,
  STRANGERS,
} from '../__testUtils__/startTenantsBackend';

jest.setTimeout(30_000);

describe('actions of the registry', () => {
  let t: Awaited<ReturnType<typeof startTenantsBackend>>;

  afterEach(() => t.stop());

  async function setup() {
    t = await startTenantsBackend();
    for (const name of ['acme', 'far', 'globex']) {
      await t.create(name, { cluster: name === 'far' ? 'other' : 'lab' });
    }
    const call = (method: 'get' | 'post', path: string) =>
      request(t.server)
        [method](`/api/tenants/.backstage/actions/v1/actions${path}`)
        .set(
          'Authorization',
          mockCredentials.service.header({
            onBehalfOf: mockCredentials.user(),
            targetPluginId: 'tenants',
          }),
        );
    const invoke = (name: string, input: object) =>
      call('post', `/tenants:${name}/invoke`).send(input);
    return { ...t, call, invoke };
  }

  it('list, show and prove tenants', async () => {
    const { call, invoke, prove, prover } = await setup();
    const { body } = await call('get', '');
    expect(
      body.actions.map(({ name, attributes }: any) => [name, attributes]),
    ).toEqual([
      [
        'list-tenants',
        { readOnly: true, destructive: false, idempotent: true },
      ],
      [
        'get-tenant-walls',
        { readOnly: true, destructive: false, idempotent: true },
      ],
      [
        'prove-tenant',
        { readOnly: false, destructive: false, idempotent: true },
      ],
    ]);
    prover.status.set('far', 'breached');
    const { id } = await prove('far');
    const list = await invoke('list-tenants', { status: 'breached' });
    expect(list.body.output).toMatchObject({
      totalItems: 1,
      tenants: [{ name: 'far', walls: [{ status: 'breached' }, {}, {}] }],
    });
    const walls = await invoke('get-tenant-walls', { name: 'far' });
    expect(walls.body.output).toMatchObject({
      name: 'far',
      lastProofId: id,
      walls: [{ wall: 'network', summary: 'network breached' }, {}, {}],
    });
    const proof = await invoke('prove-tenant', { name: 'acme' });
    expect(proof.body.output).toMatchObject({ joined: false });
    expect((await invoke('prove-tenant', { name: 'nobody' })).status).toBe(404);
  });

  it('do for nobody what the API would not', async () => {
    const { invoke, permissions, prover, fail } = await setup();
    await t
      .knex('tenants')
      .where({ name: 'globex' })
      .update({ owner: STRANGERS });
    allowOwners(permissions, STRANGERS);
    const list = await invoke('list-tenants', {});
    expect(list.body.output.tenants).toMatchObject([{ name: 'globex' }]);
    for (const action of ['get-tenant-walls', 'prove-tenant']) {
      const { status } = await invoke(action, { name: 'acme' });
      expect([action, status]).toEqual([action, 403]);
    }
    expect(fail).toHaveBeenCalledTimes(1);
    expect(prover.rounds).toEqual([]);
  });

  it('refuse what nobody knows, each of them', async () => {
    const { call, invoke } = await setup();
    const { body } = await call('get', '');
    const input: Record<string, object> = {
      'list-tenants': {},
      'get-tenant-walls': { name: 'acme' },
      'prove-tenant': { name: 'acme' },
    };
    for (const { name } of body.actions) {
      expect((await invoke(name, input[name])).status).toBe(200);
      const { status } = await invoke(name, { ...input[name], nobody: 1 });
      expect([name, status]).toEqual([name, 400]);
    }
  });
});
