import fc from 'fast-check';
import { testPlatform, testSpec } from '../../__fixtures__/platform';
import { plannedObjects } from '../../plan/planned';
import { planTenant } from '../../plan/planTenant';
import {
  formatAddress,
  isIn,
  parseAddress,
  parseRange,
  representatives,
} from '../../plan/addresses';
import { object } from '../__fixtures__/portal';
import { isAllowed } from './decide';
import { Peer, podTraits, Traffic } from './model';
import { letsThrough, modelPolicy, PolicyPod } from './predict';
import { NamespaceFacts, widening } from './widening';

const plan = planTenant(
  testSpec({
    egress: {
      hosts: ['api.saas.test', '*.wide.test'],
      cidrs: ['192.0.2.0/24'],
    },
  }),
  testPlatform({
    network: { provider: 'cilium', ingress: { namespaces: ['ingress'] } },
  }),
);
const NS = plan.names.namespace;
const planned = plannedObjects(plan)
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

/** A policy, as far as a row has to say it. */
const policy = (kind: string, spec: object, namespace = NS) =>
  object('x', kind, spec, { namespace });

/** Of all pods of a namespace: the tenant's, where a row says no other. */
const k8s = (spec: object, namespace?: string) =>
  policy('NetworkPolicy', { podSelector: {}, ...spec }, namespace);
const egress = (...rules: object[]) =>
  k8s({ policyTypes: ['Egress'], egress: rules });
const ingress = (...rules: object[]) => k8s({ ingress: rules });
const cilium = (spec: object) =>
  policy('CiliumNetworkPolicy', { endpointSelector: {}, ...spec });
const clusterwide = (spec: object) =>
  policy(
    'CiliumClusterwideNetworkPolicy',
    'nodeSelector' in spec ? spec : { endpointSelector: {}, ...spec },
    '',
  );

/** What a policy comes to beside the plan's. */
function beside(other: object) {
  const found = widening(planned, modelPolicy(other as any), [N8N], NAMESPACES);
  return 'allows' in found ? found.allows : found;
}

const NOTHING = { nothing: true };
const named = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const labelled = (matchLabels: Record<string, string>) => ({
  namespaceSelector: { matchLabels },
});
const placed = (namespace: string) => ({
  matchLabels: { 'k8s:io.kubernetes.pod.namespace': namespace },
});

describe('a policy beside the plan’s allows no more', () => {
  it.each<[string, object]>([
    ['that allows nothing', k8s({})],
    [
      'that denies what it likes',
      cilium({ egressDeny: [{ toEntities: ['all'] }] }),
    ],
    ['within the namespace', ingress({ from: [{ podSelector: {} }] })],
    [
      'DNS to the cluster’s resolver',
      egress({
        to: [
          {
            ...named('kube-system'),
            podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          },
        ],
        ports: [{ port: 53, protocol: 'UDP' }],
      }),
    ],
    [
      'DNS to the cluster’s resolver, cluster-wide',
      clusterwide({
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
      }),
    ],
    [
      'a part of an allowed range',
      egress({
        to: [{ ipBlock: { cidr: '192.0.2.128/25' } }],
        ports: [{ port: 443 }],
      }),
    ],
    [
      'an allowed host, and a port of it',
      cilium({
        egress: [
          {
            toFQDNs: [{ matchName: 'api.saas.test' }],
            toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }],
          },
        ],
      }),
    ],
    [
      'what the plan’s ingress may do, by a label of its namespace',
      ingress({
        from: [labelled({ role: 'ingress' })],
        ports: [{ port: 5678 }],
      }),
    ],
    [
      'about other pods',
      k8s({ podSelector: { matchLabels: { app: 'other' } }, ingress: [{}] }),
    ],
    ['about another namespace', k8s({ ingress: [{}] }, 'monitoring')],
    [
      'about nodes',
      clusterwide({ nodeSelector: {}, ingress: [{ fromEntities: ['all'] }] }),
    ],
    [
      'about what is no pod',
      clusterwide({
        endpointSelector: { matchLabels: { 'reserved:ingress': '' } },
        egress: [{ toEntities: ['all'] }],
      }),
    ],
    [
      'with an empty rule, which allows nothing',
      cilium({ ingress: [{}], egress: [{}] }),
    ],
    ...['*.wide.test', 'a*.wide.test', 'api.wide.test'].map(
      (matchPattern): [string, object] => [
        `names of an allowed pattern: ${matchPattern}`,
        cilium({ egress: [{ toFQDNs: [{ matchPattern }] }] }),
      ],
    ),
    [
      'the world, on ports of which none is named',
      cilium({
        egress: [
          { toEntities: ['world'], toPorts: [{ ports: [] }] },
          { toEntities: ['world'], toPorts: [{}] },
        ],
      }),
    ],
    [
      'every port of nobody',
      cilium({ egress: [{ toEndpoints: [], toPorts: [] }] }),
    ],
    [
      'the nodes, which the plan denies',
      cilium({ egress: [{ toEntities: ['host', 'remote-node'] }] }),
    ],
    [
      'a reserved range, which the plan denies',
      cilium({ egress: [{ toCIDR: ['169.254.169.254/32'] }] }),
    ],
  ])('%s', (_, other) => {
    expect(beside(other)).toEqual(NOTHING);
  });
});

describe('a policy beside the plan’s allows more', () => {
  it.each<[string, object, RegExp]>([
    ['everything in', ingress({}), /^ingress from /],
    ['everything out', egress({}), /^egress to /],
    [
      'all pods that carry a label',
      ingress({ from: [labelled({ team: 'globex' })] }),
      /^ingress from pods of namespace web-tenant-globex, TCP/,
    ],
    [
      'a pod with a label, in any namespace',
      ingress({
        from: [
          {
            namespaceSelector: {},
            podSelector: { matchLabels: { app: 'scraper' } },
          },
        ],
        ports: [{ port: 'http' }],
      }),
      /^ingress from pods with app=scraper of .*, TCP http$/,
    ],
    [
      'one port more of the ingress',
      ingress({ from: [named('ingress')], ports: [{ port: 5679 }] }),
      /^ingress from pods of namespace ingress, TCP 5679$/,
    ],
    [
      'another protocol',
      ingress({
        from: [named('ingress')],
        ports: [{ port: 5678, protocol: 'UDP' }],
      }),
      /^ingress from pods of namespace ingress, UDP 5678$/,
    ],
    [
      'one address beside an allowed range',
      cilium({ egress: [{ toCIDR: ['192.0.2.0/23'] }] }),
      /^egress to 192\.0\.3\.\d+, TCP/,
    ],
    [
      'what a range leaves out',
      cilium({
        egress: [
          {
            toCIDRSet: [
              { cidr: '198.51.100.0/24', except: ['198.51.100.0/25'] },
            ],
          },
        ],
      }),
      /^egress to 198\.51\.100\.(128|255), TCP/,
    ],
    [
      'an address of IPv6',
      cilium({ egress: [{ toCIDR: ['2001:db8::/32'] }] }),
      /^egress to 2001:db8:/,
    ],
    [
      'another host',
      cilium({ egress: [{ toFQDNs: [{ matchPattern: '*.example.com' }] }] }),
      /^egress to any\.example\.com/,
    ],
    [
      'names of any depth below an allowed pattern',
      cilium({ egress: [{ toFQDNs: [{ matchPattern: '**.wide.test' }] }] }),
      /^egress to any\.any\.wide\.test/,
    ],
    [
      'names of any depth, written with more stars',
      cilium({ egress: [{ toFQDNs: [{ matchPattern: '****.wide.test' }] }] }),
      /^egress to any\.any\.wide\.test/,
    ],
    [
      'names of two parts below an allowed pattern',
      cilium({ egress: [{ toFQDNs: [{ matchPattern: '*.*.wide.test' }] }] }),
      /^egress to any\.any\.wide\.test/,
    ],
    [
      'every name',
      cilium({ egress: [{ toFQDNs: [{ matchPattern: '*' }] }] }),
      /^egress to any/,
    ],
    [
      'the world, by an empty list of ports',
      cilium({ egress: [{ toEntities: ['world'], toPorts: [] }] }),
      /^egress to /,
    ],
    [
      'the world, and denies it on ports of which none is named',
      cilium({
        egress: [{ toEntities: ['world'] }],
        egressDeny: [{ toEntities: ['all'], toPorts: [{ ports: [] }] }],
      }),
      /^egress to /,
    ],
    [
      'a port of all, by an empty list of names',
      cilium({
        egress: [{ toFQDNs: [], toPorts: [{ ports: [{ port: '8080' }] }] }],
      }),
      /^egress to /,
    ],
    [
      'the world, cluster-wide',
      clusterwide({
        endpointSelector: placed(NS),
        egress: [{ toEntities: ['world'] }],
      }),
      /^egress to /,
    ],
    [
      'by the labels of its namespace, cluster-wide',
      clusterwide({
        endpointSelector: {
          matchLabels: { 'k8s:io.cilium.k8s.namespace.labels.team': 'acme' },
        },
        ingress: [{ fromEntities: ['cluster'] }],
      }),
      /^ingress from /,
    ],
    [
      'ping',
      clusterwide({
        egress: [
          { toEntities: ['cluster'], icmps: [{ fields: [{ type: 8 }] }] },
        ],
      }),
      /, ICMP 8$/,
    ],
    [
      'by where a pod is placed',
      cilium({ ingress: [{ fromEndpoints: [placed('monitoring')] }] }),
      /^ingress from pods of namespace monitoring/,
    ],
    [
      'in the second of its specs',
      {
        ...cilium({}),
        spec: undefined,
        specs: [
          { endpointSelector: {}, ingress: [] },
          { endpointSelector: {}, egress: [{ toEntities: ['world'] }] },
        ],
      },
      /^egress/,
    ],
  ])('%s', (_, other, said) => {
    expect(beside(other)).toMatch(said);
  });
});

describe('what is not understood of a policy', () => {
  it.each<[string, object]>([
    ['toServices', { toServices: [{ k8sService: { serviceName: 'x' } }] }],
    ['toGroups', { toGroups: [{ aws: {} }] }],
    ['cidrGroupRef', { toCIDRSet: [{ cidrGroupRef: 'x' }] }],
  ])('leaves it open: %s', (part, rule) => {
    expect(beside(cilium({ egress: [rule] }))).toEqual({
      unknown: `it allows ${part}`,
    });
  });

  it('hides nothing that is', () => {
    const rules = [{ toServices: [{}] }, { toEntities: ['world'] }];
    expect(beside(cilium({ egress: rules }))).toMatch(/^egress to /);
  });

  it('is no matter where it denies', () => {
    const egressDeny = [{ toServices: [{}] }];
    expect(beside(cilium({ egressDeny }))).toEqual(NOTHING);
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
  const rules = (side: 'from' | 'to') => {
    const peers = fc.array(peer, { maxLength: 2 });
    return fc.array(fc.record({ [side]: peers, ports }), { maxLength: 2 });
  };
  const spec = fc.record({
    policyTypes: fc.constant(['Ingress', 'Egress']),
    ingress: rules('from'),
    egress: rules('to'),
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
          const models = modelPolicy(k8s(one));
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
  const goes = (...policies: any[]) =>
    letsThrough(policies, {
      from: other,
      to: own,
      protocol: 'TCP',
      port: 5678,
    });

  it('goes through where neither half is closed', () => {
    expect(goes()).toBe(true);
    expect(goes(k8s({}))).toBe(false);
    const policyTypes = ['Egress'];
    expect(goes(k8s({ policyTypes }, other.namespace))).toBe(false);
    expect(goes(k8s({ policyTypes }))).toBe(true);
  });

  it('may be known by a port’s name', () => {
    const rule = (port: string) => ingress({ ports: [{ port }] });
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
