import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { Mutation, rowsOf } from './wallsMutation';

const RBAC = 'rbac.authorization.k8s.io';
const ESO = 'external-secrets.io';

const group = (name: string) => ({ apiGroup: RBAC, kind: 'Group', name });
const owners = ({ names }: TenantPlan) => ({
  apiGroup: RBAC,
  ...names.ownerSubject,
});

/** A right of the owner's by which a wall could be opened, and what is found of it. */
function ownerMay(
  title: string,
  rule: { verbs: string[]; resources: string[]; [field: string]: unknown },
  rest: Partial<Mutation> = {},
): Mutation {
  const wall = rest.wall ?? 'secret';
  const checks: Record<typeof wall, string> = {
    network: 'net.who-can',
    secret: 'sec.who-can',
    resource: 'res.who-can',
  };
  return {
    title: `The owner may ${title}`,
    wall,
    status: 'breached',
    checks: [checks[wall]],
    says: /^Group .* may .* \(RoleBinding .* to ClusterRole walls-test/,
    neighbourHolds: true,
    apply: ({ a, grant }) => grant(owners(a), rule, a.names.namespace),
    ...rest,
  };
}

/** A right of the owner's that gives the whole cluster: every tenant's walls turn. */
const ownerMayEverywhere = (
  title: string,
  rule: Parameters<typeof ownerMay>[1],
  rest: Partial<Mutation> = {},
): Mutation =>
  ownerMay(title, rule, {
    says: /^Group .* may .* \(ClusterRoleBinding/,
    shared: true,
    neighbourHolds: false,
    apply: ({ a, grant }) => grant(owners(a), rule),
    ...rest,
  });

/** Somebody may do what opens a wall: found by the right, without anybody using it. */
export const ACCESS_MUTATIONS = rowsOf('secret', 'breached', [
  ownerMay(
    'get one Secret, by its name',
    { verbs: ['get'], resources: ['secrets'], resourceNames: ['n8n'] },
    { inCi: true },
  ),
  ownerMay('list and watch Secrets', {
    verbs: ['list', 'watch'],
    resources: ['secrets'],
  }),
  ownerMay('create Jobs', {
    verbs: ['create'],
    apiGroups: ['batch'],
    resources: ['jobs'],
  }),
  ownerMay(
    'patch Deployments',
    { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments'] },
    { also: ['resource'] },
  ),
  ownerMay('patch SecretStores', {
    verbs: ['patch'],
    apiGroups: [ESO],
    resources: ['secretstores'],
  }),
  ownerMay('push Secrets out', {
    verbs: ['create'],
    apiGroups: [ESO],
    resources: ['pushsecrets'],
  }),
  ownerMay('attach containers to pods for debugging', {
    verbs: ['patch'],
    resources: ['pods/ephemeralcontainers'],
  }),
  ownerMay('run commands in pods, by GET', {
    verbs: ['get'],
    resources: ['pods/exec'],
  }),
  ownerMay('have tokens of ServiceAccounts', {
    verbs: ['create'],
    resources: ['serviceaccounts/token'],
  }),
  ownerMay('act as another ServiceAccount', {
    verbs: ['impersonate'],
    resources: ['serviceaccounts'],
  }),
  ownerMay('bind any Role', {
    verbs: ['bind'],
    apiGroups: [RBAC],
    resources: ['roles'],
  }),
  ownerMay(
    'delete NetworkPolicies',
    {
      verbs: ['deletecollection'],
      apiGroups: ['networking.k8s.io'],
      resources: ['networkpolicies'],
    },
    { wall: 'network' },
  ),
  ownerMay(
    'have n8n’s Service lead to somebody else',
    {
      verbs: ['create'],
      apiGroups: ['discovery.k8s.io'],
      resources: ['endpointslices'],
    },
    { wall: 'network' },
  ),
  ownerMay(
    'patch its own namespace, and no other',
    { verbs: ['patch'], resources: ['namespaces'], resourceNames: [] },
    {
      wall: 'resource',
      apply: ({ a, grant }) =>
        grant(
          owners(a),
          {
            verbs: ['patch'],
            resources: ['namespaces'],
            resourceNames: [a.names.namespace],
          },
          a.names.namespace,
        ),
    },
  ),
  ownerMayEverywhere('approve certificates of users', {
    verbs: ['approve'],
    apiGroups: ['certificates.k8s.io'],
    resources: ['signers'],
    resourceNames: ['kubernetes.io/kube-apiserver-client'],
  }),
  ownerMayEverywhere('have all that is written sent to a webhook', {
    verbs: ['create'],
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['mutatingwebhookconfigurations'],
  }),
  ownerMayEverywhere('make volumes of a node’s files', {
    verbs: ['create'],
    resources: ['persistentvolumes'],
  }),
  ownerMayEverywhere('copy whatever volume there is', {
    verbs: ['create'],
    apiGroups: ['snapshot.storage.k8s.io'],
    resources: ['volumesnapshotcontents'],
  }),
  ownerMayEverywhere(
    'write Calico’s policies, on a cluster that has none',
    {
      verbs: ['patch'],
      apiGroups: ['crd.projectcalico.org'],
      resources: ['globalnetworkpolicies'],
    },
    { wall: 'network' },
  ),
  ownerMayEverywhere(
    'lift what admission holds',
    {
      verbs: ['delete'],
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingadmissionpolicies'],
    },
    { wall: 'resource' },
  ),
  {
    title: 'The owner may edit where External Secrets runs',
    checks: ['sec.who-can'],
    says: /^Group .* may .* \(RoleBinding external-secrets\/.* to ClusterRole edit/,
    shared: true,
    apply: ({ a, bindIn }) => bindIn('external-secrets', 'edit', owners(a)),
  },
  {
    title: 'The owner may edit where Vault runs',
    checks: ['sec.who-can'],
    says: /^Group .* may .* \(RoleBinding sys-vault\/.* to ClusterRole edit/,
    shared: true,
    apply: ({ a, bindIn }) => bindIn('sys-vault', 'edit', owners(a)),
  },
  {
    title: 'The owner may have tokens of the portal',
    checks: ['sec.who-can'],
    says: /may create serviceaccounts\/token \(RoleBinding threewalls-system\//,
    shared: true,
    apply: ({ a, grant }) =>
      grant(
        owners(a),
        { verbs: ['create'], resources: ['serviceaccounts/token'] },
        'threewalls-system',
      ),
  },
  {
    title: 'An account of kube-system that a pipeline has may run pods there',
    checks: ['sec.who-can'],
    says: /^ServiceAccount kube-system\/pipeline may create pods/,
    shared: true,
    apply: ({ grant }) =>
      grant(
        { kind: 'ServiceAccount', namespace: 'kube-system', name: 'pipeline' },
        { verbs: ['create'], resources: ['pods'] },
        'kube-system',
      ),
  },
  {
    title: 'Every ServiceAccount may read Secrets of one other namespace',
    checks: ['sec.k8s-secrets'],
    says: /^Group system:serviceaccounts may get secrets \(RoleBinding sys-vault\//,
    shared: true,
    apply: ({ grant }) =>
      grant(
        group('system:serviceaccounts'),
        { verbs: ['get'], resources: ['secrets'] },
        'sys-vault',
      ),
  },
  {
    title:
      'A controller beside the trusted ones elects a leader and has its Secrets',
    status: 'holds',
    checks: ['sec.who-can', 'sec.k8s-secrets'],
    shared: true,
    neighbourHolds: true,
    apply: async ({ grant }) => {
      const controller = (namespace: string) => ({
        kind: 'ServiceAccount',
        namespace,
        name: 'walls-test',
      });
      for (const home of ['external-secrets', 'kube-system']) {
        await grant(
          controller(home),
          {
            verbs: ['get', 'create', 'update', 'patch'],
            apiGroups: ['', 'coordination.k8s.io'],
            resources: ['configmaps', 'leases', 'secrets'],
          },
          home,
        );
      }
    },
  },
  {
    title: "The neighbour's owner is admin here",
    also: ['network', 'resource'],
    checks: ['sec.who-can'],
    says: /to ClusterRole admin/,
    apply: ({ a, b, bindIn }) => bindIn(a.names.namespace, 'admin', owners(b)),
  },
  {
    title: 'A user, of no group, may edit here',
    also: ['network', 'resource'],
    checks: ['sec.who-can'],
    says: /^User mallory may/,
    neighbourHolds: true,
    apply: ({ a, bindIn }) =>
      bindIn(a.names.namespace, 'edit', {
        apiGroup: RBAC,
        kind: 'User',
        name: 'mallory',
      }),
  },
  {
    title: "The tenant's own ServiceAccount is admin in its namespace",
    also: ['network', 'resource'],
    checks: ['sec.who-can'],
    says: /^ServiceAccount .*\/n8n may/,
    neighbourHolds: true,
    apply: ({ a, bindIn }) =>
      bindIn(a.names.namespace, 'admin', {
        kind: 'ServiceAccount',
        namespace: a.names.namespace,
        name: a.names.workloadServiceAccount,
      }),
  },
  {
    title: 'Everybody who is signed in may read every Secret of the cluster',
    checks: ['sec.who-can'],
    says: /^Group system:authenticated may get secrets \(ClusterRoleBinding/,
    shared: true,
    apply: ({ grant }) =>
      grant(group('system:authenticated'), {
        verbs: ['get'],
        resources: ['secrets'],
      }),
  },
  {
    title: "The owner's role was edited, and reads Secrets since",
    checks: ['sec.who-can'],
    says: /RoleBinding .*threewalls-owner to ClusterRole threewalls-tenant-owner/,
    shared: true,
    apply: async ({ lab, change }) => {
      const path = `/apis/${RBAC}/v1/clusterroles/threewalls-tenant-owner`;
      const { rules } = await lab.admin.expect({ method: 'GET', path });
      const more = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };
      await change(path, { rules: [...rules, more] });
    },
  },
  {
    title: 'A role takes in another by its label, and that one reads Secrets',
    checks: ['sec.who-can'],
    neighbourHolds: true,
    apply: async ({ a, add, bindIn, lab, waitFor }) => {
      const labels = { 'walls-test/aggregate': a.spec.name };
      const name = `walls-test-${a.spec.name}`;
      const role = (
        metadata: { name: string; labels?: object },
        rest: object,
      ) => ({
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRole',
        metadata,
        ...rest,
      });
      await add(
        role(
          { name },
          {
            aggregationRule: {
              clusterRoleSelectors: [{ matchLabels: labels }],
            },
          },
        ),
        role(
          { name: `${name}-part`, labels },
          {
            rules: [
              { verbs: ['get'], apiGroups: [''], resources: ['secrets'] },
            ],
          },
        ),
      );
      await waitFor(async () => {
        const path = `/apis/${RBAC}/v1/clusterroles/${name}`;
        const { rules } = await lab.admin.expect({ method: 'GET', path });
        return rules?.length > 0;
      }, 'the role to be aggregated');
      await bindIn(a.names.namespace, name, owners(a));
    },
  },
  {
    title: 'The portal may not list roles: who can is not known',
    status: 'unproven',
    also: ['network', 'resource'],
    checks: ['sec.who-can'],
    says: /Roles: .*forbidden/,
    shared: true,
    isForgotten: true,
    apply: async ({ lab, change }) => {
      const path = `/apis/${RBAC}/v1/clusterroles/threewalls-portal`;
      const { rules } = await lab.admin.expect({ method: 'GET', path });
      await change(path, {
        rules: rules.filter(
          ({ resources }: any) => !resources.includes('clusterrolebindings'),
        ),
      });
    },
  },
]);
