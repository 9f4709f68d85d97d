import type { V1LabelSelector } from '@kubernetes/client-node';
import { requirementsOf } from '../../plan/live/selectors';

/**
 * What policies know something by: of a pod its namespace (`ns`), its
 * ServiceAccount (`sa`), its labels (`label:KEY`) and its namespace's
 * (`nslabel:KEY`); of anything else what it is (`reserved:NAME`).
 */
export type Traits = Record<string, string>;

/** Anybody on the other side of a connection. */
export type Peer = { traits: Traits } & (
  | { kind: 'pod' }
  /** A part of the cluster that is no pod of anybody's, such as `host` */
  | { kind: 'entity' }
  /** Outside of the cluster */
  | { kind: 'address'; address: string }
  /** Outside of the cluster, by a name and of whatever address */
  | { kind: 'name'; name: string }
);

/** TCP, UDP, SCTP, or ICMP with the type in the port's place. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP' | 'ICMP';

/** A connection as one of its two pods sees it. */
export interface Traffic {
  direction: 'ingress' | 'egress';
  /** The pod whose policies decide */
  pod: Traits;
  peer: Peer;
  protocol: Protocol;
  /** A number; or, where that is all that is known of it, the name of a container's port */
  port: number | string;
  /** Names that the pod which is connected to has for a number */
  portNames?: string[];
  /** What a resolver is asked for by it */
  lookup?: string;
}

/** A selector over {@link Traits}. */
export type Requirements = ReturnType<typeof requirementsOf>;

/** Whom a rule is about. */
export type PeerMatch =
  | { kind: 'traits'; requirements: Requirements }
  | { kind: 'cidr'; cidr: string; except: string[] }
  | { kind: 'entity'; entity: string }
  | { kind: 'name'; pattern: string };

/** Which ports a rule is about. */
export interface PortMatch {
  /** Any where absent */
  protocol?: Protocol;
  /** From and to; any where absent */
  range?: [number, number];
  /** Of a container's port, in place of a range */
  name?: string;
  /** Patterns of what a resolver may be asked for by it; any where absent */
  lookups?: string[];
}

/** One rule: any of its peers, on any of its ports; all of them where absent. */
export interface RuleModel {
  peers?: PeerMatch[];
  ports?: PortMatch[];
}

/** What a policy says of one direction. */
export interface DirectionModel {
  /** Whether what no rule allows is denied from then on */
  isolates: boolean;
  allow: RuleModel[];
  /** Stronger than whatever allows */
  deny: RuleModel[];
}

/** A policy of any kind, as far as it is understood. */
export interface PolicyModel {
  /** Such as `NetworkPolicy web-tenant-acme/tenant-isolation` */
  name: string;
  /** Pods that it is about */
  selects: Requirements;
  ingress: DirectionModel;
  egress: DirectionModel;
  /** Parts that allow something, and are not understood */
  unknown: string[];
}

/** A pod's traits, from what the cluster says of it. */
export function podTraits(pod: {
  namespace: string;
  namespaceLabels?: Record<string, string>;
  labels?: Record<string, string>;
  serviceAccount?: string;
}): Traits {
  const prefixed = (prefix: string, labels: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries(labels).map(([key, value]) => [`${prefix}${key}`, value]),
    );
  return {
    ns: pod.namespace,
    sa: pod.serviceAccount ?? 'default',
    ...prefixed('label:', pod.labels),
    ...prefixed('nslabel:', pod.namespaceLabels),
  };
}

/** Label that every namespace carries with its own name. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

const byKey =
  (keyOf: (label: string) => string) =>
  (selector: V1LabelSelector): Requirements =>
    requirementsOf(selector).map(({ key, ...requirement }) => ({
      ...requirement,
      key: keyOf(key),
    }));

/** A selector of pods by their labels. */
export const byPodLabels = byKey(label => `label:${label}`);

/** A selector of pods by their namespaces' labels. */
export const byNamespaceLabels = byKey(namespaceKey);

/** Trait of a namespace's label. */
export function namespaceKey(label: string): string {
  return label === NAMESPACE_NAME ? 'ns' : `nslabel:${label}`;
}

export function inNamespace(name: string): Requirements {
  return [{ key: 'ns', operator: 'In', values: [name] }];
}

/** Of any namespace: a pod. */
export const ANY_POD: Requirements = [
  { key: 'ns', operator: 'Exists', values: [] },
];
