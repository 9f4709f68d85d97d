import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { Hands } from './wallsHands';

/** What a mutation works upon: a pair, of which it is `a` that is looked at. */
export type Scene = Hands & { a: TenantPlan; b: TenantPlan };

/** One way to break a wall, or to take away what a proof stands on. */
export interface Mutation {
  /** A sentence */
  title: string;
  /** Of tenant `a` */
  wall: Wall;
  status: 'breached' | 'unproven';
  /** Whose receipts turned */
  checks: string[];
  /** Walls that may turn with it; any other holds */
  also?: Wall[];
  /** The other tenant's walls go on holding */
  neighbourHolds?: boolean;
  /** Touches what every tenant of the lab uses: alone, and only in the full run */
  shared?: boolean;
  /** Only in the full run */
  full?: boolean;
  /** Breaks it; what it took away the scene puts back */
  apply(scene: Scene): Promise<void>;
}

const ALLOW_ALL = {
  podSelector: {},
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{}],
  egress: [{}],
};

const read = (path: string) => `path "${path}" { capabilities = ["read"] }\n`;

/** Walls broken: each must be breached, and hold again once mended. */
export const MUTATIONS: Mutation[] = [
  {
    title: "The tenant's policies are deleted",
    wall: 'network',
    status: 'breached',
    checks: ['net.canary-egress', 'net.canary-ingress', 'net.policy-spec'],
    apply: async ({ a, remove }) => {
      await remove(a, 'NetworkPolicy', 'tenant-isolation');
      await remove(a, 'CiliumNetworkPolicy', 'tenant-egress');
    },
  },
  {
    title: "Both tenants' policies are deleted",
    wall: 'network',
    status: 'breached',
    checks: ['net.neighbour-service', 'net.neighbour-pod', 'net.neighbour-ingress'],
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
    checks: ['net.canary-ingress', 'net.policy-spec'],
    apply: ({ a, patch }) =>
      patch(a, 'NetworkPolicy', 'tenant-isolation', {
        spec: { policyTypes: ['Egress'], ingress: null },
      }),
  },
  {
    title: 'A second policy allows everything, as the official n8n chart ships one',
    wall: 'network',
    status: 'breached',
    checks: ['net.no-widening', 'net.canary-egress', 'net.canary-ingress'],
    apply: ({ a, create }) =>
      create(a, 'networking.k8s.io/v1', 'NetworkPolicy', 'widening', {
        spec: ALLOW_ALL,
      }),
  },
  {
    title: 'A rule lets in whoever carries a label, and the neighbour carries it',
    wall: 'network',
    status: 'breached',
    checks: ['net.neighbour-ingress', 'net.no-widening'],
    full: true,
    apply: async ({ a, b, create, label }) => {
      const selector = { matchLabels: { 'walls-test/friend': a.spec.name } };
      const rule = [{ namespaceSelector: selector }];
      await create(a, 'networking.k8s.io/v1', 'NetworkPolicy', 'friends', {
        spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: rule }] },
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
            matchLabels: { 'k8s:io.kubernetes.pod.namespace': a.names.namespace },
          },
          egress: [{ toEntities: ['all'] }],
        },
      }),
  },
  {
    title: "Cilium's own policy is deleted, the plain one stays",
    wall: 'network',
    status: 'breached',
    checks: ['net.policy-spec'],
    full: true,
    apply: ({ a, remove }) => remove(a, 'CiliumNetworkPolicy', 'tenant-egress'),
  },
  {
    title: 'The Vault policy has a wildcard over every tenant',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.canary-data', 'sec.neighbour-data', 'sec.capabilities', 'sec.eso-neighbour', 'sec.policy-text'],
    apply: ({ a, policy }) => policy(a, read('secret/data/*')),
  },
  {
    title: "The Vault policy's path ends in a wildcard, and takes in names that begin alike",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.prefix-twin', 'sec.policy-text'],
    apply: ({ a, policy }) => policy(a, read(`secret/data/${a.names.kvPath}*`)),
  },
  {
    title: 'The Vault policy may list the mount',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.list-root', 'sec.canary-list'],
    full: true,
    apply: ({ a, policy }) =>
      policy(a, 'path "secret/metadata/*" { capabilities = ["list"] }\n'),
  },
  {
    title: 'The Vault policy may write itself',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.escalate'],
    full: true,
    apply: ({ a, policy }) =>
      policy(a, 'path "sys/policies/acl/*" { capabilities = ["update"] }\n'),
  },
  {
    title: "The neighbour's role is bound to any name in any namespace",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.neighbour-role'],
    apply: ({ b, role }) =>
      role(b, {
        bound_service_account_names: ['*'],
        bound_service_account_namespaces: ['*'],
      }),
  },
  {
    title: "The tenant's own role is bound to any name in any namespace",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.policy-text'],
    full: true,
    apply: ({ a, role }) =>
      role(a, {
        bound_service_account_names: ['*'],
        bound_service_account_namespaces: ['*'],
      }),
  },
  {
    title: "The role gives the neighbour's policy on top",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.token-policies', 'sec.neighbour-data'],
    apply: ({ a, b, role }) =>
      role(a, { token_policies: [a.names.vaultPolicy, b.names.vaultPolicy] }),
  },
  {
    title: 'The role asks for no audience',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.wrong-audience', 'sec.policy-text'],
    apply: ({ a, role }) => role(a, { audience: '' }),
  },
  {
    title: 'The SecretStore is hijacked: it logs in as External Secrets itself',
    wall: 'secret',
    status: 'breached',
    checks: ['sec.store-spec'],
    apply: ({ a, patch }) =>
      patch(a, 'SecretStore', 'vault', {
        spec: {
          provider: { vault: { auth: { kubernetes: { serviceAccountRef: null } } } },
        },
      }),
  },
  {
    title: "An ExternalSecret for the neighbour's key was slipped in",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.store-spec'],
    full: true,
    apply: ({ a, b, create }) =>
      create(a, 'external-secrets.io/v1', 'ExternalSecret', 'slipped-in', {
        spec: {
          secretStoreRef: { kind: 'SecretStore', name: 'vault' },
          dataFrom: [{ extract: { key: b.names.kvPath } }],
        },
      }),
  },
  {
    title: "The tenant's ServiceAccount may read the canary's Secrets",
    wall: 'secret',
    status: 'breached',
    checks: ['sec.k8s-secrets'],
    apply: ({ a, bindIn, lab }) =>
      bindIn(`${lab.platform.naming.namespacePrefix}canary`, 'edit', {
        kind: 'ServiceAccount',
        namespace: a.names.namespace,
        name: a.names.workloadServiceAccount,
      }),
  },
  {
    title: 'The owner is bound to `admin`, which may make stores and change policies',
    wall: 'secret',
    status: 'breached',
    also: ['resource'],
    checks: ['sec.owner-hijack', 'res.owner-edit'],
    apply: ({ a, bindIn }) =>
      bindIn(a.names.namespace, 'admin', {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Group',
        name: a.names.ownerGroup,
      }),
  },
  {
    title: 'The quota is deleted',
    wall: 'resource',
    status: 'breached',
    checks: ['res.quota-memory', 'res.quota-cpu', 'res.quota-spec'],
    apply: ({ a, remove }) => remove(a, 'ResourceQuota', 'tenant-quota'),
  },
  {
    title: 'The quota is raised to what the checks ask for at most',
    wall: 'resource',
    status: 'breached',
    checks: ['res.quota-spec', 'res.quota-memory'],
    full: true,
    apply: ({ a, patch }) =>
      patch(a, 'ResourceQuota', 'tenant-quota', {
        spec: { hard: { 'limits.memory': '64Gi', 'requests.memory': '64Gi' } },
      }),
  },
  {
    title: 'The quota of objects is deleted',
    wall: 'resource',
    status: 'breached',
    checks: ['res.quota-objects', 'res.quota-spec'],
    full: true,
    apply: ({ a, remove }) => remove(a, 'ResourceQuota', 'tenant-objects'),
  },
  {
    title: 'The LimitRange is deleted, and the quota with it',
    wall: 'resource',
    status: 'breached',
    checks: ['res.container-max', 'res.init-container-max', 'res.pod-level', 'res.quota-spec'],
    apply: async ({ a, remove }) => {
      await remove(a, 'LimitRange', 'tenant-limits');
      await remove(a, 'ResourceQuota', 'tenant-quota');
    },
  },
  {
    title: 'The LimitRange is raised',
    wall: 'resource',
    status: 'breached',
    checks: ['res.quota-spec'],
    full: true,
    apply: ({ a, patch }) =>
      patch(a, 'LimitRange', 'tenant-limits', {
        spec: { limits: [{ type: 'Container', max: { memory: '32Gi' } }] },
      }),
  },
  {
    title: "The namespace's PodSecurity label is gone",
    wall: 'resource',
    status: 'breached',
    checks: ['res.privileged', 'res.host-namespaces', 'res.host-path'],
    apply: ({ a, label }) =>
      label(a, { 'pod-security.kubernetes.io/enforce': null }),
  },
];
