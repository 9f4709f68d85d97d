import { tenantPlan } from '../../__fixtures__/plan';
import { TrustedSubject } from '../../config/platform';
import { PolicyRule, Rbac, RbacObjects, serviceAccount, Subject } from './rbac';
import { reachesOutside, whoCan } from './whoCan';

const { plan } = tenantPlan({ network: { provider: 'cilium' } });
const NS = plan.names.namespace;
const OWNERS: Subject = plan.names.ownerSubject;

/** A rule as `verb resource.group`, and the name of the one object that it is about. */
function rule(text: string, name?: string): PolicyRule {
  const [verbs, kinds] = text.split(' ');
  const [, resources, group = ''] = /^([^.]*)(?:\.(.*))?$/.exec(kinds)!;
  return {
    verbs: verbs.split(','),
    apiGroups: [group],
    resources: resources.split(','),
    ...(name && { resourceNames: [name] }),
  };
}

/** A subject bound to one rule: in a namespace, or in all. */
function bound(
  subject: Subject,
  given: PolicyRule,
  namespace: string | undefined = NS,
  name = 'x',
): RbacObjects {
  const role = { metadata: { name }, rules: [given] };
  const binding = {
    metadata: { name, namespace },
    roleRef: { kind: 'ClusterRole', name },
    subjects: [subject],
  };
  return {
    clusterRoles: [role],
    roles: [],
    clusterRoleBindings: namespace ? [] : [binding],
    roleBindings: namespace ? [binding] : [],
  };
}

const everywhere = (subject: Subject, given: PolicyRule, name?: string) => ({
  ...bound(subject, given, 'any', name),
  clusterRoleBindings: bound(subject, given, 'any', name).roleBindings.map(
    binding => ({ ...binding, metadata: { name: binding.metadata.name } }),
  ),
  roleBindings: [],
});

const found = (
  objects: RbacObjects,
  wall: 'network' | 'secret' | 'resource' = 'secret',
  trusted: TrustedSubject[] = [],
) =>
  whoCan(new Rbac(objects), plan, wall, trusted).map(
    ({ subject, actions }) => `${subject}: ${actions.join(', ')}`,
  );

const RBAC = 'rbac.authorization.k8s.io';
const SYNC = 'external-secrets.io';

describe('who can open the secret wall', () => {
  it.each<[what: string, right: string, name?: string]>([
    ['one Secret by its name', 'get secrets', 'n8n'],
    ['all Secrets in a list', 'list secrets'],
    ['Secrets as they change', 'watch secrets'],
    ['a pod', 'create pods'],
    ['a pod’s image', 'patch pods'],
    ['a command', 'create pods/exec'],
    ['a command by GET', 'get pods/exec'],
    ['a terminal', 'create pods/attach'],
    ['a port', 'create pods/portforward'],
    ['a proxy', 'get services/proxy'],
    ['a container for debugging', 'patch pods/ephemeralcontainers'],
    ['a Job', 'create jobs.batch'],
    ['a CronJob', 'patch cronjobs.batch'],
    ['a Deployment', 'patch deployments.apps'],
    ['a Deployment by its name', 'update deployments.apps', 'n8n'],
    ['a ReplicaSet', 'create replicasets.apps'],
    ['an old controller', 'create replicationcontrollers'],
    ['a token', 'create serviceaccounts/token', 'n8n-acme'],
    ['another’s name', 'impersonate serviceaccounts'],
    ['a store', `patch secretstores.${SYNC}`],
    ['what is fetched', `create externalsecrets.${SYNC}`],
    ['what is pushed', `create pushsecrets.${SYNC}`],
    ['a role', `bind roles.${RBAC}`],
    ['the owner’s binding', `update rolebindings.${RBAC}`, 'threewalls-owner'],
  ])('by a right to %s', (_, ...right) => {
    expect(found(bound(OWNERS, rule(...right)))).toEqual([
      `Group acme-team: ${right[0]}`,
    ]);
  });

  it.each<[string, Subject]>([
    ['the owner', OWNERS],
    ['another group', { kind: 'Group', name: 'globex-team' }],
    ['everybody', { kind: 'Group', name: 'system:authenticated' }],
    ['a user', { kind: 'User', name: 'mallory' }],
    ['its own account', { kind: 'ServiceAccount', namespace: NS, name: 'n8n' }],
    [
      'another namespace’s account',
      { kind: 'ServiceAccount', namespace: 'ci', name: 'deployer' },
    ],
    [
      'what only looks like a controller',
      { kind: 'ServiceAccount', namespace: 'kube-system', name: 'x' },
    ],
  ])('every kind of subject: %s', (_, subject) => {
    const admin = rule('* *.*');
    expect(found(bound(subject, admin))).toHaveLength(1);
    expect(found(everywhere(subject, admin))).toHaveLength(1);
    expect(found(bound(subject, admin, 'elsewhere'))).toEqual([]);
  });

  it.each<[string, PolicyRule]>([
    ['reading objects', rule('get,list,watch pods,pods/log,services')],
    ['scaling n8n', rule('patch deployments/scale.apps', 'n8n')],
    ['a status', rule(`patch secretstores/status.${SYNC}`)],
    ['a name that nothing can be made under', rule('create pods', 'x')],
    ['another’s binding', rule(`patch rolebindings/x.${RBAC}`)],
    ['another group’s Secrets', rule('get secrets.example.com')],
    ['a page of the API', { verbs: ['get'], resources: undefined }],
  ])('not by %s', (_, given) => {
    expect(found(bound(OWNERS, given))).toEqual([]);
  });

  it('by what only a ClusterRoleBinding gives', () => {
    const users = rule('impersonate users');
    const proxy = rule('create nodes/proxy');
    expect(found(everywhere(OWNERS, users))).toHaveLength(1);
    expect(found(everywhere(OWNERS, proxy))).toHaveLength(1);
    expect(found(bound(OWNERS, users))).toEqual([]);
    expect(found(bound(OWNERS, proxy))).toEqual([]);
  });

  it('says the binding', () => {
    const [one] = whoCan(
      new Rbac(bound(OWNERS, rule('get secrets'))),
      plan,
      'secret',
      [],
    );
    expect(one.binding).toBe(`RoleBinding ${NS}/x to ClusterRole x`);
  });

  it('takes a role of the namespace for what it is there only', () => {
    const objects = bound(OWNERS, rule('get secrets'));
    const [role] = objects.clusterRoles;
    const roleRef = { kind: 'Role', name: 'x' };
    const local = (namespace: string) => ({
      ...objects,
      clusterRoles: [],
      roles: [{ ...role, metadata: { name: 'x', namespace } }],
      roleBindings: [{ ...objects.roleBindings[0], roleRef }],
    });
    expect(found(local(NS))).toHaveLength(1);
    expect(found(local('elsewhere'))).toEqual([]);
  });

  it('takes an account without a namespace for one of the binding’s', () => {
    const account = { kind: 'ServiceAccount', name: 'n8n' };
    expect(found(bound(account, rule('get secrets')))).toEqual([
      `ServiceAccount ${NS}/n8n: get secrets`,
    ]);
  });
});

describe('who is trusted', () => {
  const admin = rule('* *.*');
  const operator = { kind: 'ServiceAccount', namespace: 'ops', name: 'sync' };

  it.each<[string, Subject]>([
    ['administrators', { kind: 'Group', name: 'system:masters' }],
    ['the scheduler', { kind: 'User', name: 'system:kube-scheduler' }],
  ])('%s, always', (_, subject) => {
    expect(found(everywhere(subject, admin))).toEqual([]);
  });

  it('a built-in controller, by its own binding only', () => {
    const job = {
      kind: 'ServiceAccount',
      namespace: 'kube-system',
      name: 'job-controller',
    };
    const name = 'system:controller:job-controller';
    expect(found(everywhere(job, admin, name))).toEqual([]);
    expect(found(everywhere(job, admin, 'more'))).toHaveLength(1);
    expect(found(bound(job, admin, NS, name))).toHaveLength(1);
    const other = { ...job, name: 'daemon-set-controller' };
    expect(found(everywhere(other, admin, name))).toHaveLength(1);
  });

  it.each<[string, TrustedSubject, number]>([
    ['by name', { ...operator, kind: 'ServiceAccount' }, 0],
    [
      'all of a namespace',
      { ...operator, kind: 'ServiceAccount', name: '*' },
      0,
    ],
    [
      'another namespace',
      { ...operator, kind: 'ServiceAccount', namespace: 'x' },
      1,
    ],
    ['a user of that name', { kind: 'User', name: 'sync' }, 1],
  ])('whom config names: %s', (_, trusted, findings) => {
    expect(
      found(everywhere(operator, admin), 'secret', [trusted]),
    ).toHaveLength(findings);
  });
});

describe('who can open the other walls', () => {
  it.each<['network' | 'resource', right: string, name?: string]>([
    ['network', 'delete networkpolicies.networking.k8s.io'],
    ['network', 'create ciliumnetworkpolicies.cilium.io'],
    ['network', 'patch services', 'n8n'],
    ['resource', 'deletecollection resourcequotas'],
    ['resource', 'patch limitranges', 'tenant-limits'],
    ['resource', 'patch namespaces', NS],
    ['resource', 'patch deployments.apps', 'n8n'],
  ])('%s: %s', (wall, ...right) => {
    expect(found(bound(OWNERS, rule(...right)), wall)).toEqual([
      `Group acme-team: ${right[0]}`,
    ]);
  });

  it.each<['network' | 'resource', right: string, name?: string]>([
    ['network', 'patch services', 'another'],
    ['network', 'delete services'],
    ['resource', 'patch namespaces', 'kube-system'],
    ['resource', 'create namespaces'],
    ['resource', 'patch persistentvolumeclaims'],
    ['resource', 'get,list resourcequotas'],
  ])('not %s: %s', (wall, ...right) => {
    expect(found(bound(OWNERS, rule(...right)), wall)).toEqual([]);
  });
});

describe('what a tenant’s own accounts reach outside', () => {
  const secrets = rule('get secrets');
  const reach = (objects: RbacObjects) =>
    reachesOutside(new Rbac(objects), plan, []).length;
  const own = { kind: 'ServiceAccount', namespace: NS, name: 'n8n' };

  it.each<[string, Subject]>([
    ['by name', own],
    ['by group', { kind: 'Group', name: `system:serviceaccounts:${NS}` }],
    ['as a user', { kind: 'User', name: `system:serviceaccount:${NS}:n8n` }],
    ['another of its accounts', { ...own, name: 'default' }],
  ])('%s', (_, subject) => {
    expect(reach(bound(subject, secrets, 'elsewhere'))).toBe(1);
    expect(reach(everywhere(subject, secrets))).toBe(1);
    // In its own namespace that is another's finding.
    expect(reach(bound(subject, secrets))).toBe(0);
  });

  it('is nothing of another namespace’s', () => {
    const other = { ...own, namespace: `${NS}-2` };
    expect(reach(bound(other, secrets, 'elsewhere'))).toBe(0);
    const user = { kind: 'User', name: `system:serviceaccount:${NS}-2:n8n` };
    expect(reach(everywhere(user, secrets))).toBe(0);
  });
});

describe('Rbac', () => {
  it('answers as the API server does, group by group', () => {
    const rbac = new Rbac(
      bound(
        { kind: 'Group', name: `system:serviceaccounts:${NS}` },
        rule('get secrets'),
      ),
    );
    const get = { verb: 'get', group: '', resource: 'secrets' };
    expect(rbac.allows(serviceAccount(NS, 'n8n'), get, NS)).toBe(true);
    expect(rbac.allows(serviceAccount(NS, 'n8n'), get, 'other')).toBe(false);
    expect(rbac.allows(serviceAccount('other', 'n8n'), get, NS)).toBe(false);
    expect(rbac.allows({ user: 'mallory', groups: [] }, get, NS)).toBe(false);
  });
});
