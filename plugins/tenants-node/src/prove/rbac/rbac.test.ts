import { tenantPlan } from '../../__fixtures__/plan';
import { pluralOf } from '../../clients/kinds';
import { TrustedSubject } from '../../config/platform';
import { PRESETS } from '../../config/presets';
import { KINDS } from '../attempts/policies';
import { PolicyRule, Rbac, RbacObjects, serviceAccount, Subject } from './rbac';
import { reachesOutside, whoCan } from './whoCan';

const { plan } = tenantPlan({ network: { provider: 'cilium' } });
const NS = plan.names.namespace;
const OWNERS: Subject = plan.names.ownerSubject;

const PORTAL = { namespace: 'threewalls-system', name: 'threewalls-portal' };
const ESO = { namespace: 'external-secrets', name: 'external-secrets' };
/** Whom config trusts: the portal and External Secrets, always, and one more. */
const TRUSTED: TrustedSubject[] = [
  { kind: 'ServiceAccount', ...PORTAL },
  { kind: 'ServiceAccount', ...ESO },
  { kind: 'User', name: 'system:serviceaccount:ops:sync' },
];

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
  its = plan,
) =>
  whoCan(new Rbac(objects), its, wall, trusted).map(
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
    ['OpenShift’s Deployment', 'patch deploymentconfigs.apps.openshift.io'],
    ['a pipeline’s run', 'create taskruns.tekton.dev'],
    ['a workflow', 'create workflows.argoproj.io'],
    ['a machine', 'create virtualmachines.kubevirt.io'],
    ['what Flux applies', 'create kustomizations.kustomize.toolkit.fluxcd.io'],
    ['a chart that k3s installs', 'create helmcharts.helm.cattle.io'],
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
    [
      'who makes copies of volumes',
      {
        kind: 'ServiceAccount',
        namespace: 'kube-system',
        name: 'snapshot-controller',
      },
    ],
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

  /** As k3s, kind and minikube make them, for all namespaces. */
  it.each<[preset: string, namespace: string, name: string, given: PolicyRule]>(
    [
      [
        'k3s',
        'kube-system',
        'local-path-provisioner-service-account',
        rule('* pods,persistentvolumes'),
      ],
      ['k3s', 'kube-system', 'helm-traefik', admin],
      [
        'kind',
        'local-path-storage',
        'local-path-provisioner-service-account',
        rule('* pods,persistentvolumes'),
      ],
      [
        'kind',
        'kube-system',
        'storage-provisioner',
        rule('create,delete,get,list,watch persistentvolumes'),
      ],
    ],
  )('whom %s brings: %s/%s', (preset, namespace, name, given) => {
    const brought = { kind: 'ServiceAccount', namespace, name };
    const trusted = PRESETS[preset].trustedSubjects as any;
    expect(found(everywhere(brought, given), 'secret', trusted)).toEqual([]);
    expect(found(everywhere(brought, given))).toHaveLength(1);
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

/** Who is neither the plan's nor trusted, by whatever name it asks. */
const FOREIGN: Subject[] = [
  { kind: 'Group', name: 'globex-team' },
  { kind: 'User', name: 'mallory' },
  { kind: 'ServiceAccount', namespace: 'web-tenant-globex', name: 'n8n' },
  { kind: 'User', name: 'system:serviceaccount:web-tenant-globex:n8n' },
  { kind: 'Group', name: 'system:serviceaccounts:web-tenant-globex' },
  { kind: 'Group', name: 'system:serviceaccounts' },
  { kind: 'Group', name: 'system:authenticated' },
];

describe('every way by which somebody else comes to a right', () => {
  const asRole = (subject: Subject, given: PolicyRule): RbacObjects => {
    const all = bound(subject, given);
    const roleRef = { kind: 'Role', name: 'x' };
    return {
      ...all,
      clusterRoles: [],
      roles: [
        { ...all.clusterRoles[0], metadata: { name: 'x', namespace: NS } },
      ],
      roleBindings: [{ ...all.roleBindings[0], roleRef }],
    };
  };
  const WAYS = {
    'RoleBinding to Role': asRole,
    'RoleBinding to ClusterRole': bound,
    ClusterRoleBinding: everywhere,
  };

  it.each(Object.entries(WAYS))('%s', (_, way) => {
    for (const right of [
      'get secrets',
      'create pods',
      'create pods/exec',
      `create externalsecrets.${SYNC}`,
    ]) {
      for (const subject of FOREIGN) {
        const who = found(way(subject, rule(right)), 'secret', TRUSTED);
        expect([right, subject, who.length]).toEqual([right, subject, 1]);
      }
    }
  });

  /** As the plan's own role has it: to look, and to scale. */
  const looks = rule('get,list pods,pods/log');
  const owner = (subject: Subject, namespace = NS) =>
    bound(subject, looks, namespace, 'threewalls-tenant-owner');

  it('the owner’s own role', () => {
    for (const subject of FOREIGN) {
      const who = `${subject.kind} ${
        subject.kind === 'ServiceAccount' ? `${subject.namespace}/` : ''
      }${subject.name}: get pods, list pods, get pods/log, list pods/log`;
      expect(found(owner(subject), 'secret', TRUSTED)).toEqual([who]);
      expect(
        found(everywhere(subject, looks, 'threewalls-tenant-owner')),
      ).toEqual([who]);
      expect(found(owner(subject), 'resource', TRUSTED)).toEqual([]);
      expect(found(bound(subject, looks, NS, 'view'))).toEqual([]);
      expect(found(owner(subject, 'elsewhere'))).toEqual([]);
    }
    expect(found(owner(OWNERS))).toEqual([]);
    // Config says another since: it is the owner until it is applied.
    const renamed = {
      ...plan,
      names: { ...plan.names, ownerSubject: FOREIGN[0] as typeof OWNERS },
    };
    for (const one of [plan, renamed]) {
      expect(found(owner(OWNERS), 'secret', [], one as typeof plan)).toEqual(
        [],
      );
      expect(
        found(owner(FOREIGN[0]), 'secret', [], one as typeof plan),
      ).toHaveLength(1);
    }
    expect(found(owner(TRUSTED[0]), 'secret', TRUSTED)).toEqual([]);
  });
});

describe('who can change what n8n reads of ConfigMaps', () => {
  const withRoots = tenantPlan({ n8n: { caBundle: { configMap: 'roots' } } });
  const count = (objects: RbacObjects, of = withRoots.plan) =>
    whoCan(new Rbac(objects), of, 'secret', TRUSTED).length;

  it.each<[right: string, name: string | undefined, findings: number]>([
    ['update configmaps', 'roots', 1],
    ['patch configmaps', undefined, 1],
    ['delete configmaps', 'roots', 1],
    ['deletecollection configmaps', undefined, 1],
    ['update,patch,delete configmaps', 'another', 0],
    ['create,get,list,watch configmaps', undefined, 0],
  ])('%s %s', (right, name, findings) => {
    for (const subject of [OWNERS, ...FOREIGN]) {
      const given = rule(right, name);
      expect(count(bound(subject, given))).toBe(findings);
      expect(count(everywhere(subject, given))).toBe(findings);
      expect(count(bound(subject, given, 'elsewhere'))).toBe(0);
      expect(count(everywhere(subject, given), plan)).toBe(0);
    }
  });
});

/** Each of Kubernetes' "RBAC good practices: privilege escalation risks", as rules. */
const ESCALATIONS: [risk: string, ...rules: string[]][] = [
  ['listing secrets', 'get secrets', 'list secrets', 'watch secrets'],
  [
    'workload creation',
    'create pods',
    'create deployments.apps',
    'create daemonsets.apps',
    'create statefulsets.apps',
    'create replicasets.apps',
    'create replicationcontrollers',
    'create jobs.batch',
    'create cronjobs.batch',
  ],
  ['persistent volume creation', 'create persistentvolumes'],
  [
    'a copy of any volume',
    'create volumesnapshotcontents.snapshot.storage.k8s.io',
    'create volumegroupsnapshotcontents.groupsnapshot.storage.k8s.io',
  ],
  ['the proxy of nodes', 'get nodes/proxy', 'create nodes/proxy'],
  ['escalate', `escalate roles.${RBAC}`, `escalate clusterroles.${RBAC}`],
  ['bind', `bind roles.${RBAC}`, `bind clusterroles.${RBAC}`],
  [
    'impersonate',
    'impersonate users',
    'impersonate groups',
    'impersonate serviceaccounts',
    ...['users', 'groups'].map(
      kind => `impersonate:user-info ${kind}.authentication.k8s.io`,
    ),
    'impersonate:arbitrary-node nodes.authentication.k8s.io',
    'impersonate:associated-node nodes.authentication.k8s.io',
    'impersonate:serviceaccount serviceaccounts.authentication.k8s.io',
  ],
  ['certificates', 'approve signers.certificates.k8s.io'],
  ['token requests', 'create serviceaccounts/token'],
  [
    'admission',
    ...[
      'mutatingwebhookconfigurations',
      'validatingwebhookconfigurations',
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
    ].flatMap(kind =>
      ['create', 'update', 'patch'].map(
        verb => `${verb} ${kind}.admissionregistration.k8s.io`,
      ),
    ),
  ],
  ['answering for an API', 'create apiservices.apiregistration.k8s.io'],
];

describe('what Kubernetes says gives more than it seems', () => {
  it.each(
    ESCALATIONS.flatMap(([risk, ...rules]) => rules.map(each => [risk, each])),
  )('%s: %s', (_, given) => {
    expect(found(everywhere(OWNERS, rule(given)))).toEqual([
      `Group acme-team: ${given.replace(
        /^(.*) ([^./]*)(\/[^.]*)(.*)$/,
        '$1 $2$4$3',
      )}`,
    ]);
  });

  it.each<[string, PolicyRule]>([
    [
      'a signer',
      rule('approve signers.certificates.k8s.io', 'kubernetes.io/*'),
    ],
    [
      'nodes’ certificates',
      rule(
        'approve signers.certificates.k8s.io',
        'kubernetes.io/kube-apiserver-client-kubelet',
      ),
    ],
    ['a powerful role', rule(`bind clusterroles.${RBAC}`, 'cluster-admin')],
    [
      'how SecretStores are read',
      rule(
        'patch customresourcedefinitions.apiextensions.k8s.io',
        `secretstores.${SYNC}`,
      ),
    ],
  ])('by the name of %s', (_, given) => {
    expect(found(everywhere(OWNERS, given))).toHaveLength(1);
  });

  it.each<[string, PolicyRule]>([
    ['asking for a certificate', rule('create certificatesigningrequests')],
    [
      'kubelets’ own certificates, as servers',
      rule(
        'approve signers.certificates.k8s.io',
        'kubernetes.io/kubelet-serving',
      ),
    ],
    ['binding a role that reads', rule(`bind clusterroles.${RBAC}`, 'view')],
    [
      'how another kind is read',
      rule(
        'patch customresourcedefinitions.apiextensions.k8s.io',
        'x.example.com',
      ),
    ],
    [
      'seeing what admission asks',
      rule(
        'get,list,watch validatingwebhookconfigurations.admissionregistration.k8s.io',
      ),
    ],
    ['seeing volumes', rule('get,list,watch persistentvolumes')],
    ['claiming a volume', rule('create,patch persistentvolumeclaims')],
    [
      'a copy of one’s own volume',
      rule('create volumesnapshots.snapshot.storage.k8s.io'),
    ],
    [
      'what is known of a copy',
      rule('update,patch volumesnapshotcontents.snapshot.storage.k8s.io'),
    ],
  ])('not by %s', (_, given) => {
    expect(found(everywhere(OWNERS, given))).toEqual([]);
  });
});

/** Places and rights by which one becomes an account that is trusted. */
const HOMES = [PORTAL.namespace, ESO.namespace, 'ops', 'kube-system'];
const BECOMING: [string, string?][] = [
  ['* *.*'],
  ['get secrets', 'token'],
  ['create pods'],
  ['patch deployments.apps'],
  ['create jobs.batch'],
  ['get pods/exec'],
  ['patch pods/ephemeralcontainers'],
  ['create serviceaccounts/token'],
  ['impersonate serviceaccounts'],
  ['impersonate:serviceaccount serviceaccounts.authentication.k8s.io'],
  [`create rolebindings.${RBAC}`],
  [`escalate roles.${RBAC}`],
];
const livingIn = (namespace: string): Subject => ({
  kind: 'ServiceAccount',
  namespace,
  name: 'own',
});

describe('who can become somebody who is trusted', () => {
  it.each(
    HOMES.flatMap(home =>
      BECOMING.map(([right, name]): [string, string, string?] => [
        home,
        right,
        name,
      ]),
    ),
  )('in %s by a right to %s', (home, ...right) => {
    for (const subject of [
      OWNERS,
      livingIn('ci'),
      { kind: 'User', name: 'mallory' },
      { kind: 'Group', name: 'system:serviceaccounts' },
    ]) {
      const given = bound(subject, rule(...right), home);
      expect(found(given, 'secret', TRUSTED)).toHaveLength(1);
      expect(found(given, 'network', TRUSTED)).toEqual([]);
    }
    const elsewhere = bound(OWNERS, rule(...right), 'elsewhere');
    expect(found(elsewhere, 'secret', TRUSTED)).toEqual([]);
  });

  it.each<[string, PolicyRule, number]>([
    ['who is whom on EKS', rule('patch configmaps', 'aws-auth'), 1],
    ['how names resolve', rule('update configmaps', 'coredns'), 1],
    ['any setting', rule('patch configmaps'), 1],
    ['which nodes enforce', rule('create ciliumnodeconfigs.cilium.io'), 1],
    ['who leads', rule('update,patch configmaps', 'cert-manager'), 0],
    ['a new one', rule('create,get,list,watch configmaps'), 0],
  ])('by settings of the control plane: %s', (_, given, findings) => {
    const objects = bound(OWNERS, given, 'kube-system');
    expect(found(objects, 'secret', TRUSTED)).toHaveLength(findings);
  });

  it('as an account that lives there, by all but its Secrets', () => {
    for (const home of HOMES) {
      const may = (given: string) =>
        found(bound(livingIn(home), rule(given), home), 'secret', TRUSTED);
      expect(may('create pods')).toHaveLength(1);
      expect(may('get,list,watch,create secrets')).toEqual([]);
      expect(may('update,patch configmaps')).toEqual([]);
    }
  });

  it.each(BECOMING)(
    'where a plan lets everybody in, by a right to %s',
    (...right) => {
      const may = (subject: Subject, letIn: string[]) =>
        whoCan(
          new Rbac(bound(subject, rule(...right), 'ingress')),
          plan,
          'network',
          TRUSTED,
          letIn,
        ).length;
      expect(may(OWNERS, ['ingress'])).toBe(1);
      expect(may(livingIn('ci'), ['ingress'])).toBe(1);
      expect(may(OWNERS, ['elsewhere'])).toBe(0);
      // What runs there is let in anyway.
      expect(may(livingIn('ingress'), ['ingress'])).toBe(0);
    },
  );

  it('but not who is trusted anyway', () => {
    const admins: TrustedSubject = { kind: 'Group', name: 'admins' };
    const given = bound(admins, rule('* *.*'), ESO.namespace);
    expect(found(given, 'secret', [...TRUSTED, admins])).toEqual([]);
    expect(
      found(
        bound({ kind: 'ServiceAccount', ...ESO }, rule('* *.*'), 'kube-system'),
        'secret',
        TRUSTED,
      ),
    ).toEqual([]);
  });

  it('is found once, and anew where others are trusted', () => {
    const rbac = new Rbac(bound(OWNERS, rule('* *.*'), 'argocd'));
    const argo: TrustedSubject = {
      kind: 'ServiceAccount',
      namespace: 'argocd',
      name: '*',
    };
    const count = (trusted: TrustedSubject[]) =>
      whoCan(rbac, plan, 'secret', trusted).length;
    expect([count(TRUSTED), count([argo]), count(TRUSTED)]).toEqual([0, 1, 0]);
  });

  /** As Kubernetes, kubeadm and the charts of Cilium and External Secrets make them. */
  const USUAL: [string, string, Subject, PolicyRule, name?: string][] = [
    ...['bootstrap-signer', 'token-cleaner'].map(
      (name): [string, string, Subject, PolicyRule, string] => [
        `the ${name}`,
        'kube-system',
        { kind: 'ServiceAccount', namespace: 'kube-system', name },
        rule('get,list,watch,delete secrets'),
        `system:controller:${name}`,
      ],
    ),
    [
      'who may read how to authenticate',
      'kube-system',
      { kind: 'User', name: 'system:kube-scheduler' },
      rule('get,list,watch configmaps', 'extension-apiserver-authentication'),
      'system::extension-apiserver-authentication-reader',
    ],
    [
      'who leads',
      'kube-system',
      { kind: 'User', name: 'system:kube-controller-manager' },
      rule('get,watch,list,create,update leases.coordination.k8s.io'),
      'system::leader-locking-kube-controller-manager',
    ],
    [
      'nodes that join',
      'kube-system',
      {
        kind: 'Group',
        name: 'system:bootstrappers:kubeadm:default-node-token',
      },
      rule('get configmaps', 'kubeadm-config'),
    ],
    [
      'anybody, who a cluster is',
      'kube-public',
      { kind: 'User', name: 'system:anonymous' },
      rule('get configmaps', 'cluster-info'),
    ],
    [
      'Cilium’s agents, of their config',
      'kube-system',
      livingIn('kube-system'),
      rule('get,list,watch configmaps'),
    ],
    [
      'Hubble’s certificates',
      'kube-system',
      livingIn('kube-system'),
      rule('create secrets'),
    ],
    [
      'Hubble’s certificates, as they are renewed',
      'kube-system',
      livingIn('kube-system'),
      rule('get,update secrets', 'hubble-server-certs'),
    ],
    [
      'which External Secrets leads',
      ESO.namespace,
      { kind: 'ServiceAccount', ...ESO },
      rule('get,create,update,patch leases.coordination.k8s.io'),
    ],
  ];

  it.each(USUAL)('not %s', (_, home, subject, given, name = 'x') => {
    const objects = bound(subject, given, home, name);
    expect(found(objects, 'secret', TRUSTED)).toEqual([]);
    expect(reachesOutside(new Rbac(objects), plan, TRUSTED)).toEqual([]);
  });
});

describe('who can open the other walls', () => {
  it.each(
    Object.entries(KINDS).flatMap(([group, kinds]) =>
      kinds.map(kind => `${pluralOf(kind)}.${group}`),
    ),
  )('network: by any write of %s', kind => {
    for (const verb of ['create', 'update', 'patch']) {
      expect(
        found(everywhere(OWNERS, rule(`${verb} ${kind}`)), 'network'),
      ).toEqual([`Group acme-team: ${verb} ${kind}`]);
    }
    const whole = rule(
      'delete customresourcedefinitions.apiextensions.k8s.io',
      kind,
    );
    expect(found(everywhere(OWNERS, whole), 'network')).toHaveLength(1);
  });

  it.each<['network' | 'resource', right: string, name?: string]>([
    ['network', 'patch apiservices.apiregistration.k8s.io'],
    [
      'resource',
      'delete validatingadmissionpolicies.admissionregistration.k8s.io',
      'threewalls-hold',
    ],
    ['resource', 'patch pods/resize'],
  ])('%s, of all namespaces: %s', (wall, ...right) => {
    expect(found(everywhere(OWNERS, rule(...right)), wall)).toHaveLength(1);
  });

  it.each<['network' | 'resource', right: string, name?: string]>([
    ['network', 'delete networkpolicies.networking.k8s.io'],
    ['network', 'create ciliumnetworkpolicies.cilium.io'],
    ['network', 'patch services', 'n8n'],
    ['network', 'create endpointslices.discovery.k8s.io'],
    ['network', 'update endpoints', 'n8n'],
    ['resource', 'patch resourcequotas/status'],
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

  it.each<[string, Subject]>([
    ['every account', { kind: 'Group', name: 'system:serviceaccounts' }],
    ['who is signed in', { kind: 'Group', name: 'system:authenticated' }],
    ['who is not', { kind: 'Group', name: 'system:unauthenticated' }],
    ['who has no name', { kind: 'User', name: 'system:anonymous' }],
  ])('as everybody does: %s', (_, subject) => {
    expect(reach(bound(subject, secrets, 'elsewhere'))).toBe(1);
    // What is so in all namespaces, or in its own, is another's finding.
    for (const objects of [
      everywhere(subject, secrets),
      bound(subject, secrets),
    ]) {
      expect(reach(objects)).toBe(0);
      expect(found(objects)).toHaveLength(1);
    }
    const image = rule('get imagestreams.image.openshift.io');
    expect(reach(bound(subject, image, 'elsewhere'))).toBe(0);
  });

  it('by what it is dangerous on, and no more', () => {
    const binds = (name: string) =>
      everywhere(own, rule(`bind clusterroles.${RBAC}`, name));
    expect(reach(binds('view'))).toBe(0);
    expect(reach(binds('admin'))).toBe(1);
    const renames = rule('update,patch services', 'not-planned');
    expect(reach(everywhere(own, renames))).toBe(0);
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
