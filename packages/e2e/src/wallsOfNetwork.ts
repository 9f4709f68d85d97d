import { Mutation } from './wallsMutation';

const ALLOW_ALL = {
  podSelector: {},
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{}],
  egress: [{}],
};

/** Ways to break the network wall: each must be seen, and the wall hold once mended. */
export const NETWORK_MUTATIONS: Mutation[] = [
  {
    title: "The tenant's policies are deleted",
    wall: 'network',
    status: 'breached',
    checks: ['net.canary-egress', 'net.canary-ingress', 'net.as-planned'],
    apply: async ({ a, remove }) => {
      await remove(a, 'NetworkPolicy', 'tenant-isolation');
      await remove(a, 'CiliumNetworkPolicy', 'tenant-egress');
    },
  },
  {
    title: "Both tenants' policies are deleted",
    wall: 'network',
    status: 'breached',
    checks: [
      'net.neighbour-service',
      'net.neighbour-pod',
      'net.neighbour-ingress',
    ],
    full: true,
    apply: async ({ a, b, remove }) => {
      for (const plan of [a, b]) {
        await remove(plan, 'NetworkPolicy', 'tenant-isolation');
        await remove(plan, 'CiliumNetworkPolicy', 'tenant-egress');
      }
    },
  },
  {
    title: 'The ingress half of the policy is taken out',
    wall: 'network',
    status: 'breached',
    checks: ['net.canary-ingress', 'net.as-planned'],
    full: true,
    apply: ({ a, patch }) =>
      patch(a, 'NetworkPolicy', 'tenant-isolation', {
        spec: { policyTypes: ['Egress'], ingress: null },
      }),
  },
  {
    title:
      'A second policy allows everything, as the official n8n chart ships one',
    wall: 'network',
    status: 'breached',
    checks: ['net.no-widening', 'net.canary-egress', 'net.canary-ingress'],
    apply: ({ a, create }) =>
      create(a, 'networking.k8s.io/v1', 'NetworkPolicy', 'widening', {
        spec: ALLOW_ALL,
      }),
  },
  {
    title:
      'A rule lets in whoever carries a label, and the neighbour carries it',
    wall: 'network',
    status: 'breached',
    checks: ['net.neighbour-ingress', 'net.no-widening'],
    full: true,
    apply: async ({ a, b, create, label }) => {
      const selector = { matchLabels: { 'walls-test/friend': a.spec.name } };
      const rule = [{ namespaceSelector: selector }];
      await create(a, 'networking.k8s.io/v1', 'NetworkPolicy', 'friends', {
        spec: {
          podSelector: {},
          policyTypes: ['Ingress'],
          ingress: [{ from: rule }],
        },
      });
      await create(b, 'networking.k8s.io/v1', 'NetworkPolicy', 'anywhere', {
        spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
      });
      await label(b, { 'walls-test/friend': a.spec.name });
    },
  },
  {
    title: 'A cluster-wide Cilium policy lets the tenant out',
    wall: 'network',
    status: 'breached',
    checks: ['net.no-widening', 'net.canary-egress', 'net.internet'],
    full: true,
    apply: ({ a, createClusterWide }) =>
      createClusterWide('cilium.io/v2', 'CiliumClusterwideNetworkPolicy', {
        spec: {
          endpointSelector: {
            matchLabels: {
              'k8s:io.kubernetes.pod.namespace': a.names.namespace,
            },
          },
          egress: [{ toEntities: ['all'] }],
        },
      }),
  },
  {
    title: "Cilium's own policy is deleted, the plain one stays",
    wall: 'network',
    status: 'breached',
    checks: ['net.as-planned'],
    full: true,
    apply: ({ a, remove }) => remove(a, 'CiliumNetworkPolicy', 'tenant-egress'),
  },
  {
    title:
      "A cluster-wide policy lets the tenant's own nodes' neighbours ping it",
    wall: 'network',
    status: 'breached',
    checks: ['net.no-widening'],
    says: /ICMP/,
    neighbourHolds: true,
    full: true,
    apply: ({ a, createClusterWide }) =>
      createClusterWide('cilium.io/v2', 'CiliumClusterwideNetworkPolicy', {
        spec: {
          endpointSelector: {
            matchLabels: {
              'k8s:io.kubernetes.pod.namespace': a.names.namespace,
            },
          },
          ingress: [
            { fromEntities: ['cluster'], icmps: [{ fields: [{ type: 8 }] }] },
          ],
        },
      }),
  },
  {
    title: 'Any name may be resolved again',
    wall: 'network',
    status: 'breached',
    checks: ['net.dns-names', 'net.as-planned'],
    neighbourHolds: true,
    full: true,
    apply: async ({ a, lab, change }) => {
      const path = `/apis/cilium.io/v2/namespaces/${a.names.namespace}/ciliumnetworkpolicies/tenant-egress`;
      const { spec } = await lab.admin.expect({ method: 'GET', path });
      const egress = structuredClone(spec.egress);
      egress[1].toPorts[0].rules.dns = [{ matchPattern: '*' }];
      await change(path, { spec: { egress } });
    },
  },
  {
    title: "A policy whose effect can't be told",
    wall: 'network',
    status: 'unproven',
    checks: ['net.no-widening'],
    says: /toServices/,
    neighbourHolds: true,
    full: true,
    apply: ({ a, create }) =>
      create(a, 'cilium.io/v2', 'CiliumNetworkPolicy', 'walls-test', {
        spec: {
          endpointSelector: {},
          egress: [
            {
              toServices: [
                { k8sService: { serviceName: 'x', namespace: 'default' } },
              ],
            },
          ],
        },
      }),
  },
  {
    title: 'A policy of a kind that nobody here knows',
    wall: 'network',
    status: 'unproven',
    checks: ['net.no-widening'],
    says: /what a GlobalNetworkPolicy .* is not computed/,
    shared: true,
    full: true,
    apply: ({ addCalico }) => addCalico(),
  },
  {
    title: "The portal may not list the cluster's own policies",
    wall: 'network',
    status: 'unproven',
    checks: ['net.no-widening'],
    says: /CiliumClusterwideNetworkPolicy .*forbidden/,
    shared: true,
    full: true,
    apply: async ({ lab, change }) => {
      const path =
        '/apis/rbac.authorization.k8s.io/v1/clusterroles/threewalls-portal';
      const { rules } = await lab.admin.expect({ method: 'GET', path });
      await change(path, {
        rules: rules.filter(
          ({ resources }: any) =>
            !resources.includes('ciliumclusterwidenetworkpolicies'),
        ),
      });
    },
  },
  {
    title: 'The canary lets nobody in any more but its own namespace',
    wall: 'network',
    status: 'unproven',
    checks: ['net.canary-egress'],
    says: /canary's test client/,
    shared: true,
    full: true,
    apply: ({ lab, change }) =>
      change(
        `/apis/networking.k8s.io/v1/namespaces/${lab.platform.naming.namespacePrefix}canary/networkpolicies/canary-open`,
        { spec: { ingress: [{ from: [{ podSelector: {} }] }] } },
      ),
  },
  {
    title: "n8n's Service has an outside address",
    wall: 'network',
    status: 'breached',
    checks: ['net.as-planned'],
    says: /externalIPs/,
    neighbourHolds: true,
    full: true,
    apply: ({ a, change }) =>
      change(`/api/v1/namespaces/${a.names.namespace}/services/n8n`, {
        spec: { externalIPs: ['198.51.100.7'] },
      }),
  },
];
