import { ClusterView, KindRef, StillView } from './clusterView';

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
