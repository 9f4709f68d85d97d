import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { denyPods, podAdmission } from './support/admission';
import { IMAGES, merge, objectOf } from './support/lab';
import { WallsLab } from './wallsLab';
import { rowsOf } from './wallsMutation';

const clusterWide = (spec: object) =>
  objectOf('CiliumClusterwideNetworkPolicy', { name: 'walls-test' }, { spec });

const namespaceOf = ({ spec }: TenantPlan) => ({
  matchLabels: { 'threewalls.io/tenant': spec.name },
});

const TO_RESOLVER = {
  toEndpoints: [
    {
      matchLabels: {
        'k8s:io.kubernetes.pod.namespace': 'kube-system',
        'k8s:k8s-app': 'kube-dns',
      },
    },
  ],
  toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }] }],
};

/** Charges proof pods to their quota that nobody has written: until a pod ends, its controller lets that stand. */
async function charge(
  { a, lab }: { a: TenantPlan; lab: WallsLab },
  used: Record<string, string>,
): Promise<void> {
  const path = `/api/v1/namespaces/${a.names.namespace}/resourcequotas/tenant-probe-quota`;
  await merge(lab.admin, `${path}/status`, { status: { used } });
}

/** Of a role in Vault: what runs in one namespace of another cluster. */
const DEPLOYER = {
  bound_service_account_names: ['*'],
  bound_service_account_namespaces: ['deployer'],
};

/** What looks like a breach, or keeps a lesser proof from ending, and is neither. */
export const FALSE_ALARMS = rowsOf('network', 'holds', [
  {
    title: 'A policy of the platform’s that only denies',
    checks: ['net.no-widening'],
    apply: ({ a, create }) =>
      create(a, 'CiliumNetworkPolicy', 'walls-test', {
        endpointSelector: {},
        egressDeny: [{ toCIDR: ['198.51.100.0/24'] }],
      }),
  },
  {
    title: 'A policy that allows what the plan does',
    checks: ['net.no-widening'],
    inCi: true,
    apply: ({ a, create }) =>
      create(a, 'NetworkPolicy', 'walls-test', {
        podSelector: {},
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 5678 }] }],
      }),
  },
  {
    title:
      'A cluster-wide policy that only allows DNS to the cluster’s resolver',
    checks: ['net.no-widening'],
    shared: true,
    // Of the tenant alone: what else it selects, such as Vault, reaches nothing else.
    apply: ({ add, a: { names } }) => {
      const matchLabels = {
        'k8s:io.kubernetes.pod.namespace': names.namespace,
      };
      const endpointSelector = { matchLabels };
      return add(clusterWide({ endpointSelector, egress: [TO_RESOLVER] }));
    },
  },
  {
    title: 'A cluster-wide policy for what is no pod',
    checks: ['net.no-widening'],
    shared: true,
    apply: ({ add }) =>
      add(
        clusterWide({
          endpointSelector: { matchLabels: { 'reserved:ingress': '' } },
          egress: [{ toEntities: ['all'] }],
        }),
      ),
  },
  {
    title: 'Multus says of n8n’s pod that it is on the cluster’s network',
    checks: ['net.no-widening'],
    apply: ({ a, changePod }) => {
      const own = [{ name: 'cluster', interface: 'eth0', default: true }];
      return changePod(a, {
        annotations: {
          'k8s.v1.cni.cncf.io/network-status': JSON.stringify(own),
          'k8s.ovn.org/pod-networks': '{"default":{}}',
        },
      });
    },
  },
  {
    title:
      'The API server died after it had charged a proof pod to its quota, before it wrote the pod down',
    checks: ['net.kubelet', 'net.metadata'],
    apply: row =>
      charge(row, {
        pods: '1',
        'requests.cpu': '50m',
        'requests.memory': '64Mi',
        'limits.cpu': '1',
        'limits.memory': '256Mi',
      }),
  },
  {
    title: 'A node in the list is dead',
    checks: ['net.kubelet'],
    shared: true,
    apply: async ({ add, lab }) => {
      await add(objectOf('Node', { name: 'walls-test' }));
      await merge(lab.admin, '/api/v1/nodes/walls-test/status', {
        status: {
          addresses: [{ type: 'InternalIP', address: '198.18.0.99' }],
          conditions: [{ type: 'Ready', status: 'Unknown' }],
        },
      });
    },
  },
  {
    title: 'A quota of the platform’s own is tighter, and refuses first',
    wall: 'resource',
    checks: ['res.quota-memory', 'res.quota-cpu', 'res.legal-pod'],
    apply: async ({ a, create, quotaUsed }) => {
      await create(a, 'ResourceQuota', 'a-platform-quota', {
        hard: { 'limits.memory': '1500Mi', 'limits.cpu': '1900m' },
      });
      await quotaUsed(a, 'a-platform-quota', () => true);
    },
  },
  {
    title: 'Admission takes no image but the company’s',
    wall: 'resource',
    checks: ['res.legal-pod', 'res.privileged', 'res.quota-memory'],
    apply: ({ a, add }) =>
      add(
        ...denyPods(
          `walls-test-${a.spec.name}`,
          "object.spec.containers.all(c, c.image.startsWith('threewalls.local/'))",
          'No image but the company’s',
          {
            spec: { failurePolicy: 'Fail' },
            binding: { matchResources: { namespaceSelector: namespaceOf(a) } },
          },
        ),
      ),
  },
  {
    title: 'Admission adds a container to every proof pod, the first of all',
    checks: ['net.own-service', 'net.canary-egress'],
    apply: async ({ a, add, waitFor }) => {
      await add(
        ...podAdmission(
          'Mutating',
          `walls-test-${a.spec.name}`,
          {
            failurePolicy: 'Fail',
            reinvocationPolicy: 'Never',
            mutations: [
              {
                patchType: 'JSONPatch',
                jsonPatch: {
                  expression: `[JSONPatch{op: "add", path: "/spec/containers/0", value: Object.spec.containers{
  name: "a-sidecar", image: "${IMAGES.agnhost}", args: ["pause"],
  securityContext: Object.spec.containers.securityContext{allowPrivilegeEscalation: false, capabilities: Object.spec.containers.securityContext.capabilities{drop: ["ALL"]}}
}}]`,
                },
              },
            ],
          },
          {
            matchResources: {
              namespaceSelector: namespaceOf(a),
              objectSelector: {
                matchLabels: { 'threewalls.io/proof': 'proof' },
              },
            },
          },
        ),
      );
      // The API server's caches of its policies are its own.
      let ticks = 0;
      await waitFor(async () => ++ticks > 15, 'the policy to be known');
    },
  },
  {
    title: 'Vault’s default policy reads something else: no tenant has it',
    wall: 'secret',
    checks: ['sec.token-policies', 'sec.canary-data', 'sec.capabilities'],
    shared: true,
    apply: ({ widenDefault }) =>
      widenDefault(
        'path "secret/data/all/*" { capabilities = ["read", "list"] }\n',
      ),
  },
  {
    title: 'The quota of proof pods counts pods that nobody has written',
    wall: 'resource',
    checks: ['res.quota-used'],
    inCi: true,
    // Two of those above: there is no room left.
    apply: row => charge(row, { pods: '2' }),
  },
  {
    title: 'A policy of Vault’s is for a team’s own entries',
    wall: 'secret',
    checks: ['sec.other-policies'],
    shared: true,
    apply: ({ vault }) =>
      vault('sys/policies/acl/walls-test', {
        policy: `path "secret/+/team/*" { capabilities = ["create", "read", "update", "list"] }
path "secret/metadata/" { capabilities = ["list"] }
path "auth/token/create" { capabilities = ["update"] }
path "auth/approle/role/+/secret-id" { capabilities = ["update"] }
`,
      }),
  },
  {
    title: 'A role of Vault’s is for another user',
    wall: 'secret',
    checks: ['sec.other-roles'],
    shared: true,
    apply: ({ vault }) =>
      vault('auth/kubernetes/role/walls-test-ci', {
        bound_service_account_names: ['deployer'],
        bound_service_account_namespaces: ['*'],
        token_policies: ['default'],
      }),
  },
  {
    title: 'Another cluster’s auth method, with roles for that cluster’s own',
    wall: 'secret',
    checks: ['sec.other-mounts'],
    shared: true,
    apply: ({ mountAuth }) =>
      mountAuth('walls-test', { deployer: DEPLOYER }, true),
  },
]);
