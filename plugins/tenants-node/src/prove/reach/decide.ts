import { remembered } from '../../clients/remembered';
import { selects } from '../../plan/live/selectors';
import { isIn, parseAddress, parseRange, Range } from '../../plan/addresses';
import {
  Peer,
  PeerMatch,
  PolicyModel,
  PortMatch,
  RuleModel,
  Traffic,
} from './model';

/** Entities that are a set of others. */
const ENTITIES: Record<string, (peer: Peer) => boolean> = {
  all: () => true,
  cluster: ({ kind }) => kind === 'pod' || kind === 'entity',
  world: ({ kind }) => kind === 'address' || kind === 'name',
  'world-ipv4': peer => isWorld(peer, 4),
  'world-ipv6': peer => isWorld(peer, 6),
  none: () => false,
};

/**
 * Whether policies let something through: nothing denies it, and a rule allows it
 * unless no policy isolates the pod in that direction.
 */
export function isAllowed(
  policies: readonly PolicyModel[],
  traffic: Traffic,
): boolean {
  const own = policies
    .filter(policy => isAbout(policy, traffic))
    .map(policy => policy[traffic.direction]);
  const matched = (rules: RuleModel[]) =>
    rules.some(rule => ruleMatches(rule, traffic));
  return (
    !own.some(({ deny }) => matched(deny)) &&
    (!own.some(({ isolates }) => isolates) ||
      own.some(({ allow }) => matched(allow)))
  );
}

/** Whether a policy is about the traffic's pod. */
export function isAbout(
  policy: PolicyModel,
  { pod }: Pick<Traffic, 'pod'>,
): boolean {
  return selectsTraits(policy.selects, pod);
}

function selectsTraits(
  requirements: PolicyModel['selects'],
  traits: Record<string, string>,
): boolean {
  return selects({ matchExpressions: requirements }, traits);
}

/** Whether a rule is about some traffic. */
export function ruleMatches(
  { peers, ports }: RuleModel,
  {
    peer,
    protocol,
    port,
    portNames = [],
    lookup,
  }: Omit<Traffic, 'direction' | 'pod'>,
): boolean {
  return (
    (!peers || peers.some(match => peerMatches(match, peer))) &&
    (!ports ||
      ports.some(
        match =>
          portMatches(match, protocol, [port, ...portNames]) &&
          (lookup === undefined ||
            !match.lookups ||
            match.lookups.some(pattern => nameMatches(pattern, lookup))),
      ))
  );
}

function peerMatches(match: PeerMatch, peer: Peer): boolean {
  switch (match.kind) {
    case 'traits':
      return selectsTraits(match.requirements, peer.traits);
    case 'entity':
      return (
        ENTITIES[match.entity]?.(peer) ??
        `reserved:${match.entity}` in peer.traits
      );
    case 'cidr':
      return cidrMatches(match, peer);
    default:
      return peer.kind === 'name' && nameMatches(match.pattern, peer.name);
  }
}

/** A name may be of any address: only a range of all of them has it for certain. */
function cidrMatches(
  { cidr, except }: PeerMatch & { kind: 'cidr' },
  peer: Peer,
): boolean {
  if (peer.kind === 'name') {
    return cidr.endsWith('/0');
  }
  if (peer.kind !== 'address') {
    return false;
  }
  const address = parseAddress(peer.address);
  return (
    isIn(address, rangeOf(cidr)) &&
    !except.some(range => isIn(address, rangeOf(range)))
  );
}

const ranges = new Map<string, Range>();

function rangeOf(cidr: string): Range {
  return remembered(ranges, cidr, () => parseRange(cidr));
}

function portMatches(
  match: PortMatch,
  protocol: Traffic['protocol'],
  ports: (number | string)[],
): boolean {
  if (match.protocol && match.protocol !== protocol) {
    return false;
  }
  const { name, range } = match;
  return ports.some(port => {
    if (name !== undefined) {
      return name === port;
    }
    return (
      !range ||
      (typeof port === 'number' && port >= range[0] && port <= range[1])
    );
  });
}

/**
 * As Cilium matches names: `*` stands for characters of one part, and two or more that
 * begin a name for any number of parts. Alone they stand for every name.
 */
function nameMatches(pattern: string, name: string): boolean {
  const [, deep, rest] = /^(\*{2,}\.)?(.*)$/.exec(pattern.toLowerCase())!;
  if (/^\*+$/.test(rest)) {
    return true;
  }
  const part = '[-a-z0-9_]';
  const parts = rest
    .split(/\*+/)
    .map(each => each.replaceAll('.', '\\.'))
    .join(`${part}*`);
  return new RegExp(`^${deep ? `(${part}+\\.)+` : ''}${parts}$`).test(
    name.toLowerCase(),
  );
}

function isWorld(peer: Peer, family: 4 | 6): boolean {
  return (
    peer.kind === 'name' ||
    (peer.kind === 'address' && parseAddress(peer.address).family === family)
  );
}
