import { ClusterView, KindRef, RequestView, StillView } from './clusterView';

const ROLES: KindRef = { apiVersion: 'rbac/v1', kind: 'ClusterRole' };
const QUOTAS: KindRef = { apiVersion: 'v1', kind: 'ResourceQuota' };

/** A view that notes what it is asked, and can't read the kinds named. */
function asked(away: string[] = []) {
  const questions: string[] = [];
  const view: ClusterView = {
    list: async ({ kind }, namespace = '') => {
      questions.push(`${kind} ${namespace}`);
      return away.includes(kind)
        ? { problem: `${kind} can't be read` }
        : { items: [], at: 'now' };
    },
    kinds: async group => {
      questions.push(String(group));
      return { items: [], at: 'now' };
    },
  };
  return { questions, still: new StillView(view) };
}

describe('StillView for each of many tenants', () => {
  it('asks for what is of the whole cluster once, and for a namespace once a tenant', async () => {
    const { questions, still } = asked();
    for (const tenant of ['a', 'b']) {
      const view = still.forOne();
      for (let i = 0; i < 2; i++) {
        await view.kinds('cilium.io');
        await view.list(ROLES);
        await view.list(QUOTAS, tenant);
      }
    }
    expect(questions).toEqual([
      'cilium.io',
      'ClusterRole ',
      'ResourceQuota a',
      'ResourceQuota b',
    ]);
  });

  it('gives the same answer to all who ask for the whole cluster', async () => {
    const { still } = asked();
    const [one, other] = await Promise.all(
      [still.forOne(), still.forOne()].map(view => view.list(ROLES)),
    );
    expect(one).toBe(other);
  });

  it('remembers nothing of a tenant once its turn is over', async () => {
    const { questions, still } = asked();
    await still.forOne().list(QUOTAS, 'a');
    await still.forOne().list(QUOTAS, 'a');
    expect(questions).toEqual(['ResourceQuota a', 'ResourceQuota a']);
  });

  it('asks no second tenant’s question for a kind that can’t be read', async () => {
    const { questions, still } = asked(['ResourceQuota']);
    const problem = { problem: "ResourceQuota can't be read" };
    expect(await still.forOne().list(QUOTAS, 'a')).toEqual(problem);
    expect(await still.forOne().list(QUOTAS, 'b')).toEqual(problem);
    expect(questions).toEqual(['ResourceQuota a']);
  });
});

describe('What the API server serves', () => {
  const group = (name: string, version: object) => ({
    metadata: { name },
    versions: [{ version: 'v1', ...version }],
  });
  const serving = (kind: string) => ({
    resources: [
      {
        resource: `${kind.toLowerCase()}s`,
        responseKind: { kind },
        scope: 'Namespaced',
      },
    ],
  });
  const items = [
    group('net.test', serving('Policy')),
    group('old.test', { freshness: 'Stale', ...serving('Firewall') }),
    group('metrics.k8s.io', { freshness: 'Stale' }),
  ];
  const expectOnce = jest.fn(async () => ({
    kind: 'APIGroupDiscoveryList',
    items,
  }));
  const view = new RequestView({ expect: expectOnce } as any);

  it('is told of all groups and of each in one request, and what is away hides no other', async () => {
    expect(await view.kinds()).toMatchObject({
      items: [
        { apiVersion: 'net.test/v1', kind: 'Policy' },
        { apiVersion: 'old.test/v1', kind: 'Firewall' },
      ],
    });
    expect(await view.kinds('net.test')).toMatchObject({
      items: [{ kind: 'Policy' }],
    });
    expect(await view.kinds('none.test')).toMatchObject({ items: [] });
    for (const away of ['old.test', 'metrics.k8s.io']) {
      expect(await view.kinds(away)).toEqual({
        problem: `What ${away}/v1 serves is not known now`,
      });
    }
    expect(expectOnce).toHaveBeenCalledTimes(1);
  });
});
