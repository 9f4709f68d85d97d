import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { objectOf, RBAC, refOf } from './support/lab';
import { Mutation, rowsOf } from './wallsMutation';

const ESO = 'external-secrets.io';
const ADMISSION = 'admissionregistration.k8s.io';

const group = (name: string) => ({ apiGroup: RBAC, kind: 'Group', name });
const owners = ({ names }: TenantPlan) => ({
  apiGroup: RBAC,
  ...names.ownerSubject,
});

const account = (namespace: string, name: string) => ({
  kind: 'ServiceAccount',
  namespace,
  name,
});

/** A rule about one kind of things, or about some of it by their names. */
const to = (
  verbs: string,
  resource: string,
  apiGroup = '',
  ...resourceNames: string[]
) => ({
  verbs: verbs.split(','),
  apiGroups: [apiGroup],
  resources: [resource],
  ...(resourceNames.length > 0 && { resourceNames }),
});

const TOKENS = to('create', 'serviceaccounts/token');

/** A right of the owner's by which a wall could be opened, and what is found of it. */
function ownerMay(
  title: string,
  rule: ReturnType<typeof to>,
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
  rule: ReturnType<typeof to>,
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
  ownerMay('get one Secret, by its name', to('get', 'secrets', '', 'n8n'), {
    inCi: true,
  }),
  ownerMay('list and watch Secrets', to('list,watch', 'secrets')),
  ownerMay('create Jobs', to('create', 'jobs', 'batch')),
  ownerMay('patch Deployments', to('patch', 'deployments', 'apps'), {
    also: ['resource'],
  }),
  ownerMay('patch SecretStores', to('patch', 'secretstores', ESO)),
  ownerMay('push Secrets out', to('create', 'pushsecrets', ESO)),
  ownerMay(
    'attach containers to pods for debugging',
    to('patch', 'pods/ephemeralcontainers'),
  ),
  ownerMay('run commands in pods, by GET', to('get', 'pods/exec')),
  ownerMay('have tokens of ServiceAccounts', TOKENS),
  ownerMay(
    'act as another ServiceAccount',
    to('impersonate', 'serviceaccounts'),
  ),
  ownerMay('bind any Role', to('bind', 'roles', RBAC)),
  ownerMay(
    'delete NetworkPolicies',
    to('deletecollection', 'networkpolicies', 'networking.k8s.io'),
    { wall: 'network' },
  ),
  ownerMay(
    'have n8n’s Service lead to somebody else',
    to('create', 'endpointslices', 'discovery.k8s.io'),
    { wall: 'network' },
  ),
  ownerMay('patch its own namespace, and no other', to('patch', 'namespaces'), {
    wall: 'resource',
    apply: ({ a, grant }) => {
      const { namespace } = a.names;
      const rule = to('patch', 'namespaces', '', namespace);
      return grant(owners(a), rule, namespace);
    },
  }),
  ownerMayEverywhere(
    'approve certificates of users',
    to(
      ...(['approve', 'signers', 'certificates.k8s.io'] as const),
      'kubernetes.io/kube-apiserver-client',
    ),
  ),
  ownerMayEverywhere(
    'have all that is written sent to a webhook',
    to('create', 'mutatingwebhookconfigurations', ADMISSION),
  ),
  ownerMayEverywhere(
    'make volumes of a node’s files',
    to('create', 'persistentvolumes'),
  ),
  ownerMayEverywhere(
    'copy whatever volume there is',
    to('create', 'volumesnapshotcontents', 'snapshot.storage.k8s.io'),
  ),
  ownerMayEverywhere(
    'write Calico’s policies, on a cluster that has none',
    to('patch', 'globalnetworkpolicies', 'crd.projectcalico.org'),
    { wall: 'network' },
  ),
  ownerMayEverywhere(
    'lift what admission holds',
    to('delete', 'validatingadmissionpolicies', ADMISSION),
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
    apply: ({ a, grant }) => grant(owners(a), TOKENS, 'threewalls-system'),
  },
  {
    title: 'An account of kube-system that a pipeline has may run pods there',
    checks: ['sec.who-can'],
    says: /^ServiceAccount kube-system\/pipeline may create pods/,
    shared: true,
    apply: ({ grant }) =>
      grant(
        account('kube-system', 'pipeline'),
        to('create', 'pods'),
        'kube-system',
      ),
  },
  {
    title: 'Every ServiceAccount may read Secrets of one other namespace',
    checks: ['sec.k8s-secrets'],
    says: /^Group system:serviceaccounts may get secrets \(RoleBinding sys-vault\//,
    shared: true,
    apply: ({ grant }) =>
      grant(group('system:serviceaccounts'), to('get', 'secrets'), 'sys-vault'),
  },
  {
    title:
      'A controller beside the trusted ones elects a leader and has its Secrets',
    status: 'holds',
    checks: ['sec.who-can', 'sec.k8s-secrets'],
    shared: true,
    neighbourHolds: true,
    apply: async ({ grant }) => {
      const rule = {
        verbs: ['get', 'create', 'update', 'patch'],
        apiGroups: ['', 'coordination.k8s.io'],
        resources: ['configmaps', 'leases', 'secrets'],
      };
      for (const home of ['external-secrets', 'kube-system']) {
        await grant(account(home, 'walls-test'), rule, home);
      }
    },
  },
  {
    title:
      "The neighbour's owner has the owner's role here, by one more binding",
    checks: ['sec.who-can'],
    says: /^Group .* may .* to ClusterRole threewalls-tenant-owner/,
    neighbourHolds: true,
    apply: ({ a, b, bindIn }) =>
      bindIn(a.names.namespace, 'threewalls-tenant-owner', owners(b)),
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
    apply: ({ a, bindIn }) => {
      const { namespace, workloadServiceAccount } = a.names;
      const subject = account(namespace, workloadServiceAccount);
      return bindIn(namespace, 'admin', subject);
    },
  },
  {
    title: 'Everybody who is signed in may read every Secret of the cluster',
    checks: ['sec.who-can'],
    says: /^Group system:authenticated may get secrets \(ClusterRoleBinding/,
    shared: true,
    apply: ({ grant }) =>
      grant(group('system:authenticated'), to('get', 'secrets')),
  },
  {
    title: "The owner's role was edited, and reads Secrets since",
    checks: ['sec.who-can'],
    says: /RoleBinding .*threewalls-owner to ClusterRole threewalls-tenant-owner/,
    shared: true,
    apply: async ({ lab, change }) => {
      const path = `/apis/${RBAC}/v1/clusterroles/threewalls-tenant-owner`;
      const { rules } = await lab.admin.expect({ method: 'GET', path });
      await change(path, { rules: [...rules, to('get', 'secrets')] });
    },
  },
  {
    title: 'A role takes in another by its label, and that one reads Secrets',
    checks: ['sec.who-can'],
    neighbourHolds: true,
    apply: async ({ a, add, bindIn, lab, waitFor }) => {
      const labels = { 'walls-test/aggregate': a.spec.name };
      const name = `walls-test-${a.spec.name}`;
      const clusterRoleSelectors = [{ matchLabels: labels }];
      const aggregationRule = { clusterRoleSelectors };
      const part = { name: `${name}-part`, labels };
      await add(
        objectOf('ClusterRole', { name }, { aggregationRule }),
        objectOf('ClusterRole', part, { rules: [to('get', 'secrets')] }),
      );
      await waitFor(async () => {
        const role = await lab.admin.get<any>(refOf('ClusterRole', name));
        return role?.rules?.length > 0;
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
    apply: ({ hideFromPortal }) => hideFromPortal('clusterrolebindings'),
  },
]);
