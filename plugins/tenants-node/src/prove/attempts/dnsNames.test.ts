import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { digestOf } from '../../plan/live/digest';
import { planTenant } from '../../plan/planTenant';
import { KubernetesObject, TenantPlan } from '../../plan/types';
import { holding, testRound } from '../__fixtures__/portal';
import { testCluster, testSide } from '../__fixtures__/side';
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
const OPEN_DNS = {
  apiVersion: SERVED[0],
  kind: SERVED[1],
  metadata: { name: 'dns-for-all' },
  spec: {
    endpointSelector: {},
    egress: [{ toPorts: [{ ports: [{ port: '53', protocol: 'UDP' }] }] }],
  },
};

/** As anybody writes it who may add a policy to a tenant's namespace. */
const allowDns = ({ tenant }: Side): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'allow-dns', namespace: tenant.plan.names.namespace },
  spec: {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [
      {
        to: [
          {
            namespaceSelector: {},
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
    ],
  },
});

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
        ...OPEN_DNS.spec,
        endpointSelector: { matchLabels: { app: 'other' } },
      },
    };
    expect((await run('OK', 'OK', [elsewhere])).outcome).toBe('breached');
  });

  it('is a breach where somebody’s policy in its namespace lets every name through', async () => {
    const seen = allowDns(side);
    expect(await run('OK', 'OK', [seen])).toMatchObject({
      outcome: 'breached',
      reason: {
        summary: expect.stringMatching(
          /answered 192\.0\.2\.7.*NetworkPolicy allow-dns/,
        ),
      },
    });
    const excepting = (digest: string): Side => {
      const { kind, metadata } = seen;
      const exceptions = [{ kind, name: metadata.name, digest }];
      const config = { ...side.cluster.config, exceptions };
      return { ...side, cluster: { ...side.cluster, config } };
    };
    const reviewed = excepting(digestOf(seen));
    expect(await run('OK', 'OK', [seen], reviewed)).toMatchObject({
      outcome: 'notApplicable',
    });
    const changed = excepting('another');
    expect((await run('OK', 'OK', [seen], changed)).outcome).toBe('breached');
  });

  it('is a breach where a policy lets n8n alone ask, though a proof pod is refused', async () => {
    const about = (matchLabels: object): KubernetesObject => {
      const seen = allowDns(side);
      const spec = { ...(seen.spec as object), podSelector: { matchLabels } };
      return { ...seen, spec };
    };
    const n8n = about({ 'app.kubernetes.io/name': 'n8n' });
    expect((await run('REFUSED', 'OK', [n8n])).outcome).toBe('breached');
    const { spec } = allowDns(side) as any;
    const [{ to, ports }] = spec.egress;
    const overTcp = { ...spec, egress: [{ to, ports: [ports[1]] }] };
    expect(
      (await run('REFUSED', 'OK', [{ ...n8n, spec: overTcp }])).outcome,
    ).toBe('breached');
    const other = about({ app: 'other' });
    expect((await run('REFUSED', 'OK', [other])).outcome).toBe('asExpected');
    expect((await run('REFUSED', 'NXDOMAIN', [n8n])).outcome).toBe(
      'notApplicable',
    );
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
    const policy = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name: 'names', namespace: side.tenant.plan.names.namespace },
      spec: {
        endpointSelector: {},
        egress: [
          {
            toEndpoints: [
              {
                matchLabels: {
                  'k8s:io.kubernetes.pod.namespace': 'kube-system',
                  'k8s:k8s-app': 'kube-dns',
                },
              },
            ],
            toPorts: [{ ports, ...(dns && { rules: { dns } }) }],
          },
        ],
      },
    };
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
    expect((await run('OK', 'OK', [allowDns(only)], only)).outcome).toBe(
      'notApplicable',
    );
  });
});
