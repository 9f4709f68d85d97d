import { testCluster, testSide } from '../__fixtures__/side';
import { prepare } from './prepare';

const side = testSide();
const { platform } = side;
const acme = side.tenant.plan;
const globex = side.neighbour!.plan;

const POD = {
  metadata: {
    name: 'n8n-1',
    labels: { 'app.kubernetes.io/name': 'n8n' },
  },
  spec: {
    containers: [{ ports: [{ containerPort: 5678 }, { containerPort: 9090 }] }],
  },
  status: { phase: 'Running', podIP: '198.18.128.1' },
};
const NODE = {
  metadata: { name: 'node', labels: { pool: 'a' } },
  status: {
    addresses: [{ type: 'InternalIP', address: '198.18.0.2' }],
    nodeInfo: { kernelVersion: '6.1' },
  },
};
const SLICE = {
  metadata: { labels: { 'kubernetes.io/service-name': 'kubernetes' } },
  ports: [{ port: 6443 }],
  endpoints: [{ addresses: ['198.18.0.2'] }],
};
/** A Vault with no roles but the tenants' own. */
const NO_ROLES = { request: async () => ({ status: 404, errors: [] }) };
const FREE = { status: { used: { pods: '0' } } };

/** Prepares a round of acme and globex on a cluster that lists these pods. */
function prepared(podsOf: (namespace: string) => object[]) {
  const kubernetes = {
    list: async ({ kind, namespace }: any) => {
      const items = { Node: [NODE], EndpointSlice: [SLICE] } as Record<
        string,
        object[]
      >;
      return { items: items[kind] ?? podsOf(namespace) };
    },
    get: async () => FREE,
  };
  return prepare(
    {
      cluster: testCluster(platform, { kubernetes, vault: NO_ROLES }),
      platform,
      tenants: [acme, globex],
    },
    new AbortController().signal,
  );
}

describe('prepare', () => {
  it('finds what there is to attack', async () => {
    const { sides, facts, noRoom } = await prepared(() => [POD]);
    expect(noRoom).toEqual([undefined, undefined]);
    expect(sides[0].tenant.pods).toEqual([
      { host: '198.18.128.1', port: 5678 },
      { host: '198.18.128.1', port: 9090 },
    ]);
    expect(sides.map(s => s.neighbour?.plan.spec.name)).toEqual([
      'globex',
      'acme',
    ]);
    expect(sides[0].kubeApi).toEqual([
      { host: 'kubernetes.default.svc', port: 443 },
      { host: '198.18.0.2', port: 6443 },
    ]);
    expect(sides[0].kubelets).toEqual([{ host: '198.18.0.2', port: 10250 }]);
    expect(facts.nodes.get('node')).toEqual({
      labels: { pool: 'a' },
      kernel: '6.1',
    });
  });

  it.each([
    ['is scaled to 0', []],
    [
      'is going away',
      [{ ...POD, metadata: { ...POD.metadata, deletionTimestamp: 'now' } }],
    ],
    ['is not running yet', [{ ...POD, status: { phase: 'Pending' } }]],
  ])('takes the canary alone where the neighbour %s', async (_, pods) => {
    const { sides } = await prepared(namespace =>
      namespace === globex.names.namespace ? pods : [POD],
    );
    expect(sides.map(s => s.neighbour?.plan.spec.name)).toEqual([
      undefined,
      'acme',
    ]);
  });

  it('does not stop one tenant’s proof for what is wrong with the other', async () => {
    const { sides, noRoom, problem } = await prepared(namespace => {
      if (namespace === globex.names.namespace) {
        throw new Error('pods is forbidden');
      }
      return [POD];
    });
    expect(problem).toBeUndefined();
    expect(noRoom).toEqual([
      undefined,
      'No proof pod was made: pods is forbidden',
    ]);
    expect(sides[0].tenant.pods).toHaveLength(2);
  });
});
