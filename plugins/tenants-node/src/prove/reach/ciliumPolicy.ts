import type { V1LabelSelector } from '@kubernetes/client-node';
import { requirementsOf } from '../../plan/live/selectors';
import {
  ANY_POD,
  DirectionModel,
  inNamespace,
  namespaceKey,
  PeerMatch,
  PolicyModel,
  PortMatch,
  Protocol,
  Requirements,
  RuleModel,
} from './model';

const NAMESPACE = 'io.kubernetes.pod.namespace';
const NAMESPACE_LABEL = 'io.cilium.k8s.namespace.labels.';
const ACCOUNT = 'io.cilium.k8s.policy.serviceaccount';
const CLUSTER = 'io.cilium.k8s.policy.cluster';

/** Ways to name a peer that only the agent, a cloud or a mesh can resolve. */
const UNKNOWN_PEERS = ['Groups', 'Nodes', 'Requires', 'Services'];
const ANY_PROTOCOL = ['TCP', 'UDP', 'SCTP'] as const;

/**
 * CiliumNetworkPolicy, and its cluster-wide kind: one model for each of its
 * specs. A rule that is narrowed at layer 7 is taken for all of what it opens at
 * layer 4, but for the names that a resolver may be asked for.
 */
export function modelCiliumPolicy(policy: any): PolicyModel[] {
  const { namespace, name } = policy.metadata;
  const specs: any[] = [
    ...(policy.spec ? [policy.spec] : []),
    ...(policy.specs ?? []),
  ];
  return (
    specs
      // Without one it is for nodes.
      .filter(({ endpointSelector }) => endpointSelector)
      .map(spec => {
        const unknown: string[] = [];
        const direction = (
          which: 'ingress' | 'egress',
          peersOf: 'from' | 'to',
        ): DirectionModel => {
          const allow = spec[which];
          const deny = spec[`${which}Deny`];
          const rules = (list: any[] = [], onUnknown: string[]) =>
            list.flatMap(
              rule => modelRule(rule, peersOf, namespace, onUnknown) ?? [],
            );
          return {
            // What it has no rule for stays as it is, whatever its default.
            isolates:
              Boolean(allow?.length || deny?.length) &&
              spec.enableDefaultDeny?.[which] !== false,
            allow: rules(allow, unknown),
            // What is not understood of a denial opens nothing.
            deny: rules(deny, []),
          };
        };
        return {
          name: [policy.kind, [namespace, name].filter(Boolean).join('/')].join(
            ' ',
          ),
          selects: modelSelector(spec.endpointSelector, namespace, unknown),
          ingress: direction('ingress', 'from'),
          egress: direction('egress', 'to'),
          unknown,
        };
      })
  );
}

/** A selector of endpoints; where it names no namespace, of the policy's own or of any. */
function modelSelector(
  selector: V1LabelSelector,
  namespace: string | undefined,
  unknown: string[],
): Requirements {
  const requirements = requirementsOf(selector).flatMap(
    ({ key, ...requirement }) => {
      const bare = key.replace(/^(k8s|any)[:.]/, '');
      if (bare === CLUSTER) {
        unknown.push(`a cluster's name (${key})`);
        return [];
      }
      return [{ ...requirement, key: traitOf(bare) }];
    },
  );
  const isPlaced = requirements.some(
    ({ key }) =>
      key === 'ns' || key.startsWith('nslabel:') || key.startsWith('reserved:'),
  );
  if (isPlaced) {
    return requirements;
  }
  return [...(namespace ? inNamespace(namespace) : ANY_POD), ...requirements];
}

function traitOf(key: string): string {
  if (key === NAMESPACE) {
    return 'ns';
  }
  if (key === ACCOUNT) {
    return 'sa';
  }
  if (key.startsWith(NAMESPACE_LABEL)) {
    return namespaceKey(key.slice(NAMESPACE_LABEL.length));
  }
  return key.startsWith('reserved:') ? key : `label:${key}`;
}

/** A rule; `undefined` where it opens nothing, or nothing that is understood. */
function modelRule(
  rule: any,
  peersOf: 'from' | 'to',
  namespace: string | undefined,
  unknown: string[],
): RuleModel | undefined {
  const of = (field: string): any[] | undefined => rule[`${peersOf}${field}`];
  const strange = UNKNOWN_PEERS.filter(field => of(field));
  if (strange.length > 0) {
    unknown.push(...strange.map(field => `${peersOf}${field}`));
    return undefined;
  }
  const lists: (PeerMatch[] | undefined)[] = [
    of('Endpoints')?.map(selector => ({
      kind: 'traits',
      requirements: modelSelector(selector, namespace, unknown),
    })),
    of('Entities')?.map(entity => ({ kind: 'entity', entity })),
    of('CIDR')?.map(cidr => ({ kind: 'cidr', cidr, except: [] })),
    of('CIDRSet')?.flatMap(({ cidr, except = [], ...group }): PeerMatch[] => {
      if (!cidr) {
        unknown.push(...Object.keys(group));
      }
      return cidr ? [{ kind: 'cidr', cidr, except }] : [];
    }),
    // An empty list of names is as if there was none.
    of('FQDNs')?.length
      ? of('FQDNs')!.map(name => ({ kind: 'name', pattern: patternOf(name) }))
      : undefined,
  ];
  const given = lists.filter(list => list !== undefined);
  const ports = modelPorts(rule);
  // A rule that says nothing at all is one that allows nothing.
  return given.length === 0 && !ports
    ? undefined
    : { peers: given.length > 0 ? given.flat() : undefined, ports };
}

function patternOf({ matchName, matchPattern }: any): string {
  return matchName ?? matchPattern;
}

function modelPorts({
  toPorts = [],
  icmps = [],
}: any): PortMatch[] | undefined {
  // No list is every port, and so is an empty one; an entry of it without ports is none.
  if (toPorts.length + icmps.length === 0) {
    return undefined;
  }
  const ports = toPorts.flatMap(({ ports: list = [], rules }: any) => {
    const lookups = rules?.dns?.map(patternOf);
    return list
      .flatMap(modelPort)
      .map((match: PortMatch) =>
        lookups?.length ? { ...match, lookups } : match,
      );
  });
  const types = icmps.flatMap(({ fields = [] }: any) =>
    fields.map(
      ({ type }: any): PortMatch => ({
        protocol: 'ICMP',
        ...(typeof type === 'number' && { range: [type, type] }),
      }),
    ),
  );
  return [...ports, ...types];
}

function modelPort({ port, endPort, protocol = 'ANY' }: any): PortMatch[] {
  const protocols: readonly Protocol[] =
    protocol === 'ANY' ? ANY_PROTOCOL : [protocol];
  const number = Number(port ?? 0);
  return protocols.map(one => {
    if (Number.isNaN(number)) {
      return { protocol: one, name: port };
    }
    return number === 0
      ? { protocol: one }
      : { protocol: one, range: [number, endPort || number] };
  });
}
