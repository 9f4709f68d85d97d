import type {
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
} from '@kubernetes/client-node';
import {
  ANY_POD,
  byNamespaceLabels,
  byPodLabels,
  DirectionModel,
  inNamespace,
  PeerMatch,
  PolicyModel,
  PortMatch,
  Protocol,
  RuleModel,
} from './model';

/** Kubernetes' NetworkPolicy, as its API reference says what it means. */
export function modelNetworkPolicy(policy: any): PolicyModel {
  const { namespace, name } = policy.metadata;
  const { podSelector = {}, policyTypes, ingress, egress } = policy.spec ?? {};
  const types: string[] = policyTypes ?? [
    'Ingress',
    ...(egress?.length ? ['Egress'] : []),
  ];
  const direction = (
    type: string,
    rules: any[] = [],
    peersOf: 'from' | 'to',
  ): DirectionModel => ({
    isolates: types.includes(type),
    allow: types.includes(type)
      ? rules.map(rule => modelRule(rule[peersOf], rule.ports, namespace))
      : [],
    deny: [],
  });
  return {
    name: `NetworkPolicy ${namespace}/${name}`,
    selects: [...inNamespace(namespace), ...byPodLabels(podSelector)],
    ingress: direction('Ingress', ingress, 'from'),
    egress: direction('Egress', egress, 'to'),
    unknown: [],
  };
}

function modelRule(
  peers: V1NetworkPolicyPeer[] = [],
  ports: V1NetworkPolicyPort[] = [],
  namespace: string,
): RuleModel {
  return {
    // None are all.
    peers:
      peers.length > 0 ? peers.map(p => modelPeer(p, namespace)) : undefined,
    ports: ports.length > 0 ? ports.map(modelPort) : undefined,
  };
}

function modelPeer(
  { podSelector = {}, namespaceSelector, ipBlock }: V1NetworkPolicyPeer,
  namespace: string,
): PeerMatch {
  if (ipBlock) {
    return { kind: 'cidr', cidr: ipBlock.cidr, except: ipBlock.except ?? [] };
  }
  return {
    kind: 'traits',
    requirements: [
      ...ANY_POD,
      ...(namespaceSelector
        ? byNamespaceLabels(namespaceSelector)
        : inNamespace(namespace)),
      ...byPodLabels(podSelector),
    ],
  };
}

function modelPort({ port, endPort, ...of }: V1NetworkPolicyPort): PortMatch {
  const protocol = (of.protocol ?? 'TCP') as Protocol;
  if (typeof port === 'string') {
    return { protocol, name: port };
  }
  return {
    protocol,
    ...(port !== undefined && { range: [port, endPort ?? port] }),
  };
}
