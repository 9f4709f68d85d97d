import { parseEgressHost } from '@threewalls/backstage-plugin-tenants-common';
import { PlanContext } from './context';
import { holds } from './addresses';
import { allowedRanges, reservedRanges } from './egress';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';
import { vaultEndpoint, vaultRanges } from '../config/vaultService';

const LINK_LOCAL = '169.254.0.0/16';
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
/** DNS to anywhere is a way out for data: an allowed range is not allowed that. */
const NOT_DNS = ['TCP', 'UDP'].flatMap(protocol => [
  { protocol, port: 1, endPort: 52 },
  { protocol, port: 54, endPort: 65535 },
]);

/**
 * Parts of a name before the cluster's domain that may be resolved: of a Service's
 * pod, and of a name elsewhere that a resolver tries in the cluster first.
 */
const MOST_PARTS = 10;

type NetworkContext = Pick<PlanContext, 'spec' | 'names' | 'cluster'> & {
  workload: Pick<PlanContext['workload'], 'port'>;
};

/** Default deny in both directions, and the few exceptions to it. */
export function planNetwork(context: NetworkContext): KubernetesResource[] {
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
function planIsolation(context: NetworkContext): KubernetesResource {
  const { spec, cluster } = context;
  const vault = vaultEndpoint(cluster);
  const egress: object[] = [{ to: [{ podSelector: {} }] }];
  if (cluster.network.provider === 'kubernetes') {
    const { namespaces, podLabels, ports, cidrs } = cluster.network.dns;
    egress.push({
      to: [
        ...namespaces.map(name => ({
          ...inNamespace(name),
          ...(podLabels && { podSelector: { matchLabels: podLabels } }),
        })),
        ...cidrs.map(inRange),
      ],
      ports: ports.flatMap(port =>
        ['UDP', 'TCP'].map(protocol => ({ port, protocol })),
      ),
    });
  }
  const toVault = vault.namespace
    ? [inNamespace(vault.namespace)]
    : vaultRanges(cluster).map(inRange);
  if (toVault.length > 0) {
    egress.push({
      to: toVault,
      ports: [{ port: vault.port, protocol: 'TCP' }],
    });
  }
  const proxy = proxyRanges(cluster);
  if (proxy.cidrs.length > 0) {
    egress.push({
      to: proxy.cidrs.map(inRange),
      ports: [{ port: proxy.port, protocol: 'TCP' }],
    });
  }
  if (cluster.network.provider === 'kubernetes') {
    for (const ipBlock of allowedRanges(spec, cluster)) {
      egress.push({ to: [{ ipBlock }], ports: NOT_DNS });
    }
  }
  const ingress: object[] = [{ from: [{ podSelector: {} }] }];
  const { namespaces, cidrs } = cluster.network.ingress;
  if (namespaces.length + cidrs.length > 0) {
    ingress.push({
      from: [...namespaces.map(inNamespace), ...cidrs.map(inRange)],
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

export function inNamespace(name: string) {
  return { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } } };
}

function inRange(cidr: string) {
  return { ipBlock: { cidr } };
}

/** Where the proxy is that n8n goes out by, if it goes by one. */
function proxyRanges({ n8n: { proxy } }: PlanContext['cluster']) {
  const { protocol, port } = new URL(proxy?.url ?? 'http://unused');
  const usual = protocol === 'https:' ? 443 : 80;
  return { cidrs: proxy?.cidrs ?? [], port: Number(port || usual) };
}

/** What has a rule of its own, for its ports: Vault, resolvers, a proxy. */
function ownRanges(cluster: PlanContext['cluster']): string[] {
  const { cidrs } = proxyRanges(cluster);
  return [...vaultRanges(cluster), ...cluster.network.dns.cidrs, ...cidrs];
}

/**
 * Whatever a host name resolves to: a tenant may own the name. Cilium knows pods,
 * nodes and Services by what they are, so none of them is meant by a range; what
 * has a rule of its own is spared.
 */
function deniedRanges(cluster: PlanContext['cluster']): object[] {
  const own = ownRanges(cluster);
  return reservedRanges(cluster)
    .filter(({ cidr }) => !own.includes(cidr))
    .map(({ cidr, except = [] }) =>
      sparing(
        cidr,
        own.filter(
          range =>
            holds(cidr, range) && !except.some(other => holds(other, range)),
        ),
        except,
      ),
    );
}

/** A range but for parts of it. */
function sparing(cidr: string, parts: string[], except: string[] = []): object {
  const spared = [...except, ...new Set(parts)];
  return { cidr, ...(spared.length > 0 && { except: spared }) };
}

/**
 * Names that may be resolved, so that DNS is no way out for data: the cluster's
 * own, those that are allowed, and Vault's. A range may be reached by any name.
 */
function dnsNames({ spec, cluster }: NetworkContext): object[] {
  if (spec.egress.cidrs.length > 0) {
    return [{ matchPattern: '*' }];
  }
  const { clusterDomain } = cluster.network;
  const vault = vaultEndpoint(cluster);
  const names = new Set([
    ...spec.egress.hosts.map(entry => parseEgressHost(entry).host),
    ...(vault.isHostName ? [vault.host] : []),
  ]);
  return [
    ...Array.from({ length: MOST_PARTS }, (_, i) => ({
      matchPattern: `${'*.'.repeat(i + 1)}${clusterDomain}`,
    })),
    ...[...names].map(host => byName({ host })),
  ];
}

function byName({ host }: { host: string }): object {
  return host.startsWith('*.') ? { matchPattern: host } : { matchName: host };
}

/** Cilium's rules for hosts that are allowed, those of a port apart. */
export function toHosts(entries: string[]): object[] {
  const hosts = entries.map(parseEgressHost);
  const anyPort = hosts.filter(({ port }) => !port);
  return [
    ...(anyPort.length > 0 ? [{ toFQDNs: anyPort.map(byName) }] : []),
    ...hosts
      .filter(({ port }) => port)
      .map(({ port, ...host }) => ({
        toFQDNs: [byName(host)],
        toPorts: [{ ports: [{ port: String(port), protocol: 'TCP' }] }],
      })),
  ];
}

/**
 * What only Cilium can say: no way to the nodes, the API server, metadata and
 * reserved ranges, whatever else is allowed; no name to be resolved but those of
 * the cluster and the allowed ones; and host names. A host name is enforced by the
 * addresses it resolves to, so another name on the same address gets through.
 */
function planCiliumEgress(context: NetworkContext): KubernetesResource {
  const { spec, cluster } = context;
  const vault = vaultEndpoint(cluster);
  const { dns } = cluster.network;
  const toResolver = {
    toPorts: [
      {
        ports: dns.ports.map(port => ({ port: String(port), protocol: 'ANY' })),
        rules: { dns: dnsNames(context) },
      },
    ],
  };
  const { podLabels = { 'k8s-app': 'kube-dns' } } = dns;
  const resolvers = dns.namespaces.map(namespace => ({
    matchLabels: {
      'k8s:io.kubernetes.pod.namespace': namespace,
      ...Object.fromEntries(
        Object.entries(podLabels).map(([key, value]) => [`k8s:${key}`, value]),
      ),
    },
  }));
  const egress: object[] = [
    { toEndpoints: [{}] },
    { toEndpoints: resolvers, ...toResolver },
  ];
  if (dns.cidrs.length > 0) {
    egress.push({ toCIDR: dns.cidrs, ...toResolver });
  }
  // Cilium knows an address of the node's own as the node.
  const isOnNode = dns.cidrs.some(cidr => holds(LINK_LOCAL, cidr));
  if (isOnNode) {
    egress.push({ toEntities: ['host'], ...toResolver });
  }
  if (vault.isHostName) {
    egress.push({
      toFQDNs: [{ matchName: vault.host }],
      toPorts: [{ ports: [{ port: String(vault.port), protocol: 'TCP' }] }],
    });
  }
  egress.push(...toHosts(spec.egress.hosts));
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
        ...(isOnNode
          ? [
              { toEntities: ['remote-node'] },
              {
                toEntities: ['host', 'kube-apiserver'],
                toPorts: [{ ports: portsBut(dns.ports) }],
              },
            ]
          : [{ toEntities: ['host', 'remote-node', 'kube-apiserver'] }]),
        { toCIDRSet: deniedRanges(cluster) },
        // Any resolver but the cluster's, which is a pod and no range.
        {
          ...(dns.cidrs.length > 0
            ? {
                toCIDRSet: ['0.0.0.0/0', '::/0'].map(all =>
                  sparing(
                    all,
                    dns.cidrs.filter(cidr => holds(all, cidr)),
                  ),
                ),
              }
            : { toCIDR: ['0.0.0.0/0', '::/0'] }),
          toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }] }],
        },
      ],
    },
  });
}

/** Every port but some, of any protocol. */
function portsBut(ports: number[]): object[] {
  const ends = [0, ...[...ports].sort((a, b) => a - b), 65536];
  return ends.slice(1).flatMap((end, i) => {
    const [first, last] = [ends[i] + 1, end - 1];
    return first <= last
      ? [{ port: String(first), endPort: last, protocol: 'ANY' }]
      : [];
  });
}
