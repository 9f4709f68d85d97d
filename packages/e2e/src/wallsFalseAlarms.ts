import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { podAdmission } from './support/admission';
import { IMAGES, merge } from './support/lab';
import { Mutation } from './wallsMutation';

const inNamespace = (
  { names: { namespace } }: TenantPlan,
  apiVersion: string,
  kind: string,
  spec: object,
) => ({
  apiVersion,
  kind,
  metadata: { name: 'walls-test', namespace },
  spec,
});

const clusterWide = (spec: object) => ({
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumClusterwideNetworkPolicy',
  metadata: { name: 'walls-test' },
  spec,
});

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

/** Something that is there and opens nothing: the wall has to hold with it. */
function holds(
  title: string,
  wall: Mutation['wall'],
  checks: string[],
  apply: Mutation['apply'],
  rest: Partial<Mutation> = {},
): Mutation {
  return { title, wall, status: 'holds', checks, apply, ...rest };
}

/** What looks like a breach, or keeps a lesser proof from ending, and is neither. */
export const FALSE_ALARMS: Mutation[] = [
  holds(
    'A policy of the platform’s that only denies',
    'network',
    ['net.no-widening'],
    ({ a, add }) =>
      add(
        inNamespace(a, 'cilium.io/v2', 'CiliumNetworkPolicy', {
          endpointSelector: {},
          egressDeny: [{ toCIDR: ['198.51.100.0/24'] }],
        }),
      ),
  ),
  holds(
    'A policy that allows what the plan does',
    'network',
    ['net.no-widening'],
    ({ a, add }) =>
      add(
        inNamespace(a, 'networking.k8s.io/v1', 'NetworkPolicy', {
          podSelector: {},
          ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 5678 }] }],
        }),
      ),
    { inCi: true },
  ),
  holds(
    'A cluster-wide policy that only allows DNS to the cluster’s resolver',
    'network',
    ['net.no-widening'],
    // Of the tenant alone: what else it selects, such as Vault, reaches nothing else.
    ({ add, a }) =>
      add(
        clusterWide({
          endpointSelector: {
            matchLabels: {
              'k8s:io.kubernetes.pod.namespace': a.names.namespace,
            },
          },
          egress: [TO_RESOLVER],
        }),
      ),
    { shared: true },
  ),
  holds(
    'A cluster-wide policy for what is no pod',
    'network',
    ['net.no-widening'],
    ({ add }) =>
      add(
        clusterWide({
          endpointSelector: { matchLabels: { 'reserved:ingress': '' } },
          egress: [{ toEntities: ['all'] }],
        }),
      ),
    { shared: true },
  ),
  holds(
    'Multus says of n8n’s pod that it is on the cluster’s network',
    'network',
    ['net.no-widening'],
    ({ a, changePod }) => {
      const own = [{ name: 'cluster', interface: 'eth0', default: true }];
      return changePod(a, {
        annotations: {
          'k8s.v1.cni.cncf.io/network-status': JSON.stringify(own),
          'k8s.ovn.org/pod-networks': '{"default":{}}',
        },
      });
    },
  ),
  holds(
    'The API server died after it had charged a proof pod to its quota, before it wrote the pod down',
    'network',
    ['net.kubelet', 'net.metadata'],
    async ({ a, lab }) => {
      const path = `/api/v1/namespaces/${a.names.namespace}/resourcequotas/tenant-probe-quota`;
      await merge(lab.admin, `${path}/status`, {
        status: {
          used: {
            pods: '1',
            'requests.cpu': '50m',
            'requests.memory': '64Mi',
            'limits.cpu': '1',
            'limits.memory': '256Mi',
          },
        },
      });
    },
  ),
  holds(
    'A node in the list is dead',
    'network',
    ['net.kubelet'],
    async ({ add, lab }) => {
      await add({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'walls-test' },
      });
      await merge(lab.admin, '/api/v1/nodes/walls-test/status', {
        status: {
          addresses: [{ type: 'InternalIP', address: '198.18.0.99' }],
          conditions: [{ type: 'Ready', status: 'Unknown' }],
        },
      });
    },
    { shared: true },
  ),
  holds(
    'A quota of the platform’s own is tighter, and refuses first',
    'resource',
    ['res.quota-memory', 'res.quota-cpu', 'res.legal-pod'],
    async ({ a, create, quotaUsed }) => {
      await create(a, 'ResourceQuota', 'a-platform-quota', {
        hard: { 'limits.memory': '1500Mi', 'limits.cpu': '1900m' },
      });
      await quotaUsed(a, 'a-platform-quota', () => true);
    },
  ),
  holds(
    'Admission takes no image but the company’s',
    'resource',
    ['res.legal-pod', 'res.privileged', 'res.quota-memory'],
    ({ a, add }) =>
      add(
        ...podAdmission(
          'Validating',
          `walls-test-${a.spec.name}`,
          {
            failurePolicy: 'Fail',
            validations: [
              {
                expression:
                  "object.spec.containers.all(c, c.image.startsWith('threewalls.local/'))",
                message: 'No image but the company’s',
              },
            ],
          },
          {
            validationActions: ['Deny'],
            matchResources: { namespaceSelector: namespaceOf(a) },
          },
        ),
      ),
  ),
  holds(
    'Admission adds a container to every proof pod, the first of all',
    'network',
    ['net.own-service', 'net.canary-egress'],
    async ({ a, add, waitFor }) => {
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
  ),
  holds(
    'Vault’s default policy reads something else: no tenant has it',
    'secret',
    ['sec.token-policies', 'sec.canary-data', 'sec.capabilities'],
    ({ lab, vault }) =>
      lab.vaultAdmin.read('sys/policies/acl/default').then(({ policy }) =>
        vault('sys/policies/acl/default', {
          policy: `${policy}\npath "secret/data/all/*" { capabilities = ["read", "list"] }\n`,
        }),
      ),
    { shared: true },
  ),
  holds(
    'A policy of Vault’s is for a team’s own entries',
    'secret',
    ['sec.other-policies'],
    ({ vault }) =>
      vault('sys/policies/acl/walls-test', {
        policy: `path "secret/+/team/*" { capabilities = ["create", "read", "update", "list"] }
path "secret/metadata/" { capabilities = ["list"] }
path "auth/token/create" { capabilities = ["update"] }
path "auth/approle/role/+/secret-id" { capabilities = ["update"] }
`,
      }),
    { shared: true },
  ),
  holds(
    'A role of Vault’s is for another user',
    'secret',
    ['sec.other-roles'],
    ({ vault }) =>
      vault('auth/kubernetes/role/walls-test-ci', {
        bound_service_account_names: ['deployer'],
        bound_service_account_namespaces: ['*'],
        token_policies: ['default'],
      }),
    { shared: true },
  ),
  holds(
    'Another cluster’s auth method, with roles for that cluster’s own',
    'secret',
    ['sec.other-mounts'],
    ({ mountAuth }) =>
      mountAuth(
        'walls-test',
        {
          deployer: {
            bound_service_account_names: ['*'],
            bound_service_account_namespaces: ['deployer'],
          },
        },
        true,
      ),
    { shared: true },
  ),
];
