import { KubernetesObject } from '../../plan/types';
import { holding, object, runAttempt } from '../__fixtures__/portal';
import { proofOnlySide } from '../__fixtures__/side';
import { planChecks } from '../checks/checks';
import { Finding, Side } from '../types';

const LIMITS = { cpu: '2', memory: '2Gi', storage: '5Gi' };
const namespace = 'flows';

/** Makes what a check tries, upon these objects; the worst that came of it. */
async function worst(
  id: string,
  side: Side,
  clients: { kubernetes?: object; vault?: object },
): Promise<string> {
  const { attempts } = planChecks(side).find(({ check }) => check.id === id)!;
  const findings: Finding[] = [];
  for (const attempt of attempts) {
    findings.push(await runAttempt(side, attempt, clients));
  }
  const bad = findings.find(({ outcome }) => outcome !== 'asExpected');
  const { outcome, reason } = bad ?? findings[0];
  return [outcome, reason?.summary].filter(Boolean).join(': ');
}

const policy = (name: string, spec: object, api = 'networking.k8s.io/v1') =>
  object(api, 'NetworkPolicy', spec, { namespace, name });
const n8nPod = (labels: object = { app: 'n8n' }, serviceAccountName = 'n8n') =>
  object('v1', 'Pod', { serviceAccountName }, { namespace, labels });

const inNamespace = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const DB = object('v1', 'Namespace', undefined, {
  name: 'db',
  labels: { 'kubernetes.io/metadata.name': 'db' },
});
const both = { policyTypes: ['Ingress', 'Egress'] };
const CLOSED = { podSelector: {}, ...both };
const DNS = {
  to: [
    {
      ...inNamespace('kube-system'),
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [{ port: 53, protocol: 'UDP' }],
};
/** As the n8n chart has it: every peer on a few ports. */
const CHARTS = {
  podSelector: { matchLabels: { app: 'n8n' } },
  ...both,
  ingress: [{ from: [], ports: [{ port: 5678, protocol: 'TCP' }] }],
  egress: [53, 443].map(port => ({ ports: [{ port, protocol: 'TCP' }] })),
};

describe('policies that others have written', () => {
  const own = { from: [{ podSelector: {} }] };
  const database = { egress: { namespaces: ['db'] } };
  const range = { egress: { cidrs: ['203.0.113.0/24'] } };

  it.each<[string, object, object[], RegExp]>([
    ['none at all', {}, [], /^breached: Open: no policy denies egress of pods/],
    [
      'one for ingress alone',
      {},
      [{ podSelector: {}, policyTypes: ['Ingress'] }],
      /no policy denies egress of pods with app=n8n/,
    ],
    [
      'one for another pod',
      {},
      [{ ...CLOSED, podSelector: { matchLabels: { app: 'db' } } }],
      /^breached: Open: no policy denies egress/,
    ],
    ['deny all', {}, [CLOSED], /^asExpected$/],
    [
      'its own namespace and DNS',
      {},
      [{ ...CLOSED, egress: [DNS], ingress: [own] }],
      /^asExpected$/,
    ],
    ['as in the n8n chart', {}, [CHARTS], /^breached: Allows more/],
    ['as in the n8n chart, beside another', {}, [CLOSED, CHARTS], /^breached/],
    [
      'a namespace that is not declared',
      {},
      [{ ...CLOSED, egress: [{ to: [inNamespace('db')] }] }],
      /^breached: .*egress to pods of namespace db/,
    ],
    [
      'one that is',
      database,
      [{ ...CLOSED, egress: [{ to: [inNamespace('db')] }] }],
      /^asExpected$/,
    ],
    [
      'a range that is declared',
      range,
      [
        {
          ...CLOSED,
          egress: [
            {
              to: [{ ipBlock: { cidr: '203.0.113.8/32' } }],
              ports: [{ port: 443, protocol: 'TCP' }],
            },
          ],
        },
      ],
      /^asExpected$/,
    ],
    [
      'a wider one',
      range,
      [{ ...CLOSED, egress: [{ to: [{ ipBlock: { cidr: '203.0.0.0/8' } }] }] }],
      /^breached: .*egress to 203\./,
    ],
  ])('are held to what config declares: %s', async (_, declared, specs, is) => {
    const side = proofOnlySide(declared);
    const policies = specs.map((spec, i) => policy(`p${i}`, spec));
    const clients = holding([...policies, n8nPod(), DB], undefined, [
      ['networking.k8s.io/v1', 'NetworkPolicy'],
    ]);
    expect(await worst('net.no-widening', side, clients)).toMatch(is);
  });

  it.each([
    ['labels', n8nPod({ app: 'n8n', tier: 'web' })],
    ['an account', n8nPod(undefined, 'other')],
  ])('are in doubt where they tell n8n by %s', async (what, pod) => {
    const matchLabels: Record<string, string> =
      what === 'labels'
        ? { tier: 'web' }
        : { 'io.cilium.k8s.policy.serviceaccount': 'other' };
    const cilium = object(
      'cilium.io/v2',
      'CiliumNetworkPolicy',
      { endpointSelector: { matchLabels }, ingressDeny: [{}] },
      { namespace },
    );
    const clients = holding([policy('all', CLOSED), cilium, pod]);
    expect(await worst('net.no-widening', proofOnlySide({}), clients)).toMatch(
      /^inconclusive: .*workload.podLabels and .serviceAccount/,
    );
  });

  it('are in doubt where one can’t be computed', async () => {
    const calico = policy('p', {}, 'projectcalico.org/v3');
    expect(
      await worst(
        'net.no-widening',
        proofOnlySide({}),
        holding([calico, n8nPod()]),
      ),
    ).toMatch(/^inconclusive: Can't tell what it allows/);
  });
});

describe('quotas that others have written', () => {
  const limits = { ...LIMITS, container: { cpu: '1', memory: '1Gi' } };
  const GOOD = {
    'limits.memory': '2Gi',
    'requests.storage': '1024Mi',
    'services.loadbalancers': 0,
    'services.nodeports': '0',
  };
  const quota = (over: object = {}, used: object = {}, enforced?: object) => ({
    ...object('v1', 'ResourceQuota', {}, { namespace, name: 'q' }),
    spec: { hard: { ...GOOD, ...over } },
    status: { used, hard: { ...GOOD, ...over, ...enforced } },
  });

  it.each<[string, KubernetesObject[], RegExp, RegExp]>([
    ['none', [], /^breached: No quota/, /^breached: There is no/],
    ['as declared', [quota()], /^asExpected$/, /^asExpected$/],
    [
      'node ports',
      [quota({ 'services.nodeports': '1' })],
      /^breached: No quota limits services.nodeports to 0 \(1\)/,
      /^asExpected$/,
    ],
    [
      'more storage than was used',
      [quota({ 'requests.storage': '6Gi' }, { 'requests.storage': '1Gi' })],
      /^breached: .*requests.storage to 5Gi/,
      /^asExpected$/,
    ],
    [
      'used up, and more',
      [quota({}, { 'limits.memory': '3Gi' })],
      /^asExpected$/,
      /^breached: q: limits.memory: 3Gi of 2Gi used/,
    ],
    [
      'raised in its status alone',
      [quota({}, {}, { 'limits.memory': '3Gi' })],
      /^asExpected$/,
      /^breached: q: limits.memory: 3Gi is enforced instead of 2Gi/,
    ],
  ])('are held to the limits of config: %s', async (_, quotas, is, used) => {
    const clients = holding(quotas);
    const side = proofOnlySide({ limits });
    expect(await worst('res.quota-objects', side, clients)).toMatch(is);
    expect(await worst('res.quota-used', side, clients)).toMatch(used);
  });

  it.each([
    [403, 'exceeded quota: q, requested: limits.memory=4Gi', 'asExpected'],
    [403, 'exceeded quota: q, requested: pods=1', 'inconclusive'],
    [403, 'pods is forbidden: User can not create', 'inconclusive'],
    [201, '', 'breached'],
  ])('take %i %s for %s', async (status, message, is) => {
    const body = { message, spec: { resources: {} } };
    const kubernetes = { create: async () => ({ status, body }) };
    for (const id of ['res.pod-level', 'res.quota-memory']) {
      expect(
        await worst(id, proofOnlySide({ limits }), { kubernetes }),
      ).toMatch(is);
    }
  });
});

it.each<[object, RegExp]>([
  [{}, /^asExpected$/],
  [{ bound_service_account_namespace_selector: '' }, /^asExpected$/],
  [{ bound_service_account_names: ['*'] }, /^breached: bound_service_acc/],
  [{ bound_service_account_namespaces: ['flows', 'x'] }, /^breached/],
  [{ bound_service_account_namespace_selector: '{}' }, /^breached/],
  [{ token_policies: ['flows-read', 'more'] }, /^breached: token_policies/],
])('a role of Vault takes its ServiceAccount alone: %j', async (over, is) => {
  const data = {
    bound_service_account_names: ['n8n'],
    bound_service_account_namespaces: ['flows'],
    token_policies: ['flows-read'],
    ...over,
  };
  const vault = { request: async () => ({ status: 200, data }) };
  const side = proofOnlySide({
    vault: { role: 'flows', policy: 'flows-read', path: 'teams/flows' },
  });
  expect(await worst('sec.as-planned', side, { vault })).toMatch(is);
});

it.each([
  ['net.who-can', 'patch', 'networking.k8s.io', 'networkpolicies'],
  ['net.who-can', 'create', 'cilium.io', 'ciliumnetworkpolicies'],
  ['sec.who-can', 'list', '', 'secrets'],
  ['res.who-can', 'delete', '', 'resourcequotas'],
  ['res.who-can', 'update', '', 'limitranges'],
])(
  'finds who can open a wall, unless config trusts them: %s %s',
  async (id, verb, group, resource) => {
    const argo = { kind: 'ServiceAccount', name: 'argo', namespace: 'argo' };
    const rbac = 'rbac.authorization.k8s.io/v1';
    const rules = [
      { verbs: [verb], apiGroups: [group], resources: [resource] },
    ];
    const clients = holding([
      { ...object(rbac, 'Role', {}, { namespace, name: 'r' }), rules },
      {
        ...object(rbac, 'RoleBinding', {}, { namespace, name: 'r' }),
        roleRef: { kind: 'Role', name: 'r' },
        subjects: [argo],
      },
    ]);
    expect(await worst(id, proofOnlySide({}), clients)).toMatch(
      new RegExp(`^breached: ServiceAccount argo/argo may ${verb} ${resource}`),
    );
    const trusting = proofOnlySide({ trustedSubjects: [argo] });
    expect(await worst(id, trusting, clients)).toBe('asExpected');
  },
);
