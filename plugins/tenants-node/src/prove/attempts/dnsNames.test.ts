import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { digestOf } from '../../plan/live/digest';
import { planTenant } from '../../plan/planTenant';
import { KubernetesObject, TenantPlan } from '../../plan/types';
import { holding, object, testRound } from '../__fixtures__/portal';
import { sideOn, testCluster, testSide } from '../__fixtures__/side';
import { Answer, Attempt, DoesNotApply, Side } from '../types';
import { unknownName } from './dnsNames';

const cilium = testPlatform({ network: { provider: 'cilium' } });

function sideWith(egress: object, platform = cilium): Side {
  const side = testSide({ cluster: testCluster(platform.clusters[0]) });
  const plan = planTenant(
    testSpec({ egress: { hosts: [], cidrs: [], ...egress } }),
    platform,
  );
  return { ...side, tenant: { ...side.tenant, plan } };
}

const tries = (side: Side) => {
  const found = unknownName(side);
  return Array.isArray(found)
    ? found.map(({ target }) => target)
    : (found as DoesNotApply).because.summary;
};

const SERVED: [string, string] = [
  'cilium.io/v2',
  'CiliumClusterwideNetworkPolicy',
];
const OPEN_DNS = object(
  ...SERVED,
  {
    endpointSelector: {},
    egress: [{ toPorts: [{ ports: [{ port: '53', protocol: 'UDP' }] }] }],
  },
  { name: 'dns-for-all' },
);

const TO_RESOLVER = {
  namespaceSelector: {},
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
};
const UDP = { port: 53, protocol: 'UDP' };
const TCP = { port: 53, protocol: 'TCP' };
/** As anybody writes it who may add a policy to a tenant's namespace. */
const allowDns = (podSelector: object = {}, ports = [UDP, TCP]) =>
  object(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    {
      podSelector,
      policyTypes: ['Egress'],
      egress: [{ to: [TO_RESOLVER], ports }],
    },
    { name: 'allow-dns' },
  );

describe('a name that the tenant isn’t allowed', () => {
  it('is the first that isn’t, and none where names can’t be told apart', () => {
    expect(tries(sideWith({}))).toEqual(['example.com']);
    expect(tries(sideWith({ hosts: ['example.com'] }))).toEqual([
      'example.org',
    ]);
    const hosts = ['example.com', 'example.org'];
    expect(tries(sideWith({ hosts }))).toMatch(/every/);
    const named = testPlatform({
      network: { provider: 'cilium' },
      proofs: { targets: { names: ['api.example.com', 'example.com'] } },
    });
    expect(tries(sideWith({ hosts: ['*.example.com'] }, named))).toEqual([
      'example.com',
    ]);
    expect(tries(sideWith({ cidrs: ['203.0.113.0/24'] }))).toMatch(/ranges/);
    expect(tries(sideWith({}, testPlatform()))).toMatch(/NetworkPolicies/);
  });

  const side = sideWith({});

  const run = (
    tenant: string,
    ram: string,
    policies: KubernetesObject[] = [],
    on = side,
  ) =>
    (unknownName(on) as Attempt[])[0].run({
      ...testRound(on, holding(policies, undefined, [SERVED])),
      answer: async ({ by, task }): Promise<Answer> => {
        const connects = task.do === 'connect' ? 'OK' : undefined;
        const code = connects ?? (by === 'ram' ? ram : tenant);
        return { code, response: '192.0.2.7', startedAt: '', durationMs: 1 };
      },
    });

  it.each<[string, string, string, Outcome]>([
    ['is refused', 'REFUSED', 'OK', 'asExpected'],
    ['is said not to exist, by a proxy', 'NXDOMAIN', 'OK', 'asExpected'],
    ['is dropped', 'TIMEOUT', 'OK', 'asExpected'],
    ['is resolved', 'OK', 'OK', 'breached'],
    ['ends in something else', 'OTHER', 'OK', 'inconclusive'],
    ['is known to nobody', 'REFUSED', 'NXDOMAIN', 'notApplicable'],
  ])('%s', async (_, tenant, ram, outcome) => {
    expect((await run(tenant, ram)).outcome).toBe(outcome);
  });

  it('is not covered where the platform’s own policy lets every name through', async () => {
    expect(await run('OK', 'OK', [OPEN_DNS])).toMatchObject({
      outcome: 'notApplicable',
      reason: {
        summary: expect.stringMatching(
          /^CiliumClusterwide.* dns-for-all allows DNS for any name/,
        ),
      },
    });
    const elsewhere = {
      ...OPEN_DNS,
      spec: {
        ...(OPEN_DNS.spec as object),
        endpointSelector: { matchLabels: { app: 'other' } },
      },
    };
    expect((await run('OK', 'OK', [elsewhere])).outcome).toBe('breached');
  });

  it('is a breach where somebody’s policy in its namespace lets every name through', async () => {
    const seen = allowDns();
    expect(await run('OK', 'OK', [seen])).toMatchObject({
      outcome: 'breached',
      reason: {
        summary: expect.stringMatching(
          /answered 192\.0\.2\.7.*NetworkPolicy allow-dns/,
        ),
      },
    });
    const excepting = (digest: string) =>
      sideOn(side, {
        exceptions: [{ kind: seen.kind, name: seen.metadata.name, digest }],
      });
    const reviewed = excepting(digestOf(seen));
    expect(await run('OK', 'OK', [seen], reviewed)).toMatchObject({
      outcome: 'notApplicable',
    });
    const changed = excepting('another');
    expect((await run('OK', 'OK', [seen], changed)).outcome).toBe('breached');
  });

  it('is a breach where a policy lets n8n alone ask, though a proof pod is refused', async () => {
    const n8n = { matchLabels: { 'app.kubernetes.io/name': 'n8n' } };
    const other = { matchLabels: { app: 'other' } };
    const outcome = async (policy: KubernetesObject, ram = 'OK') =>
      (await run('REFUSED', ram, [policy])).outcome;
    expect(await outcome(allowDns(n8n))).toBe('breached');
    expect(await outcome(allowDns(n8n, [TCP]))).toBe('breached');
    expect(await outcome(allowDns(other))).toBe('asExpected');
    expect(await outcome(allowDns(n8n), 'NXDOMAIN')).toBe('notApplicable');
  });

  it.each<[string, object[] | undefined, Outcome]>([
    ['none', undefined, 'breached'],
    ['an empty list of them', [], 'breached'],
    ['every name', [{ matchPattern: '*' }], 'breached'],
    ['the name', [{ matchName: 'example.com' }], 'breached'],
    ['names of any depth above it', [{ matchPattern: '**.com' }], 'breached'],
    [
      'the cluster’s',
      [{ matchPattern: '*.*.svc.cluster.local' }],
      'asExpected',
    ],
    ['other names', [{ matchName: 'mirror.test' }], 'asExpected'],
  ])('is what Cilium’s rules for names say: %s', async (_, dns, outcome) => {
    const ports = [{ port: '53', protocol: 'ANY' }];
    const matchLabels = {
      'k8s:io.kubernetes.pod.namespace': 'kube-system',
      'k8s:k8s-app': 'kube-dns',
    };
    const policy = object('cilium.io/v2', 'CiliumNetworkPolicy', {
      endpointSelector: {},
      egress: [
        {
          toEndpoints: [{ matchLabels }],
          toPorts: [{ ports, ...(dns && { rules: { dns } }) }],
        },
      ],
    });
    expect((await run('REFUSED', 'OK', [policy])).outcome).toBe(outcome);
  });

  it('is not covered of a tenant that is only proved, whose policies may allow DNS', async () => {
    const { plan } = side.tenant;
    const proofOnly = {
      allowed: [],
      template: { metadata: {}, spec: {} },
    } as unknown as NonNullable<TenantPlan['proofOnly']>;
    const only = {
      ...side,
      tenant: { ...side.tenant, plan: { ...plan, proofOnly } },
    };
    expect((await run('OK', 'OK', [allowDns()], only)).outcome).toBe(
      'notApplicable',
    );
  });
});
