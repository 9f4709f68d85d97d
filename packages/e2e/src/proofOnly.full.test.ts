import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesObject } from '@threewalls/backstage-plugin-tenants-node';
import { parseAllDocuments } from 'yaml';
import { Replica, ReplicasPortal } from './replicasPortal';
import {
  bindingOf,
  create,
  labCluster,
  objectOf,
  PORTAL,
  portalAccess,
  portalLab,
  refOf,
} from './support/lab';
import { objectsOf } from './support/plans';
import { until } from './support/until';
import { openLab, planSmallTenant } from './wallsLab';

jest.setTimeout(240_000);

const NAME = `flows-${process.pid}`;
const PORT = 5678;
const DNS = ['UDP', 'TCP'].map(protocol => ({ protocol, port: 53 }));
const tcp = (port: number) => ({ protocol: 'TCP', port });
/** As the chart has them, but for the second one's key: a small server's are these. */
const labels = {
  'app.kubernetes.io/name': 'n8n',
  'threewalls.io/tenant': NAME,
};
const PROVER = 'threewalls-portal-prover';
/** Kinds of which controllers write objects as pods come and go. */
const PASSING = ['Endpoints', 'EndpointSlice', 'Event', 'CiliumEndpoint'];

const declared = {
  namespace: NAME,
  owner: 'group:default/guests',
  workload: { podLabels: labels, serviceAccount: 'n8n' },
  withoutVault: true,
  limits: {
    cpu: '2',
    memory: '2Gi',
    storage: '1Gi',
    container: { cpu: '1', memory: '1Gi' },
  },
};

const made = (kind: string, name: string, rest: object) =>
  objectOf(kind, { name, namespace: NAME }, rest);
const policy = (name: string, spec: object) =>
  made('NetworkPolicy', name, { spec });

/**
 * The policy of the official chart (n8n-hosting, charts/n8n) with its own values: to
 * whom a rule is about is an empty list, and that is everybody.
 */
const CHARTS = policy('n8n', {
  podSelector: { matchLabels: labels },
  policyTypes: ['Ingress', 'Egress'],
  ingress: [
    { from: [{ podSelector: { matchLabels: labels } }], ports: [tcp(PORT)] },
    { from: [], ports: [tcp(PORT)] },
  ],
  egress: [
    { to: [], ports: DNS },
    { to: [], ports: [tcp(443)] },
  ],
});

const OWN = { podSelector: {} };
const DENY = policy('default-deny', {
  ...OWN,
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{ from: [OWN] }],
  egress: [
    { to: [OWN] },
    {
      to: [
        {
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' },
          },
          podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        },
      ],
      ports: DNS,
    },
  ],
});

const LIMITS = [
  made('ResourceQuota', 'all', {
    spec: {
      hard: {
        'limits.cpu': '2',
        'limits.memory': '2Gi',
        'requests.storage': '1Gi',
        'services.loadbalancers': '0',
        'services.nodeports': '0',
      },
    },
  }),
  made('LimitRange', 'each', {
    spec: {
      limits: [
        {
          type: 'Container',
          max: { cpu: '1', memory: '1Gi' },
          default: { cpu: '200m', memory: '64Mi' },
          defaultRequest: { cpu: '10m', memory: '16Mi' },
        },
      ],
    },
  }),
];

/** A small server where n8n would be, with nothing of the portal's about it. */
function n8n(): KubernetesObject[] {
  const wanted = ['ServiceAccount n8n', 'Service n8n', 'Deployment n8n'];
  return objectsOf(planSmallTenant(NAME, portalLab().platform))
    .filter(({ kind, metadata }) => wanted.includes(`${kind} ${metadata.name}`))
    .map(({ apiVersion, kind, metadata, ...rest }) =>
      made(kind, metadata.name, rest),
    );
}

describe('A namespace that others have made, on the lab', () => {
  const { admin } = openLab();
  let portal: ReplicasPortal;
  let api: Replica;
  const watching = new AbortController();
  /** Addresses that its Service has routed to */
  const routed = new Set<string>();
  /** Names of pods that came */
  const pods = new Set<string>();
  let before: Record<string, string>;

  beforeAll(async () => {
    const file = '../../../deploy/kubernetes/20-tenant-roles.yaml';
    const text = readFileSync(resolve(__dirname, file), 'utf8');
    const role = parseAllDocuments(text)
      .map(document => document.toJS())
      .find(({ metadata }) => metadata.name === PROVER);
    // There already where the lab was made with it.
    await admin.create(role);
    const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const home = { name: NAME, labels: restricted };
    await create(admin, objectOf('Namespace', home));
    const prover = bindingOf(PROVER, PROVER, PORTAL, NAME);
    for (const object of [CHARTS, prover, ...n8n()]) {
      await create(admin, object);
    }
    await until(async () => {
      const live = await admin.get<any>(refOf('Deployment', 'n8n', NAME));
      return live?.status?.readyReplicas === 1;
    });
    before = await objects();
    void follow('EndpointSlice', slice =>
      (slice.endpoints ?? [])
        .filter((each: any) => each.conditions?.ready)
        .flatMap((each: any) => each.addresses)
        .forEach((address: string) => routed.add(address)),
    );
    void follow('Pod', pod => pods.add(pod.metadata.name));
    portal = await ReplicasPortal.create({
      clusters: [{ ...labCluster(portalAccess), proofOnly: [declared] }],
      proofs: { targets: { names: ['other.saas.test'] } },
    });
    api = await portal.start('one');
  });

  afterAll(async () => {
    watching.abort();
    await portal?.stop();
    await admin.delete(refOf('Namespace', NAME));
  });

  async function follow(
    kind: string,
    see: (object: any) => void,
  ): Promise<void> {
    const { signal } = watching;
    while (!signal.aborted) {
      try {
        const ref = refOf(kind, undefined, NAME);
        for await (const { object } of admin.watch<any>(ref, { signal })) {
          // A bookmark is about nothing.
          if (object.metadata?.name) {
            see(object);
          }
        }
      } catch {
        await sleep(100);
      }
    }
  }

  /** All that is in the namespace, and it itself, by what somebody wants of it. */
  async function objects(): Promise<Record<string, string>> {
    const get = (path: string) => admin.expect<any>({ method: 'GET', path });
    const { groups } = await get('/apis');
    const apis = [
      '/api/v1',
      ...groups.map((g: any) => `/apis/${g.preferredVersion.groupVersion}`),
    ];
    const found: Record<string, string> = {};
    const note = ({ kind, metadata, status, ...rest }: any) => {
      const { uid, name, labels: own, annotations } = metadata;
      found[`${kind} ${name}`] = JSON.stringify([uid, own, annotations, rest]);
    };
    note(await get(`/api/v1/namespaces/${NAME}`));
    for (const path of apis) {
      const { resources } = await get(path);
      for (const { name, kind, namespaced, verbs } of resources) {
        if (namespaced && verbs.includes('list') && !PASSING.includes(kind)) {
          const { items } = await get(`${path}/namespaces/${NAME}/${name}`);
          items.forEach((item: any) => note({ kind, ...item }));
        }
      }
    }
    return found;
  }

  const tenant = () => api.get(`/tenants/${NAME}`);
  const prove = async () => {
    const { id, verdicts } = await api.run(NAME, { kind: 'prove' });
    const proof = await api.get(`/tenants/${NAME}/proofs/${id}`);
    return { verdicts: verdicts!, receipts: proof.receipts as any[] };
  };
  const of = (receipts: any[], outcome: string) =>
    new Set(receipts.filter(r => r.outcome === outcome).map(r => r.check));

  it('has its walls breached at the first proof, with the policy of the n8n chart', async () => {
    await until(() =>
      tenant().then(
        ({ lastProof }) => lastProof !== undefined,
        () => false,
      ),
    );
    const { spec, walls, lastProof } = await tenant();
    expect(spec.size).toBe('proof-only');
    expect(lastProof.trigger).toBe('schedule');
    expect(walls.map((w: any) => [w.wall, w.status])).toEqual([
      ['network', 'breached'],
      ['secret', 'holds'],
      ['resource', 'breached'],
    ]);
    const { receipts } = await api.get(
      `/tenants/${NAME}/proofs/${lastProof.id}`,
    );
    const through = of(receipts, 'breached');
    for (const check of [
      'net.canary-ingress',
      'net.dns-elsewhere',
      'net.internet',
      'net.no-widening',
      'res.quota-used',
      'res.quota-memory',
    ]) {
      expect([check, through.has(check)]).toEqual([check, true]);
    }
    const { items } = await api.get('/tenants');
    expect(items.map((one: any) => one.name)).toContain(NAME);
    const report = await api.get(`/tenants/${NAME}/report?format=markdown`);
    expect(report).toMatch(/Size: proof-only[^]*the portal has made none/);
  });

  it('is refused to be applied, restored, resized or removed', async () => {
    const asked: object[] = [
      { kind: 'apply', spec: { name: NAME, owner: declared.owner } },
      { kind: 'apply' },
      { kind: 'apply', size: 'medium' },
      { kind: 'remove', confirm: NAME },
    ];
    for (const request of asked) {
      await expect(api.start(NAME, request)).rejects.toThrow(
        /: 400 .*is only proved: its namespace is not the portal's/,
      );
    }
  });

  it('was written nothing but proof pods, and its Service routed to none of them', async () => {
    expect(await objects()).toEqual(before);
    const [others, proofs] = [false, true].map(is =>
      [...pods].filter(name => name.startsWith('threewalls-proof-') === is),
    );
    expect([others.length, routed.size]).toEqual([1, 1]);
    expect(proofs.length).toBeGreaterThan(0);
  });

  it('has walls that hold once others have closed them', async () => {
    for (const object of [DENY, ...LIMITS]) {
      await create(admin, object);
    }
    await admin.delete({ ...CHARTS, namespace: NAME, name: 'n8n' });
    const closed = await objects();
    let proof = await prove();
    // A fresh quota is counted in its own time.
    for (let i = 0; i < 3 && proof.verdicts[2].status === 'unproven'; i++) {
      proof = await prove();
    }
    expect(of(proof.receipts, 'breached')).toEqual(new Set());
    expect(proof.verdicts.map(v => [v.wall, v.status, v.summary])).toEqual([
      ['network', 'holds', expect.stringMatching(/^All \d\d attacks blocked/)],
      ['secret', 'holds', expect.stringMatching(/it has nothing in Vault$/)],
      ['resource', 'holds', expect.stringMatching(/^All \d\d attacks blocked/)],
    ]);
    await until(async () =>
      (await tenant()).walls.every((wall: any) => wall.status === 'holds'),
    );
    expect(await objects()).toEqual(closed);
    expect(routed.size).toBe(1);
  });

  it('turns when it is opened again, without a proof', async () => {
    const opened = Date.now();
    await create(admin, CHARTS);
    await until(async () => (await tenant()).walls[0].status === 'breached');
    expect(Date.now() - opened).toBeLessThan(10_000);
  });
});
