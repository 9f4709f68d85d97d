import { KubernetesObject } from '@threewalls/backstage-plugin-tenants-node';
import { objectOf } from './support/lab';
import { Random } from './support/random';

/** What policies may tell the pods of the test by. */
export interface Scene {
  namespaces: string[];
  /** Name of everything that is made */
  name: string;
}

const LABELS: Record<string, string[]> = {
  app: ['front', 'back'],
  tier: ['one', 'two'],
};
const TEAMS = ['red', 'blue'];
const OUTSIDE = ['203.0.113.0/24', '203.0.113.10/32', '0.0.0.0/0'];

/** A random policy of one of three kinds, about pods of these namespaces only. */
export function anyPolicy(
  random: Random,
  scene: Scene,
  i: number,
): KubernetesObject {
  const kind = random.one([
    'NetworkPolicy',
    'CiliumNetworkPolicy',
    'CiliumClusterwideNetworkPolicy',
  ]);
  const namespace = random.one(scene.namespaces);
  const name = `${scene.name}-${i}`;
  return kind === 'NetworkPolicy'
    ? networkPolicy(random, scene, { name, namespace })
    : ciliumPolicy(random, scene, kind, { name, namespace });
}

interface Identity {
  name: string;
  namespace: string;
}

function selector(random: Random, prefix = ''): object {
  const key = random.one(Object.keys(LABELS));
  const values = LABELS[key];
  return random.one<() => object>([
    () => ({}),
    () => ({ matchLabels: { [prefix + key]: random.one(values) } }),
    () => ({
      matchExpressions: [
        {
          key: prefix + key,
          operator: random.one(['In', 'NotIn']),
          values: random.some(values, 2),
        },
      ],
    }),
    () => ({
      matchExpressions: [
        {
          key: prefix + random.one([key, 'absent']),
          operator: random.one(['Exists', 'DoesNotExist']),
        },
      ],
    }),
  ])();
}

function networkPolicy(
  random: Random,
  scene: Scene,
  metadata: Identity,
): KubernetesObject {
  const peer = () =>
    random.one<() => object>([
      () => ({ podSelector: selector(random) }),
      () => ({ namespaceSelector: team(random) }),
      () => ({
        namespaceSelector: random.one([
          {},
          {
            matchLabels: {
              'kubernetes.io/metadata.name': random.one(scene.namespaces),
            },
          },
        ]),
        podSelector: selector(random),
      }),
      () => ({
        ipBlock: {
          cidr: '203.0.113.0/24',
          ...(random.chance(0.5) && { except: ['203.0.113.53/32'] }),
        },
      }),
    ])();
  const rule = (peersOf: 'from' | 'to') => ({
    ...(random.chance(0.85) && { [peersOf]: list(random, peer) }),
    ...(random.chance(0.6) && {
      ports: list(random, () =>
        random.one<object>([
          { port: 8080 },
          { port: 9090, protocol: 'TCP' },
          { port: 8081, protocol: 'UDP' },
          { port: 8000, endPort: 8090, protocol: 'TCP' },
          { protocol: 'TCP' },
          { port: 443 },
          ...(peersOf === 'from' ? [{ port: 'web' }] : []),
        ]),
      ),
    }),
  });
  const policyTypes = random.some(['Ingress', 'Egress'], 2);
  const spec = {
    podSelector: selector(random),
    policyTypes,
    ...(policyTypes.includes('Ingress') && {
      ingress: list(random, () => rule('from'), 0),
    }),
    ...(policyTypes.includes('Egress') && {
      egress: list(random, () => rule('to'), 0),
    }),
  };
  return objectOf('NetworkPolicy', { ...metadata }, { spec });
}

function team(random: Random, prefix = ''): object {
  return { matchLabels: { [`${prefix}team`]: random.one(TEAMS) } };
}

const NAMESPACE = 'k8s:io.kubernetes.pod.namespace';
const NAMESPACE_LABEL = 'k8s:io.cilium.k8s.namespace.labels.';

function ciliumPolicy(
  random: Random,
  scene: Scene,
  kind: string,
  { name, namespace }: Identity,
): KubernetesObject {
  const isClusterWide = kind !== 'CiliumNetworkPolicy';
  const endpoints = () =>
    random.one<() => object>([
      () => selector(random, random.one(['', 'k8s:', 'any:'])),
      () => ({ matchLabels: { [NAMESPACE]: random.one(scene.namespaces) } }),
      () => team(random, NAMESPACE_LABEL),
    ])();
  const peers = (peersOf: 'from' | 'to', isDeny: boolean) =>
    random.one<() => object | false>([
      () => ({ [`${peersOf}Endpoints`]: list(random, endpoints) }),
      () => ({ [`${peersOf}Endpoints`]: list(random, endpoints) }),
      // The portal itself reaches the pods from the node: nothing may deny that.
      () => ({
        [`${peersOf}Entities`]: isDeny
          ? ['world']
          : random.some(['all', 'world', 'cluster', 'host'], 2),
      }),
      () =>
        peersOf === 'to'
          ? { toCIDR: random.some(OUTSIDE, 2) }
          : { fromEndpoints: list(random, endpoints) },
      () =>
        peersOf === 'to'
          ? {
              toCIDRSet: [
                { cidr: '203.0.113.0/24', except: ['203.0.113.53/32'] },
              ],
            }
          : { fromEntities: ['world'] },
      () =>
        isDeny
          ? { [`${peersOf}Entities`]: ['world'] }
          : peersOf === 'to' && random.chance(0.5) && { toFQDNs: [] },
    ])();
  const ports = () => ({
    toPorts: random.chance(0.15)
      ? []
      : [
          {
            ports: list(
              random,
              () =>
                random.one<object>([
                  { port: '8080', protocol: 'TCP' },
                  { port: '9090', protocol: 'ANY' },
                  { port: '8081', protocol: 'UDP' },
                  { port: '8000', endPort: 8090, protocol: 'TCP' },
                  { port: '443' },
                ]),
              random.chance(0.2) ? 0 : 1,
            ),
          },
        ],
  });
  const rule = (peersOf: 'from' | 'to', isDeny: boolean) => ({
    ...peers(peersOf, isDeny),
    ...(random.chance(0.5) && ports()),
  });
  const section = (field: string, peersOf: 'from' | 'to', chance: number) =>
    random.chance(chance) && {
      [field]: list(random, () => rule(peersOf, field.endsWith('Deny'))),
    };
  const spec = {
    endpointSelector: isClusterWide
      ? { ...selector(random), matchLabels: { [NAMESPACE]: namespace } }
      : selector(random),
    ...section('ingress', 'from', 0.6),
    ...section('egress', 'to', 0.6),
    ...section('ingressDeny', 'from', 0.25),
    ...section('egressDeny', 'to', 0.25),
    ...(random.chance(0.15) && {
      enableDefaultDeny: { ingress: random.chance(0.5), egress: false },
    }),
  };
  const isEmpty = Object.keys(spec).every(key => !/gress/.test(key));
  return objectOf(
    kind,
    { name, ...(!isClusterWide && { namespace }) },
    { spec: isEmpty ? { ...spec, ingress: [] } : spec },
  );
}

/** One or two of something; or, where none may be, none. */
function list<T>(random: Random, make: () => T, least = 1): T[] {
  return Array.from({ length: least + random.below(3 - least) }, make);
}
