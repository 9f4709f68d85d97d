import { isIPv4 } from 'node:net';
import { PlanContext } from './context';
import { holds } from './addresses';
import { allowedRanges, reservedRanges } from './egress';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';
import { vaultEndpoint } from '../config/vaultService';

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
/** DNS to anywhere is a way out for data: an allowed range is not allowed that. */
const NOT_DNS = ['TCP', 'UDP'].flatMap(protocol => [
  { protocol, port: 1, endPort: 52 },
  { protocol, port: 54, endPort: 65535 },
]);
const DNS_PORTS = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
];

/**
 * Parts of a name before the cluster's domain that may be resolved: of a Service's
 * pod, and of a name elsewhere that a resolver tries in the cluster first.
 */
const MOST_PARTS = 10;

/** Default deny in both directions, and the few exceptions to it. */
export function planNetwork(context: PlanContext): KubernetesResource[] {
  const resources = [planIsolation(context)];
  if (context.cluster.network.provider === 'cilium') {
    resources.push(planCiliumEgress(context));
  }
  return resources;
}

/**
 * The policy of the starting document: nothing in or out but the namespace
 * itself, DNS and Vault; and what the spec allows. Under Cilium its own policy
 * has the rule for DNS: one that allows the port here would allow every name.
 */
function planIsolation(context: PlanContext): KubernetesResource {
  const { spec, cluster } = context;
  const vault = vaultEndpoint(cluster);
  const inNamespace = (name: string) => ({
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } },
  });
  const egress: object[] = [{ to: [{ podSelector: {} }] }];
  if (cluster.network.provider === 'kubernetes') {
    egress.push({ to: [inNamespace('kube-system')], ports: DNS_PORTS });
  }
  if (vault.namespace) {
    egress.push({
      to: [inNamespace(vault.namespace)],
      ports: [{ port: vault.port, protocol: 'TCP' }],
    });
  } else if (isIPv4(vault.host)) {
    egress.push({
      to: [{ ipBlock: { cidr: `${vault.host}/32` } }],
      ports: [{ port: vault.port, protocol: 'TCP' }],
    });
  }
  if (cluster.network.provider === 'kubernetes') {
    for (const ipBlock of allowedRanges(spec, cluster)) {
      egress.push({ to: [{ ipBlock }], ports: NOT_DNS });
    }
  }
  const ingress: object[] = [{ from: [{ podSelector: {} }] }];
  if (cluster.network.ingressNamespace) {
    ingress.push({
      from: [inNamespace(cluster.network.ingressNamespace)],
      ports: [{ port: context.workload.port, protocol: 'TCP' }],
    });
  }
  return tenantObject(context, 'network', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    name: 'tenant-isolation',
    spec: {
      podSelector: {},
      policyTypes: ['Egress', 'Ingress'],
      egress,
      ingress,
    },
  });
}

/**
 * Whatever a host name resolves to: a tenant may own the name. Cilium knows pods,
 * nodes and Services by what they are, so none of them is meant by a range; an
 * address of Vault's own has a rule for its port.
 */
function deniedRanges(cluster: PlanContext['cluster']): object[] {
  const vault = vaultEndpoint(cluster).host;
  const own = isIPv4(vault) ? `${vault}/32` : undefined;
  return reservedRanges(cluster)
    .filter(({ cidr }) => cidr !== own)
    .map(({ cidr, except = [] }) => {
      const spared =
        own && holds(cidr, own) && !except.some(range => holds(range, own))
          ? [...except, own]
          : except;
      return { cidr, ...(spared.length > 0 && { except: spared }) };
    });
}

/**
 * Names that may be resolved, so that DNS is no way out for data: the cluster's
 * own, those that are allowed, and Vault's. A range may be reached by any name.
 */
function dnsNames({ spec, cluster }: PlanContext): object[] {
  if (spec.egress.cidrs.length > 0) {
    return [{ matchPattern: '*' }];
  }
  const { clusterDomain } = cluster.network;
  const vault = vaultEndpoint(cluster);
  return [
    ...Array.from({ length: MOST_PARTS }, (_, i) => ({
      matchPattern: `${'*.'.repeat(i + 1)}${clusterDomain}`,
    })),
    ...spec.egress.hosts.map(byName),
    ...(vault.isHostName ? [byName(vault.host)] : []),
  ];
}

function byName(host: string): object {
  return host.startsWith('*.') ? { matchPattern: host } : { matchName: host };
}

/**
 * What only Cilium can say: no way to the nodes, the API server, metadata and
 * reserved ranges, whatever else is allowed; no name to be resolved but those of
 * the cluster and the allowed ones; and host names. A host name is enforced by the
 * addresses it resolves to, so another name on the same address gets through.
 */
function planCiliumEgress(context: PlanContext): KubernetesResource {
  const { spec, cluster } = context;
  const vault = vaultEndpoint(cluster);
  const kubeDns = {
    matchLabels: {
      'k8s:io.kubernetes.pod.namespace': 'kube-system',
      'k8s:k8s-app': 'kube-dns',
    },
  };
  const egress: object[] = [
    { toEndpoints: [{}] },
    {
      toEndpoints: [kubeDns],
      toPorts: [
        {
          ports: [{ port: '53', protocol: 'ANY' }],
          rules: { dns: dnsNames(context) },
        },
      ],
    },
  ];
  if (vault.isHostName) {
    egress.push({
      toFQDNs: [{ matchName: vault.host }],
      toPorts: [{ ports: [{ port: String(vault.port), protocol: 'TCP' }] }],
    });
  }
  if (spec.egress.hosts.length > 0) {
    egress.push({
      toFQDNs: spec.egress.hosts.map(byName),
    });
  }
  if (spec.egress.cidrs.length > 0) {
    egress.push({ toCIDRSet: allowedRanges(spec, cluster) });
  }
  return tenantObject(context, 'network', {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    name: 'tenant-egress',
    spec: {
      endpointSelector: {},
      egress,
      egressDeny: [
        { toEntities: ['host', 'remote-node', 'kube-apiserver'] },
        { toCIDRSet: deniedRanges(cluster) },
        // Any resolver but the cluster's, which is a pod and no range.
        {
          toCIDR: ['0.0.0.0/0', '::/0'],
          toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }] }],
        },
      ],
    },
  });
}
