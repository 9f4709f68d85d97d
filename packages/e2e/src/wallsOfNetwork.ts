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
];
