import { PlanContext } from './context';
import { exceptionsOf } from './egress';
import { N8N } from './names';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';
import { vaultEndpoint } from './vaultService';

/** Port of n8n's Service and container. */
export const N8N_PORT = 5678;
/** Link-local address at which clouds serve a node's metadata. */
export const METADATA_CIDR = '169.254.169.254/32';

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
const DNS_PORTS = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
];

/** Default deny in both directions, and the few exceptions to it. */
export function planNetwork(context: PlanContext): KubernetesResource[] {
  const resources = [planIsolation(context)];
  if (context.platform.network.provider === 'cilium') {
    resources.push(planCiliumEgress(context));
  }
  return resources;
}

/**
 * The policy of the starting document: nothing in or out but the namespace
 * itself, DNS and Vault; and what the spec allows.
 */
function planIsolation(context: PlanContext): KubernetesResource {
  const { platform, spec, cluster } = context;
  const vault = vaultEndpoint(cluster);
  const inNamespace = (name: string) => ({
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } },
  });
  const egress: object[] = [
    { to: [{ podSelector: {} }] },
    { to: [inNamespace('kube-system')], ports: DNS_PORTS },
  ];
  if (vault.namespace) {
    egress.push({
      to: [inNamespace(vault.namespace)],
      ports: [{ port: vault.port, protocol: 'TCP' }],
    });
  }
  if (platform.network.provider === 'kubernetes') {
    for (const cidr of spec.egress.cidrs) {
      const except = exceptionsOf(cidr, cluster);
      egress.push({
        to: [{ ipBlock: { cidr, ...(except.length > 0 && { except }) } }],
      });
    }
  }
  const ingress: object[] = [{ from: [{ podSelector: {} }] }];
  if (platform.network.ingressNamespace) {
    ingress.push({
      from: [inNamespace(platform.network.ingressNamespace)],
      ports: [{ port: N8N_PORT, protocol: 'TCP' }],
    });
  }
  return tenantObject(context, {
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
 * What only Cilium can say: no way to the nodes, the API server and metadata,
 * whatever else is allowed; and host names. A host name is enforced by the
 * addresses it resolves to, so another name on the same address gets through.
 */
function planCiliumEgress(context: PlanContext): KubernetesResource {
  const { spec } = context;
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
          // Names have to pass the agent's DNS proxy for toFQDNs to learn them.
          ...(spec.egress.hosts.length > 0 && {
            rules: { dns: [{ matchPattern: '*' }] },
          }),
        },
      ],
    },
  ];
  if (spec.egress.hosts.length > 0) {
    egress.push({
      toFQDNs: spec.egress.hosts.map(host =>
        host.startsWith('*.') ? { matchPattern: host } : { matchName: host },
      ),
    });
  }
  if (spec.egress.cidrs.length > 0) {
    egress.push({ toCIDR: spec.egress.cidrs });
  }
  return tenantObject(context, {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    name: 'tenant-egress',
    spec: {
      endpointSelector: {},
      egress,
      egressDeny: [
        { toEntities: ['host', 'remote-node', 'kube-apiserver'] },
        { toCIDR: [METADATA_CIDR] },
      ],
    },
  });
}

/** Selector of n8n's pods. */
export const N8N_SELECTOR = { 'app.kubernetes.io/name': N8N };
