import {
  formatAddress,
  parseRange,
  representatives,
} from '../../plan/addresses';
import { isAbout, isAllowed, ruleMatches } from './decide';
import {
  Peer,
  PolicyModel,
  Protocol,
  Requirements,
  RuleModel,
  Traffic,
  Traits,
} from './model';

/** Peers that are looked at; beyond them the question is open. */
const MOST_PEERS = 5_000;
/** A value that no policy names. */
const OTHER = 'any-other';
/** Parts of a cluster that are no pods of anybody's. */
const ENTITIES = [
  'health',
  'host',
  'ingress',
  'init',
  'kube-apiserver',
  'remote-node',
  'unmanaged',
];

/** What a policy comes to beside others. */
export type Widening =
  /** Something that it lets through and the others do not, in words */
  | { allows: string }
  /** Why that can't be told */
  | { unknown: string }
  | { nothing: true };

/** A namespace, as policies tell it from others. */
export interface NamespaceFacts {
  name: string;
  labels: Record<string, string>;
}

/**
 * Whether one policy lets something through to or from any of these pods that
 * the other policies do not. Everything that policies can tell apart is tried:
 * of each kind of peer, of pods by what their labels could be, of addresses by
 * the ranges that are named, of ports by theirs. So nothing found is nothing there.
 */
export function widening(
  planned: readonly PolicyModel[],
  other: readonly PolicyModel[],
  pods: readonly Traits[],
  namespaces: readonly NamespaceFacts[],
): Widening {
  const about = other.filter(policy =>
    pods.some(pod => isAbout(policy, { pod })),
  );
  const all = [...planned, ...about];
  for (const direction of ['ingress', 'egress'] as const) {
    const rules = about.flatMap(policy =>
      policy[direction].allow.map(rule => ({ rule, policy })),
    );
    if (rules.length === 0) {
      continue;
    }
    const known = all.flatMap(policy => [
      ...policy[direction].allow,
      ...policy[direction].deny,
    ]);
    const peers = somePeers(known, namespaces);
    if (peers.length > MOST_PEERS) {
      return { unknown: `it tells ${peers.length} kinds of peers apart` };
    }
    const ports = somePorts(known);
    for (const pod of pods) {
      for (const { rule, policy } of rules.filter(r =>
        isAbout(r.policy, { pod }),
      )) {
        const isWidened = (traffic: Traffic) =>
          ruleMatches(rule, traffic) &&
          !isAllowed(planned, traffic) &&
          isAllowed([...planned, policy], traffic);
        const found = peers
          .flatMap(peer =>
            ports.map(port => ({ direction, pod, peer, ...port })),
          )
          .find(isWidened);
        if (found) {
          return { allows: describe(found) };
        }
      }
    }
  }
  const unknown = about.flatMap(policy => policy.unknown);
  return unknown.length > 0
    ? { unknown: `it allows ${[...new Set(unknown)].join(', ')}` }
    : { nothing: true };
}

/** One peer for each way in which any peer can match some of the rules. */
function somePeers(
  rules: RuleModel[],
  namespaces: readonly NamespaceFacts[],
): Peer[] {
  const matches = rules.flatMap(({ peers = [] }) => peers);
  const requirements = matches.flatMap(match =>
    match.kind === 'traits' ? match.requirements : [],
  );
  const ranges = matches.flatMap(match =>
    match.kind === 'cidr' ? [match.cidr, ...match.except].map(parseRange) : [],
  );
  const everywhere = ['0.0.0.0/0', '::/0'].map(parseRange);
  const names = someNames(
    matches.flatMap(match => (match.kind === 'name' ? [match.pattern] : [])),
  );
  const world = { 'reserved:world': '' };
  return [
    ...ENTITIES.map(
      (entity): Peer => ({
        kind: 'entity',
        traits: { [`reserved:${entity}`]: '' },
      }),
    ),
    ...representatives([...ranges, ...everywhere]).map(
      (address): Peer => ({
        kind: 'address',
        address: formatAddress(address),
        traits: world,
      }),
    ),
    ...names.map((name): Peer => ({ kind: 'name', name, traits: world })),
    ...somePods(requirements, namespaces),
  ];
}

/**
 * Names that patterns match: for what may be of any number of parts one of each number
 * up to more than any other has.
 */
function someNames(patterns: string[]): string[] {
  const most = Math.max(0, ...patterns.map(p => p.split('.').length));
  return patterns
    .flatMap(pattern => {
      const [, rest] = /^\*{2,}\.(.*)$/.exec(pattern) ?? [];
      return rest === undefined
        ? [pattern]
        : Array.from(
            { length: most },
            (_, i) => `${'*.'.repeat(i + 1)}${rest}`,
          );
    })
    .map(name => name.replace(/\*+/g, 'any'));
}

/**
 * Pods of every namespace that there is, and of one that is new, with every
 * combination of what rules ask of their labels: who runs pods elsewhere
 * chooses those.
 */
function somePods(
  requirements: Requirements,
  namespaces: readonly NamespaceFacts[],
): Peer[] {
  const values = new Map<string, (string | undefined)[]>();
  const ofNamespaces = new Set<string>();
  for (const { key, values: named } of requirements) {
    if (key === 'ns' || key.startsWith('nslabel:')) {
      ofNamespaces.add(key);
    } else if (!key.startsWith('reserved:')) {
      const known = values.get(key) ?? [
        OTHER,
        key === 'sa' ? OTHER : undefined,
      ];
      values.set(key, [...new Set([...known, ...named])]);
    }
  }
  const mentioned = new Set(
    requirements.flatMap(r => (r.key === 'ns' ? r.values : [])),
  );
  // Namespaces that no rule tells apart are as good as one.
  const homes = new Map<string, Traits>();
  for (const { name, labels } of [...namespaces, { name: OTHER, labels: {} }]) {
    const traits: Traits = { ns: name };
    for (const [key, value] of Object.entries(labels)) {
      traits[`nslabel:${key}`] = value;
    }
    const told = [...ofNamespaces].map(key =>
      key === 'ns' && !mentioned.has(name) ? undefined : traits[key],
    );
    homes.set(JSON.stringify(told), homes.get(JSON.stringify(told)) ?? traits);
  }
  let pods = [...homes.values()];
  for (const [key, options] of values) {
    pods = pods.flatMap(pod =>
      options.map(value =>
        value === undefined ? pod : { ...pod, [key]: value },
      ),
    );
    if (pods.length > MOST_PEERS) {
      break;
    }
  }
  return pods.map(traits => ({ kind: 'pod', traits }));
}

/** One port for each way in which any port can match some of the rules. */
function somePorts(
  rules: RuleModel[],
): { protocol: Protocol; port: number | string }[] {
  const matches = rules.flatMap(({ ports = [] }) => ports);
  const numbers = new Set(
    matches.flatMap(({ range }) =>
      range ? [range[0] - 1, range[0], range[1], range[1] + 1] : [],
    ),
  );
  const named = matches.flatMap(({ name }) => name ?? []);
  const ports = [
    40_001,
    ...[...numbers].filter(port => port > 0 && port < 65_536),
    ...new Set(named),
  ];
  const protocols: Protocol[] = ['TCP', 'UDP', 'SCTP', 'ICMP'];
  return protocols.flatMap(protocol => ports.map(port => ({ protocol, port })));
}

function describe({ direction, peer, protocol, port }: Traffic): string {
  const [way, which] =
    direction === 'egress' ? ['to', 'egress'] : ['from', 'ingress'];
  return `${which} ${way} ${describePeer(peer)}, ${protocol} ${port}`;
}

function describePeer(peer: Peer): string {
  switch (peer.kind) {
    case 'address':
      return peer.address;
    case 'name':
      return peer.name;
    case 'entity':
      return Object.keys(peer.traits)[0].replace('reserved:', '');
    default: {
      const { ns, ...rest } = peer.traits;
      const labels = Object.entries(rest)
        .filter(([key, value]) => key.startsWith('label:') && value !== OTHER)
        .map(([key, value]) => `${key.replace('label:', '')}=${value}`);
      const home = ns === OTHER ? 'any other namespace' : `namespace ${ns}`;
      return `pods${
        labels.length > 0 ? ` with ${labels.join(', ')}` : ''
      } of ${home}`;
    }
  }
}
