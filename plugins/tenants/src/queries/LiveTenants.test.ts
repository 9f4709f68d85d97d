import { QueryClient } from '@tanstack/react-query';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { runningProof, tenants } from '../__fixtures__';
import { mockTenantsApi } from '../__testUtils__';
import { keys, LiveTenants } from './LiveTenants';

const LIST = [tenants.acme, tenants.globex, tenants.hooli];
const OTHERS = Array.from({ length: 20 }, (_, i) => `t${i}`);

function setUp() {
  jest.useFakeTimers();
  const api = mockTenantsApi({
    getTenant: async name => ({ ...tenants[name], size: 'read again' } as any),
  });
  const client = new QueryClient();
  client.setQueryData(keys.tenants, LIST);
  const live = new LiveTenants({ api, client });
  const subscribers = new Set<(message: any) => void>();
  const stop = live.follow({
    subscribe(_, onMessage: any) {
      subscribers.add(onMessage);
      return { unsubscribe: () => subscribers.delete(onMessage) };
    },
  });
  const signal = (tenant: string, state = 'done', proofId = 'p') =>
    subscribers.forEach(receive =>
      receive({ uid: `uid-${tenant}`, state, proofId }),
    );
  return { api, client, live, subscribers, signal, stop };
}

describe('LiveTenants', () => {
  afterEach(() => jest.useRealTimers());

  it('reads the tenant whose proof is done, and no other', async () => {
    const { api, client, signal } = setUp();

    signal('globex');
    signal('globex');
    await jest.advanceTimersByTimeAsync(1_500);

    expect(api.getTenant).toHaveBeenCalledTimes(1);
    expect(api.listTenants).not.toHaveBeenCalled();
    const [acme, globex, hooli] = client.getQueryData<Tenant[]>(keys.tenants)!;
    expect([acme, hooli]).toEqual([tenants.acme, tenants.hooli]);
    expect(globex).toMatchObject({ name: 'globex', size: 'read again' });
  });

  it('reads nothing for a list while a proof is on its way', async () => {
    const { api, client, signal } = setUp();
    const proof = runningProof('globex');
    client.setQueryData(keys.tenant('globex'), {
      ...tenants.globex,
      currentProof: { ...proof, state: 'queued' },
    });

    signal('acme', 'running');
    signal('globex', 'running', proof.id);
    await jest.advanceTimersByTimeAsync(5_000);

    expect(api.getTenant).not.toHaveBeenCalled();
    expect(
      client.getQueryData<Tenant>(keys.tenant('globex'))?.currentProof?.state,
    ).toBe('running');
  });

  it('reads the list once where many proofs end at once', async () => {
    const { api, client, signal } = setUp();
    client.setQueryData(
      keys.tenants,
      OTHERS.map(name => ({ ...tenants.acme, name, uid: `uid-${name}` })),
    );
    const listed = jest.spyOn(client, 'invalidateQueries');

    OTHERS.forEach(name => signal(name));
    await jest.advanceTimersByTimeAsync(1_500);

    expect(api.getTenant).not.toHaveBeenCalled();
    expect(listed).toHaveBeenCalledWith({ queryKey: keys.tenants });
  });

  it('reads nothing for a tenant that nothing shows', async () => {
    const { api, client, signal } = setUp();
    const listed = jest.spyOn(client, 'invalidateQueries');

    signal('somebody-elses');
    await jest.advanceTimersByTimeAsync(1_500);

    expect(api.getTenant).not.toHaveBeenCalled();
    expect(listed).not.toHaveBeenCalled();
  });

  it("keeps the list where the tenant can't be read", async () => {
    const { api, client, signal } = setUp();
    api.getTenant.mockRejectedValue(new Error('gone'));

    signal('globex');
    await jest.advanceTimersByTimeAsync(1_500);

    expect(client.getQueryData(keys.tenants)).toEqual(LIST);
  });

  it('has one subscription, until nobody follows', async () => {
    const { live, subscribers, stop } = setUp();
    const stopToo = live.follow({
      subscribe: () => {
        throw new Error('a second subscription');
      },
    });
    stop();
    expect(subscribers.size).toBe(1);
    stopToo();
    expect(subscribers.size).toBe(0);
  });

  it('does without signals', () => {
    const api = mockTenantsApi();
    const live = new LiveTenants({ api, client: new QueryClient() });
    expect(() => live.follow(undefined)()).not.toThrow();
  });
});
