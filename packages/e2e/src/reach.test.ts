import { setTimeout as sleep } from 'node:timers/promises';
import {
  KubernetesObject,
  letsThrough,
  PolicyConnection,
  PolicyPod,
} from '@threewalls/backstage-plugin-tenants-node';
import { FULL } from './support/full';
import {
  adminLab,
  create,
  IMAGES,
  objectOf,
  refOf,
  remove,
} from './support/lab';
import { Random } from './support/random';
import { anyPolicy, Scene } from './reachPolicies';
import { until } from './support/until';
import { numberFrom } from './support/numberFrom';

/** Rounds, each with a few random policies at once. */
const ROUNDS = numberFrom('THREEWALLS_ROUNDS', FULL ? 40 : 4);
const POLICIES = 3;
/** Milliseconds that policies may take to bite, and those that are late. */
const BITE_MS = 2_000;
const LATE_MS = 6_000;

const random = Random.fromEnvironment();
const NAME = `t-reach-${random.seed}`;
const admin = adminLab().kubernetes;
const scene: Scene = { name: NAME, namespaces: [`${NAME}-a`, `${NAME}-b`] };

interface TestPod extends PolicyPod {
  name: string;
  ip: string;
}

/** Two pods of one namespace, one of another, and what is outside. */
const PLANNED: Omit<TestPod, 'ip' | 'namespaceLabels'>[] = [
  { name: 'one', namespace: scene.namespaces[0], labels: { app: 'front' } },
  {
    name: 'two',
    namespace: scene.namespaces[0],
    labels: { app: 'back', tier: 'one' },
  },
  { name: 'three', namespace: scene.namespaces[1], labels: { tier: 'two' } },
];
const TEAM = ['red', 'blue'];
const OUTSIDE = ['203.0.113.10', '203.0.113.53'];

const podOf = (pod: (typeof PLANNED)[number]): KubernetesObject => {
  const container = (name: string, port: number) => ({
    name,
    image: IMAGES.agnhost,
    imagePullPolicy: 'IfNotPresent',
    args: ['netexec', `--http-port=${port}`, `--udp-port=${port + 1}`],
    ports: [{ name, containerPort: port }],
    // Without it a pod is ready before it listens.
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    resources: { requests: { cpu: '5m', memory: '16Mi' } },
  });
  const spec = {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [container('web', 8080), container('more', 9090)],
  };
  return objectOf('Pod', { ...pod }, { spec });
};

/** Whether a connect got there: also one that is answered with a refusal of its own. */
async function dial(
  from: TestPod,
  to: string,
  { protocol, port }: Pick<PolicyConnection, 'protocol' | 'port'>,
): Promise<boolean> {
  const query = new URLSearchParams({
    host: to,
    port: String(port),
    protocol: protocol === 'UDP' ? 'udp' : 'http',
    request: 'hostname',
    tries: '1',
  });
  const answer = await admin.expect<any>({
    method: 'GET',
    path: `/api/v1/namespaces/${from.namespace}/pods/${from.name}:8080/proxy/dial?${query}`,
    timeoutMs: 20_000,
  });
  const { errors = [] } = answer;
  return !errors.some((error: string) => /timeout|exceeded/i.test(error));
}

interface Try {
  text: string;
  connection: PolicyConnection;
  go(): Promise<boolean>;
}

function tries(pods: TestPod[]): Try[] {
  const on = [
    { protocol: 'TCP', port: 8080 },
    { protocol: 'TCP', port: 9090 },
    { protocol: 'UDP', port: 8081 },
  ] as const;
  return pods.flatMap(from => [
    ...pods
      .filter(to => to !== from)
      .flatMap(to =>
        on.map(port => ({
          text: `${from.name} to ${to.name} ${port.protocol} ${port.port}`,
          connection: { from, to, ...port },
          go: () => dial(from, to.ip, port),
        })),
      ),
    ...OUTSIDE.map(address => ({
      text: `${from.name} to ${address}`,
      connection: {
        from,
        to: { address },
        protocol: 'TCP' as const,
        port: 443,
      },
      go: () => dial(from, address, { protocol: 'TCP', port: 443 }),
    })),
  ]);
}

describe('The effect of policies, held to the datapath', () => {
  const namespaces = scene.namespaces.map((name, i) =>
    objectOf('Namespace', { name, labels: { team: TEAM[i] } }),
  );
  let pods: TestPod[] = [];

  jest.setTimeout(ROUNDS * 30_000 + 120_000);

  beforeAll(async () => {
    for (const namespace of namespaces) {
      await create(admin, namespace);
    }
    await sleep(1_000);
    await Promise.all(PLANNED.map(podOf).map(pod => create(admin, pod)));
    pods = await Promise.all(
      PLANNED.map(async pod => {
        const { namespace, name } = pod;
        const ref = refOf('Pod', name, namespace);
        const live = await until(async () => {
          const now = await admin.get<any>(ref);
          const isReady = now?.status?.conditions?.some(
            (c: any) => c.type === 'Ready' && c.status === 'True',
          );
          return isReady && now;
        }, 60);
        return {
          ...pod,
          ip: live.status.podIP,
          namespaceLabels: { team: TEAM[scene.namespaces.indexOf(namespace)] },
          portNames: { 8080: 'web', 9090: 'more' },
        };
      }),
    );
  });

  afterAll(async () => {
    await Promise.all(namespaces.map(one => remove(admin, one)));
  });

  /** Those of the tries that came out otherwise than policies predict. */
  async function wrong(policies: KubernetesObject[], all: Try[]) {
    const found = await Promise.all(
      all.map(async one => {
        const predicted = letsThrough(policies, one.connection);
        return (await one.go()) === predicted ? [] : [{ one, predicted }];
      }),
    );
    return found.flat();
  }

  it('lets everything through where there is no policy', async () => {
    expect((await wrong([], tries(pods))).map(({ one }) => one.text)).toEqual(
      [],
    );
  });

  it(`is what is computed, of ${ROUNDS * POLICIES} random policies (seed ${
    random.seed
  })`, async () => {
    let through = 0;
    let all = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const policies = Array.from({ length: POLICIES }, (_, i) =>
        anyPolicy(random, scene, round * POLICIES + i),
      );
      try {
        for (const policy of policies) {
          await create(admin, policy);
        }
        await sleep(BITE_MS);
        const tried = tries(pods);
        let left = await wrong(policies, tried);
        if (left.length > 0) {
          await sleep(LATE_MS);
          const late = left.map(({ one }) => one);
          left = await wrong(policies, late);
        }
        expect({
          round,
          policies: left.length > 0 ? policies.map(p => JSON.stringify(p)) : [],
          wrong: left.map(
            ({ one, predicted }) =>
              `${one.text}: predicted ${predicted ? 'through' : 'denied'}`,
          ),
        }).toEqual({ round, policies: [], wrong: [] });
        through += tried.filter(t =>
          letsThrough(policies, t.connection),
        ).length;
        all += tried.length;
      } finally {
        await Promise.all(policies.map(one => remove(admin, one)));
      }
    }
    // Neither answer may be the only one.
    expect(through).toBeGreaterThan(all / 10);
    expect(through).toBeLessThan(all - all / 10);
  });
});
