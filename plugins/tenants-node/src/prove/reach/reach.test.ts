import fc from 'fast-check';
import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { planTenant } from '../../plan/planTenant';
import {
  formatAddress,
  isIn,
  parseAddress,
  parseRange,
  representatives,
} from '../../plan/addresses';
import { isAllowed } from './decide';
import { Peer, podTraits, Traffic } from './model';
import { letsThrough, modelPolicy, PolicyPod } from './predict';
import { NamespaceFacts, widening } from './widening';

const plan = planTenant(
  testSpec({ egress: { hosts: ['api.saas.test'], cidrs: ['192.0.2.0/24'] } }),
  testPlatform({
    network: { provider: 'cilium', ingress: { namespaces: ['ingress'] } },
  }),
);
const NS = plan.names.namespace;
const planned = plan.stages
  .flatMap(stage => stage.resources)
  .flatMap(r => (r.type === 'kubernetes' ? [r.object] : []))
  .filter(({ kind }) => kind.endsWith('NetworkPolicy'))
  .flatMap(modelPolicy);

const N8N = podTraits({
  namespace: NS,
  namespaceLabels: { team: 'acme' },
  labels: { 'app.kubernetes.io/name': 'n8n' },
  serviceAccount: 'n8n',
});
const NAMESPACES: NamespaceFacts[] = [
  { name: NS, labels: { team: 'acme' } },
  { name: 'kube-system', labels: {} },
  { name: 'ingress', labels: { role: 'ingress' } },
  { name: 'monitoring', labels: { team: 'sre' } },
  { name: 'web-tenant-globex', labels: { team: 'globex' } },
];

/** What a policy comes to beside the plan's. */
function beside(kind: string, spec: object, namespace = NS) {
  const found = widening(
    planned,
    modelPolicy({
      apiVersion: 'x',
      kind,
      metadata: { name: 'other', namespace },
      spec,
    }),
    [N8N],
    NAMESPACES,
  );
  return 'allows' in found ? found.allows : found;
}

const NOTHING = { nothing: true };
const named = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const placed = (namespace: string) => ({
  matchLabels: { 'k8s:io.kubernetes.pod.namespace': namespace },
});

/** Of the tenant's namespace, where a row names no other. */
const at = (kind: string, namespace?: string) =>
  namespace ?? (kind === 'CiliumClusterwideNetworkPolicy' ? '' : NS);

describe('a policy beside the plan’s allows no more', () => {
  const rows: [string, string, object, string?][] = [
    ['that allows nothing', 'NetworkPolicy', { podSelector: {} }],
    [
      'that denies what it likes',
      'CiliumNetworkPolicy',
      { endpointSelector: {}, egressDeny: [{ toEntities: ['all'] }] },
    ],
    [
      'within the namespace',
      'NetworkPolicy',
      { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
    ],
    [
      'DNS to the cluster’s resolver',
      'NetworkPolicy',
      {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [
          {
            to: [
              {
                ...named('kube-system'),
                podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
              },
            ],
            ports: [{ port: 53, protocol: 'UDP' }],
          },
        ],
      },
    ],
    [
      'DNS to the cluster’s resolver, cluster-wide',
      'CiliumClusterwideNetworkPolicy',
      {
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
            toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }] }],
          },
        ],
      },
    ],
    [
      'a part of an allowed range',
      'NetworkPolicy',
      {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [
          {
            to: [{ ipBlock: { cidr: '192.0.2.128/25' } }],
            ports: [{ port: 443 }],
          },
        ],
      },
    ],
    [
      'an allowed host, and a port of it',
      'CiliumNetworkPolicy',
      {
        endpointSelector: {},
        egress: [
          {
            toFQDNs: [{ matchName: 'api.saas.test' }],
            toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }],
          },
        ],
      },
    ],
    [
      'what the plan’s ingress may do, by a label of its namespace',
      'NetworkPolicy',
      {
        podSelector: {},
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { role: 'ingress' } } }],
            ports: [{ port: 5678 }],
          },
        ],
      },
    ],
    [
      'about other pods',
      'NetworkPolicy',
      { podSelector: { matchLabels: { app: 'other' } }, ingress: [{}] },
    ],
    [
      'about another namespace',
      'NetworkPolicy',
      { podSelector: {}, ingress: [{}] },
      'monitoring',
    ],
    [
      'about nodes',
      'CiliumClusterwideNetworkPolicy',
      { nodeSelector: {}, ingress: [{ fromEntities: ['all'] }] },
    ],
    [
      'about what is no pod',
      'CiliumClusterwideNetworkPolicy',
      {
        endpointSelector: { matchLabels: { 'reserved:ingress': '' } },
        egress: [{ toEntities: ['all'] }],
      },
    ],
    [
      'with an empty rule, which allows nothing',
      'CiliumNetworkPolicy',
      { endpointSelector: {}, ingress: [{}], egress: [{}] },
    ],
    [
      'the nodes, which the plan denies',
      'CiliumNetworkPolicy',
      {
        endpointSelector: {},
        egress: [{ toEntities: ['host', 'remote-node'] }],
      },
    ],
    [
      'a reserved range, which the plan denies',
      'CiliumNetworkPolicy',
      { endpointSelector: {}, egress: [{ toCIDR: ['169.254.169.254/32'] }] },
    ],
  ];

  it.each(rows.map(([what, ...row]) => ({ what, row })))('$what', ({ row }) => {
    const [kind, spec, namespace] = row;
    expect(beside(kind, spec, at(kind, namespace))).toEqual(NOTHING);
  });
});

describe('a policy beside the plan’s allows more', () => {
  const rows: [string, string, object, RegExp][] = [
    [
      'everything in',
      'NetworkPolicy',
      { podSelector: {}, ingress: [{}] },
      /^ingress from /,
    ],
    [
      'everything out',
      'NetworkPolicy',
      { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
      /^egress to /,
    ],
    [
      'whoever carries a label',
      'NetworkPolicy',
      {
        podSelector: {},
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { team: 'globex' } } }],
          },
        ],
      },
      /^ingress from pods of namespace web-tenant-globex, TCP/,
    ],
    [
      'a pod with a label, in any namespace',
      'NetworkPolicy',
      {
        podSelector: {},
        ingress: [
          {
            from: [
              {
                namespaceSelector: {},
                podSelector: { matchLabels: { app: 'scraper' } },
              },
            ],
            ports: [{ port: 'http' }],
          },
        ],
      },
      /^ingress from pods with app=scraper of .*, TCP http$/,
    ],
    [
      'one port more of the ingress',
      'NetworkPolicy',
      {
        podSelector: {},
        ingress: [{ from: [named('ingress')], ports: [{ port: 5679 }] }],
      },
      /^ingress from pods of namespace ingress, TCP 5679$/,
    ],
    [
      'another protocol',
      'NetworkPolicy',
      {
        podSelector: {},
        ingress: [
          {
            from: [named('ingress')],
            ports: [{ port: 5678, protocol: 'UDP' }],
          },
        ],
      },
      /^ingress from pods of namespace ingress, UDP 5678$/,
    ],
    [
      'one address beside an allowed range',
      'CiliumNetworkPolicy',
      { endpointSelector: {}, egress: [{ toCIDR: ['192.0.2.0/23'] }] },
      /^egress to 192\.0\.3\.\d+, TCP/,
    ],
    [
      'what a range leaves out',
      'CiliumNetworkPolicy',
      {
        endpointSelector: {},
        egress: [
          {
            toCIDRSet: [
              { cidr: '198.51.100.0/24', except: ['198.51.100.0/25'] },
            ],
          },
        ],
      },
      /^egress to 198\.51\.100\.(128|255), TCP/,
    ],
    [
      'an address of IPv6',
      'CiliumNetworkPolicy',
      { endpointSelector: {}, egress: [{ toCIDR: ['2001:db8::/32'] }] },
      /^egress to 2001:db8:/,
    ],
    [
      'another host',
      'CiliumNetworkPolicy',
      {
        endpointSelector: {},
        egress: [{ toFQDNs: [{ matchPattern: '*.example.com' }] }],
      },
      /^egress to any\.example\.com/,
    ],
    [
      'the world, cluster-wide',
      'CiliumClusterwideNetworkPolicy',
      { endpointSelector: placed(NS), egress: [{ toEntities: ['world'] }] },
      /^egress to /,
    ],
    [
      'by the labels of its namespace, cluster-wide',
      'CiliumClusterwideNetworkPolicy',
      {
        endpointSelector: {
          matchLabels: { 'k8s:io.cilium.k8s.namespace.labels.team': 'acme' },
        },
        ingress: [{ fromEntities: ['cluster'] }],
      },
      /^ingress from /,
    ],
    [
      'ping',
      'CiliumClusterwideNetworkPolicy',
      {
        endpointSelector: {},
        egress: [
          { toEntities: ['cluster'], icmps: [{ fields: [{ type: 8 }] }] },
        ],
      },
      /, ICMP 8$/,
    ],
    [
      'in one of several specs',
      'CiliumNetworkPolicy',
      {
        endpointSelector: {},
        ingress: [{ fromEndpoints: [placed('monitoring')] }],
      },
      /^ingress from pods of namespace monitoring/,
    ],
  ];

  it.each(rows)('%s', (_, kind, spec, said) => {
    expect(beside(kind, spec, at(kind))).toMatch(said);
  });

  it('in the second of its specs', () => {
    const found = widening(
      planned,
      modelPolicy({
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumNetworkPolicy',
        metadata: { name: 'x', namespace: NS },
        specs: [
          { endpointSelector: {}, ingress: [] },
          { endpointSelector: {}, egress: [{ toEntities: ['world'] }] },
        ],
      }),
      [N8N],
      NAMESPACES,
    );
    expect(found).toEqual({ allows: expect.stringMatching(/^egress/) });
  });
});

describe('what is not understood of a policy', () => {
  it.each<[string, object]>([
    ['toServices', { toServices: [{ k8sService: { serviceName: 'x' } }] }],
    ['toGroups', { toGroups: [{ aws: {} }] }],
    ['cidrGroupRef', { toCIDRSet: [{ cidrGroupRef: 'x' }] }],
  ])('leaves it open: %s', (part, rule) => {
    expect(
      beside('CiliumNetworkPolicy', { endpointSelector: {}, egress: [rule] }),
    ).toEqual({ unknown: `it allows ${part}` });
  });

  it('hides nothing that is', () => {
    const egress = [{ toServices: [{}] }, { toEntities: ['world'] }];
    expect(
      beside('CiliumNetworkPolicy', { endpointSelector: {}, egress }),
    ).toMatch(/^egress to /);
  });

  it('is no matter where it denies', () => {
    const egressDeny = [{ toServices: [{}] }];
    expect(
      beside('CiliumNetworkPolicy', { endpointSelector: {}, egressDeny }),
    ).toEqual(NOTHING);
  });
});

describe('any policy', () => {
  const word = fc.constantFrom('a', 'b');
  const selector = fc.oneof(
    fc.constant({}),
    word.map(app => ({ matchLabels: { app } })),
    fc.record({
      matchExpressions: fc.array(
        fc.oneof(
          fc.record({
            key: fc.constantFrom('app', 'tier'),
            operator: fc.constantFrom('In', 'NotIn'),
            values: fc.array(word, { minLength: 1, maxLength: 2 }),
          }),
          fc.record({
            key: fc.constantFrom('app', 'tier'),
            operator: fc.constantFrom('Exists', 'DoesNotExist'),
          }),
        ),
        { maxLength: 2 },
      ),
    }),
  );
  const peer = fc.oneof(
    selector.map(podSelector => ({ podSelector })),
    fc
      .constantFrom('kube-system', 'monitoring', NS)
      .chain(name =>
        selector.map(podSelector => ({ ...named(name), podSelector })),
      ),
    fc
      .constantFrom(
        '192.0.2.0/24',
        '192.0.2.64/26',
        '192.0.0.0/16',
        '169.254.0.0/16',
      )
      .map(cidr => ({ ipBlock: { cidr } })),
  );
  const ports = fc.array(
    fc.record({
      port: fc.constantFrom(53, 54, 443, 5678),
      protocol: fc.constantFrom('TCP', 'UDP'),
    }),
    { maxLength: 2 },
  );
  const spec = fc.record({
    podSelector: fc.constant({}),
    policyTypes: fc.constant(['Ingress', 'Egress']),
    ingress: fc.array(
      fc.record({ from: fc.array(peer, { maxLength: 2 }), ports }),
      {
        maxLength: 2,
      },
    ),
    egress: fc.array(
      fc.record({ to: fc.array(peer, { maxLength: 2 }), ports }),
      {
        maxLength: 2,
      },
    ),
  });
  const anyPeer: fc.Arbitrary<Peer> = fc.oneof(
    fc
      .record({
        namespace: fc.constantFrom(...NAMESPACES.map(n => n.name), 'new'),
        labels: fc.dictionary(
          fc.constantFrom('app', 'tier'),
          fc.constantFrom('a', 'b', 'c'),
        ),
      })
      .map(pod => ({ kind: 'pod' as const, traits: podTraits(pod) })),
    fc
      .tuple(fc.constantFrom(0, 2, 5), fc.nat({ max: 255 }))
      .map(([third, last]) => ({
        kind: 'address' as const,
        address: `192.0.${third}.${last}`,
        traits: { 'reserved:world': '' },
      })),
  );

  it('that is said to allow nothing more allows nothing more of anything', () => {
    let nothing = 0;
    fc.assert(
      fc.property(
        spec,
        fc.array(
          fc.record({
            direction: fc.constantFrom('ingress' as const, 'egress' as const),
            pod: fc.constant(N8N),
            peer: anyPeer,
            protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
            port: fc.constantFrom(52, 53, 54, 55, 443, 5678, 9999),
          }),
          { minLength: 20, maxLength: 60 },
        ),
        (one, traffics: Traffic[]) => {
          const models = modelPolicy({
            apiVersion: 'x',
            kind: 'NetworkPolicy',
            metadata: { name: 'other', namespace: NS },
            spec: one,
          });
          const found = widening(planned, models, [N8N], NAMESPACES);
          if ('allows' in found) {
            return true;
          }
          nothing++;
          return traffics.every(
            traffic =>
              isAllowed(planned, traffic) ||
              !isAllowed([...planned, ...models], traffic),
          );
        },
      ),
      { numRuns: 300 },
    );
    expect(nothing).toBeGreaterThan(20);
  });
});

describe('a connection between two pods', () => {
  const other: PolicyPod = { namespace: 'web-tenant-globex' };
  const own: PolicyPod = { namespace: NS, portNames: { 5678: 'http' } };
  const policy = (spec: object, namespace = NS) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'x', namespace },
    spec,
  });
  const goes = (...policies: any[]) =>
    letsThrough(policies, {
      from: other,
      to: own,
      protocol: 'TCP',
      port: 5678,
    });

  it('goes through where neither half is closed', () => {
    expect(goes()).toBe(true);
    expect(goes(policy({ podSelector: {} }))).toBe(false);
    const egress = { podSelector: {}, policyTypes: ['Egress'] };
    expect(goes(policy(egress, other.namespace))).toBe(false);
    expect(goes(policy(egress))).toBe(true);
  });

  it('may be known by a port’s name', () => {
    const rule = (port: string) =>
      policy({ podSelector: {}, ingress: [{ ports: [{ port }] }] });
    expect([goes(rule('http')), goes(rule('other'))]).toEqual([true, false]);
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.1/32', '10.0.0.1', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['fc00::/7', 'fdff::1', true],
    ['fc00::/7', 'fe80::1', false],
    ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3', true],
    ['2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
  ])('%s has %s: %s', (range, address, expected) => {
    expect(isIn(parseAddress(address), parseRange(range))).toBe(expected);
  });

  it('are written as they are read', () => {
    for (const text of ['192.0.2.1', '2001:db8:0:0:0:0:0:1']) {
      expect(formatAddress(parseAddress(text))).toBe(text);
    }
  });

  it('represent every way to be in some ranges and out of others', () => {
    const cidr = fc
      .tuple(fc.nat({ max: 15 }), fc.integer({ min: 28, max: 32 }))
      .map(([last, prefix]) => parseRange(`192.0.2.${last}/${prefix}`));
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 4 }), ranges => {
        const signature = (address: { family: 4 | 6; value: bigint }) =>
          ranges.map(range => isIn(address, range)).join();
        const all = [...ranges, parseRange('0.0.0.0/0')];
        const represented = new Set(representatives(all).map(signature));
        const addresses = Array.from({ length: 18 }, (_, i) =>
          parseAddress(`192.0.2.${i}`),
        );
        expect([...represented]).toEqual(
          expect.arrayContaining(addresses.map(signature)),
        );
      }),
    );
  });
});
