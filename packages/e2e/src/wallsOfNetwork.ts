import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { ALL_OUT, refOf } from './support/lab';
import { rowsOf, Scene } from './wallsMutation';

const ALLOW_ALL = {
  ...ALL_OUT,
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{}],
};

/** Deletes the policies of tenants. */
async function openUp({ remove }: Scene, ...plans: TenantPlan[]) {
  for (const plan of plans) {
    await remove(plan, 'NetworkPolicy', 'tenant-isolation');
    await remove(plan, 'CiliumNetworkPolicy', 'tenant-egress');
  }
}

/** Ways to break the network wall: each must be seen, and the wall hold once mended. */
export const NETWORK_MUTATIONS = rowsOf('network', 'breached', [
  {
    title: "The tenant's policies are deleted",
    checks: ['net.canary-egress', 'net.canary-ingress', 'net.as-planned'],
    inCi: true,
    apply: scene => openUp(scene, scene.a),
  },
  {
    title: "Both tenants' policies are deleted",
    checks: [
      'net.neighbour-service',
      'net.neighbour-pod',
      'net.neighbour-ingress',
    ],
    apply: scene => openUp(scene, scene.a, scene.b),
  },
  {
    title: 'The ingress half of the policy is taken out',
    checks: ['net.canary-ingress', 'net.as-planned'],
    apply: ({ a, patch }) =>
      patch(a, 'NetworkPolicy', 'tenant-isolation', {
        spec: { policyTypes: ['Egress'], ingress: null },
      }),
  },
  {
    title:
      'A second policy allows everything, as the official n8n chart ships one',
    checks: ['net.no-widening', 'net.canary-egress', 'net.canary-ingress'],
    inCi: true,
    apply: ({ a, create }) => create(a, 'NetworkPolicy', 'widening', ALLOW_ALL),
  },
  {
    title: "n8n's pod is on a network that it shares with others",
    checks: ['net.no-widening'],
    says: /^Pod n8n-.* is on another network: infra\/shared/,
    neighbourHolds: true,
    apply: ({ a, changePod }) =>
      changePod(a, {
        annotations: { 'k8s.v1.cni.cncf.io/networks': 'infra/shared' },
      }),
  },
  {
    title: 'A rule allows every pod with a label, and the neighbour has it',
    checks: ['net.neighbour-ingress', 'net.no-widening'],
    apply: async ({ a, b, create, label }) => {
      const selector = { matchLabels: { 'walls-test/friend': a.spec.name } };
      const rule = [{ namespaceSelector: selector }];
      await create(a, 'NetworkPolicy', 'friends', {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: rule }],
      });
      await create(b, 'NetworkPolicy', 'anywhere', ALL_OUT);
      await label(b, { 'walls-test/friend': a.spec.name });
    },
  },
  {
    title: 'A cluster-wide Cilium policy lets the tenant out',
    checks: ['net.no-widening', 'net.canary-egress', 'net.internet'],
    apply: ({ a, createClusterWide }) =>
      createClusterWide(a, { egress: [{ toEntities: ['all'] }] }),
  },
  {
    title: "Cilium's own policy is deleted, the plain one stays",
    checks: ['net.as-planned'],
    // Without it no name resolves, and so nobody gets to Vault.
    also: ['secret'],
    apply: ({ a, remove }) => remove(a, 'CiliumNetworkPolicy', 'tenant-egress'),
  },
  {
    title:
      "A cluster-wide policy lets the tenant's own nodes' neighbours ping it",
    checks: ['net.no-widening'],
    says: /ICMP/,
    neighbourHolds: true,
    apply: ({ a, createClusterWide }) =>
      createClusterWide(a, {
        ingress: [
          { fromEntities: ['cluster'], icmps: [{ fields: [{ type: 8 }] }] },
        ],
      }),
  },
  {
    title: 'Any name may be resolved again',
    checks: ['net.dns-names', 'net.as-planned'],
    neighbourHolds: true,
    apply: async ({ a, lab, edit }) => {
      const [kind, name] = ['CiliumNetworkPolicy', 'tenant-egress'];
      const ref = refOf(kind, name, a.names.namespace);
      const { egress } = (await lab.admin.get<any>(ref))!.spec;
      egress[1].toPorts[0].rules.dns = [{ matchPattern: '*' }];
      await edit(a, kind, name, { spec: { egress } });
    },
  },
  {
    title: 'A second policy allows the resolver, whatever the name',
    checks: ['net.dns-names'],
    says: /NetworkPolicy allow-dns: DNS for /,
    neighbourHolds: true,
    apply: ({ a, create }) =>
      create(a, 'NetworkPolicy', 'allow-dns', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [
          {
            to: [
              {
                namespaceSelector: {},
                podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
              },
            ],
            ports: ['UDP', 'TCP'].map(protocol => ({ port: 53, protocol })),
          },
        ],
      }),
  },
  {
    title: "A policy whose effect can't be told",
    status: 'unproven',
    checks: ['net.no-widening'],
    says: /toServices/,
    neighbourHolds: true,
    apply: ({ a, create }) =>
      create(a, 'CiliumNetworkPolicy', 'walls-test', {
        endpointSelector: {},
        egress: [
          {
            toServices: [
              { k8sService: { serviceName: 'x', namespace: 'default' } },
            ],
          },
        ],
      }),
  },
  {
    title: 'A policy of a kind that nobody here knows',
    status: 'unproven',
    checks: ['net.no-widening'],
    says: /what a GlobalNetworkPolicy .* is not computed/,
    shared: true,
    apply: ({ addCalico }) => addCalico(),
  },
  {
    title: "The portal may not list the cluster's own policies",
    status: 'unproven',
    checks: ['net.no-widening'],
    says: /CiliumClusterwideNetworkPolicy .*forbidden/,
    shared: true,
    isForgotten: true,
    apply: ({ hideFromPortal }) =>
      hideFromPortal('ciliumclusterwidenetworkpolicies'),
  },
  {
    title: 'The canary lets nobody in any more but its own namespace',
    status: 'unproven',
    checks: ['net.canary-egress'],
    says: /canary's test client/,
    shared: true,
    apply: ({ lab, change }) =>
      change(
        `/apis/networking.k8s.io/v1/namespaces/${lab.platform.naming.namespacePrefix}canary/networkpolicies/canary-open`,
        { spec: { ingress: [{ from: [{ podSelector: {} }] }] } },
      ),
  },
  {
    title: "n8n's Service has an outside address",
    checks: ['net.as-planned'],
    says: /externalIPs/,
    neighbourHolds: true,
    apply: ({ a, edit }) =>
      edit(a, 'Service', 'n8n', { spec: { externalIPs: ['198.51.100.7'] } }),
  },
  {
    title: 'Another Service leads to n8n, from an outside address',
    checks: ['net.as-planned'],
    says: /^Service .*\/more gives n8n another address/,
    neighbourHolds: true,
    apply: ({ a, create }) =>
      create(a, 'Service', 'more', {
        selector: a.workload.selector,
        ports: [{ port: a.workload.port }],
        externalIPs: ['198.51.100.7'],
      }),
  },
]);
