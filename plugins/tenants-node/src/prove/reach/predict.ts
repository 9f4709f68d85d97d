import { KubernetesObject } from '../../plan/types';
import { modelCiliumPolicy } from './ciliumPolicy';
import { isAllowed } from './decide';
import { Peer, PolicyModel, podTraits } from './model';
import { modelNetworkPolicy } from './networkPolicy';

/**
 * A pod, as policies see it.
 *
 * @public
 */
export interface PolicyPod {
  namespace: string;
  namespaceLabels?: Record<string, string>;
  labels?: Record<string, string>;
  serviceAccount?: string;
  /** Names of its containers' ports, by number */
  portNames?: Record<number, string>;
}

/**
 * A connection between two pods, or from one to an address outside of the cluster.
 *
 * @public
 */
export interface PolicyConnection {
  from: PolicyPod;
  to: PolicyPod | { address: string };
  protocol: 'TCP' | 'UDP' | 'SCTP';
  port: number;
}

/** What a policy says, of the kinds whose effect is computed. */
export function modelPolicy(policy: KubernetesObject): PolicyModel[] {
  return policy.kind === 'NetworkPolicy'
    ? [modelNetworkPolicy(policy)]
    : modelCiliumPolicy(policy);
}

/**
 * Whether NetworkPolicies, CiliumNetworkPolicies and their cluster-wide kind let
 * a connection through: the egress half of the one pod, the ingress half of the
 * other.
 *
 * @public
 */
export function letsThrough(
  policies: KubernetesObject[],
  { from, to, protocol, port }: PolicyConnection,
): boolean {
  const models = policies.flatMap(modelPolicy);
  const asPeer = (pod: PolicyPod): Peer => ({
    kind: 'pod',
    traits: podTraits(pod),
  });
  const name = 'namespace' in to ? to.portNames?.[port] : undefined;
  const on = { protocol, port, portNames: name ? [name] : [] };
  const egress = isAllowed(models, {
    ...on,
    direction: 'egress',
    pod: podTraits(from),
    peer:
      'address' in to
        ? { kind: 'address', traits: { 'reserved:world': '' }, ...to }
        : asPeer(to),
  });
  return (
    egress &&
    ('address' in to ||
      isAllowed(models, {
        ...on,
        direction: 'ingress',
        pod: podTraits(to),
        peer: asPeer(from),
      }))
  );
}
