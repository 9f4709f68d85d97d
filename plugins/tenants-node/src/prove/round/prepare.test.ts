import { say } from '@threewalls/backstage-plugin-tenants-common';
import { RequestView, VaultView } from '../../clients';
import { testCluster, testSide } from '../__fixtures__/side';
import { PROOF_LABEL } from '../pod/labels';
import { NodeFacts } from '../types';
import { kubeletsFor } from './facts';
import { prepare } from './prepare';
import { waitForProbeQuota } from './quota';

const side = testSide();
const { config } = side.cluster;
const acme = side.tenant.plan;
const globex = side.neighbour!.plan;

const POD = {
  metadata: {
    name: 'n8n-1',
    labels: { 'app.kubernetes.io/name': 'n8n' },
  },
  spec: {
    nodeName: 'node',
    containers: [{ ports: [{ containerPort: 5678 }, { containerPort: 9090 }] }],
  },
  status: {
    phase: 'Running',
    podIP: '198.18.128.1',
    podIPs: [{ ip: '198.18.128.1' }, { ip: 'fd00::1' }],
  },
};
const NODE = {
  metadata: { name: 'node', labels: { pool: 'a' } },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [
      { type: 'InternalIP', address: '198.18.0.2' },
      { type: 'InternalIP', address: 'fd00::2' },
      { type: 'Hostname', address: 'node' },
    ],
    nodeInfo: { kernelVersion: '6.1' },
  },
};
const SLICE = {
  metadata: { labels: { 'kubernetes.io/service-name': 'kubernetes' } },
  ports: [{ port: 6443 }],
  endpoints: [{ addresses: ['198.18.0.2'] }],
};
const TAKES_ALL = {
  bound_service_account_names: ['*'],
  bound_service_account_namespaces: ['*'],
  audience: 'vault',
  token_policies: ['everything'],
};
const ROLES: Record<string, object> = {
  'auth/kubernetes/role/tenant-acme': TAKES_ALL,
  'auth/kubernetes/role/all': TAKES_ALL,
};
const FREE = {
  spec: { hard: { pods: '2' } },
  status: { used: { pods: '0' } },
};

/** Prepares a round of acme and globex on a cluster that lists these pods. */
function prepared(
  podsOf: (namespace: string) => object[],
  older?: VaultView,
  asked: string[] = [],
) {
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
  const vault = {
    request: async (method: string, path: string) => {
      asked.push(`${method} ${path}`);
      const isList = method === 'LIST';
      const data = isList ? { keys: ['tenant-acme', 'all'] } : ROLES[path];
      return { status: 200, data, errors: [] };
    },
  };
  return prepare(
    {
      cluster: testCluster(config, { kubernetes, vault }),
      tenants: [acme, globex],
      vault: older,
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
      { host: 'fd00::1', port: 5678 },
      { host: 'fd00::1', port: 9090 },
    ]);
    expect(sides[0].tenant.nodes).toEqual(['node']);
    // Its own role is none of the others.
    expect(sides.map(s => s.otherRoles.map(({ name }) => name))).toEqual([
      ['all'],
      ['all', 'tenant-acme'],
    ]);
    expect(sides.map(s => s.neighbour?.plan.spec.name)).toEqual([
      'globex',
      'acme',
    ]);
    expect(sides[0].kubeApi).toEqual([
      { host: 'kubernetes.default.svc', port: 443 },
      { host: '198.18.0.2', port: 6443 },
    ]);
    expect(sides[0].kubelets).toEqual([
      { host: '198.18.0.2', port: 10250 },
      { host: 'fd00::2', port: 10250 },
    ]);
    expect(facts.nodes.get('node')).toMatchObject({
      labels: { pool: 'a' },
      kernel: '6.1',
      isReady: true,
    });
  });

  it('reads the roles of every mount once for all rounds, but its tenants’ own', async () => {
    const asked: string[] = [];
    const request = async (method: string, path: string) => {
      asked.push(`older ${method} ${path}`);
      return { status: 200, data: { keys: ['all'] }, errors: [] };
    };
    const older = new VaultView({ request } as any);
    for (const _ of [1, 2]) {
      const { vault } = await prepared(() => [POD], older, asked);
      asked.splice(0);
      await vault.list('auth/of/another/role');
      await vault.read('auth/of/another/role/all');
      await vault.read('auth/of/another/config');
      await vault.read(`auth/kubernetes/role/${acme.names.vaultRole}`);
      // Whether somebody has mounted one more is never old.
      await vault.read('sys/auth');
    }
    expect(asked).toEqual([
      'GET auth/of/another/config',
      'GET auth/kubernetes/role/tenant-acme',
      'GET sys/auth',
    ]);
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
      say('podNotMade', { message: 'pods is forbidden' }),
    ]);
    expect(sides[0].tenant.pods).toHaveLength(4);
  });
});

describe('kubeletsFor', () => {
  const node = (name: string, isReady = true): [string, NodeFacts] => [
    name,
    {
      labels: {},
      kernel: '',
      isReady,
      kubelets: [{ host: name, port: 10250 }],
    },
  ];
  const facts = {
    kubeApi: [],
    nodes: new Map([
      node('dead', false),
      node('own', false),
      ...Array.from({ length: 20 }, (_, i) => node(`n${i}`)),
    ]),
  };
  const hosts = (own: string[]) => kubeletsFor(own, facts).map(k => k.host);

  it('are those of the workload’s nodes always, and a few others that are Ready', () => {
    const first = hosts(['own']);
    expect(first[0]).toBe('own');
    expect(first).toHaveLength(5);
    expect(first).not.toContain('dead');
    const seen = new Set(
      Array.from({ length: 50 }, () => hosts(['own'])).flat(),
    );
    expect(seen.size).toBe(21);
  });

  it('are all of a workload’s, however many', () => {
    const own = Array.from({ length: 7 }, (_, i) => `n${i}`);
    expect(hosts(own)).toEqual(own);
  });
});

describe('room for a proof pod', () => {
  const quota = (hard: string, used?: string) => ({
    spec: { hard: { pods: hard } },
    status: used && { used: { pods: used } },
  });
  const problemOn = (kubernetes: object) =>
    waitForProbeQuota(
      testCluster(config, { kubernetes }),
      new RequestView({} as any),
      acme,
      new AbortController().signal,
    );

  it.each([
    ['an older portal’s quota', [quota('1', '0')]],
    ['another round’s pod', [quota('2', '1')]],
    ['no quota', [undefined]],
    ['pods that go away', [quota('2', '2'), quota('2', '2'), quota('2', '1')]],
    ['a quota that is not counted yet', [quota('2'), quota('2', '0')]],
    ['a quota that is raised', [quota('1', '1'), quota('2', '1')]],
  ])('is found beside %s', async (_, [now, ...later]) => {
    let seen = 1;
    const kubernetes = {
      get: async () => now,
      async *watch() {
        for (const object of later) {
          seen += 1;
          yield { type: 'MODIFIED', object };
        }
      },
    };
    expect(await problemOn(kubernetes)).toBeUndefined();
    expect(seen).toBe(1 + later.length);
  });

  it('is found once pods are counted anew that nobody has written', async () => {
    const counted = Promise.withResolvers<void>();
    const pods: any[] = [];
    const kubernetes = {
      get: async () => quota('2', '2'),
      create: async (pod: any) => {
        pods.push(pod);
        return { status: 201, body: pod };
      },
      delete: async ({ name }: any) => {
        expect(name).toBe(pods[0].metadata.name);
        counted.resolve();
      },
      async *watch() {
        await counted.promise;
        yield { type: 'MODIFIED', object: quota('2', '0') };
      },
    };
    expect(await problemOn(kubernetes)).toBeUndefined();
    const [{ spec, metadata }] = pods;
    expect(spec.schedulingGates).toHaveLength(1);
    expect(spec.priorityClassName).toBeUndefined();
    expect(metadata.labels).toHaveProperty([PROOF_LABEL]);
  });
});
