import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { pluralOf, resourceOf } from '../../clients/kinds';
import { plannedObjects, plannedResources } from '../../plan/planned';
import { KubernetesObject, TenantPlan } from '../../plan/types';
import { GIVES_NOTHING_AWAY } from '../attempts/asPlanned';
import { DOORS } from '../attempts/doors';
import { HOLD_POLICY } from '../attempts/hold';
import { KINDS } from '../attempts/policies';
import { Action, PolicyRule } from './rbac';

/** An action with what it is done to. */
export interface Right extends Omit<Action, 'name'> {
  clusterWide: boolean;
  /** Objects that it is dangerous on; any where absent */
  names?: string[];
}

/**
 * Each verb on each resource.
 *
 * @param resources - Plural, with a subresource behind a slash
 */
function to(
  verbs: string[],
  group: string,
  resources: string[],
  on: Partial<Pick<Right, 'clusterWide' | 'names'>> = {},
): Right[] {
  return resources.flatMap(full => {
    const [resource, subresource] = full.split('/');
    return verbs.map(verb => ({
      verb,
      group,
      resource,
      subresource,
      clusterWide: false,
      names: undefined,
      ...on,
    }));
  });
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch'];
const REMOVE = ['delete', 'deletecollection'];

/** A policy of the whole cluster's, by the names that networks give such kinds. */
const OF_THE_CLUSTER =
  /^(Admin|BaselineAdmin|Cluster|CiliumClusterwide|Global)/;

/** To write any kind that can open a network wall, of whichever network. */
const POLICIES = Object.entries(KINDS).flatMap(([group, kinds]) =>
  kinds.flatMap(kind => {
    const clusterWide = OF_THE_CLUSTER.test(kind);
    const verbs = clusterWide ? [...WRITE, ...REMOVE] : WRITE;
    return to(verbs, group, [pluralOf(kind)], { clusterWide });
  }),
);

/** To change how objects of some kinds are read, or to remove them all with their kind. */
const definitions = (names: string[]) =>
  to(
    ['update', 'patch', ...REMOVE],
    'apiextensions.k8s.io',
    ['customresourcedefinitions'],
    { clusterWide: true, names },
  );

/** To answer in the API server's place for a whole API group. */
const SERVE_APIS = to(WRITE, 'apiregistration.k8s.io', ['apiservices'], {
  clusterWide: true,
});

/**
 * Kinds whose controllers run pods for whoever writes them, or apply whatever stands in
 * them with rights of their own, by their API groups.
 */
const RUN_FOR_OTHERS: Record<string, string[]> = {
  'apps.kruise.io': ['advancedcronjobs', 'broadcastjobs', 'clonesets'],
  'apps.openshift.io': ['deploymentconfigs'],
  'argoproj.io': [
    'applications',
    'applicationsets',
    'cronworkflows',
    'rollouts',
    'workflows',
  ],
  'batch.volcano.sh': ['jobs'],
  'build.openshift.io': ['buildconfigs', 'builds'],
  'helm.cattle.io': ['helmcharts'],
  'helm.toolkit.fluxcd.io': ['helmreleases'],
  'jobset.x-k8s.io': ['jobsets'],
  'keda.sh': ['scaledjobs'],
  'kubernetes.crossplane.io': ['objects'],
  'kubevirt.io': ['virtualmachineinstances', 'virtualmachines'],
  'kustomize.toolkit.fluxcd.io': ['kustomizations'],
  'operators.coreos.com': ['clusterserviceversions', 'subscriptions'],
  'ray.io': ['rayclusters', 'rayjobs', 'rayservices'],
  'serving.knative.dev': ['services'],
  'sparkoperator.k8s.io': ['sparkapplications'],
  'tekton.dev': ['pipelineruns', 'taskruns'],
};

/**
 * Ways to act as a ServiceAccount of a namespace: by its token, in a pod of its own or
 * of another's, by its name, or by a binding to what it may.
 */
const AS_ACCOUNTS: Right[] = [
  ...to([...READ, ...WRITE], '', ['secrets']),
  ...to(WRITE, '', [
    'pods',
    'replicationcontrollers',
    'pods/ephemeralcontainers',
  ]),
  ...to(['get', ...WRITE], '', ['pods/attach', 'pods/exec']),
  ...to(WRITE, 'apps', [
    'daemonsets',
    'deployments',
    'replicasets',
    'statefulsets',
  ]),
  ...to(WRITE, 'batch', ['cronjobs', 'jobs']),
  ...Object.entries(RUN_FOR_OTHERS).flatMap(([group, resources]) =>
    to(WRITE, group, resources),
  ),
  ...to(['create'], '', ['serviceaccounts/token']),
  ...to(['impersonate'], '', ['serviceaccounts']),
  ...to(['impersonate:serviceaccount'], 'authentication.k8s.io', [
    'serviceaccounts',
  ]),
  ...to([...WRITE, 'bind', 'escalate'], 'rbac.authorization.k8s.io', [
    'roles',
    'rolebindings',
  ]),
  // A role that is named may give nothing; these give everything.
  ...to(['bind'], 'rbac.authorization.k8s.io', ['clusterroles'], {
    names: ['cluster-admin', 'admin', 'edit'],
  }),
];

/**
 * To change how the parts of a cluster are set up: who is who on EKS, which names lead
 * where, whom an ingress controller sends what it gets. Others keep here who leads.
 */
const SETTINGS: Right[] = [
  ...to(['update', 'patch'], '', ['configmaps'], {
    names: [
      'aws-auth',
      'cilium-config',
      'coredns',
      'extension-apiserver-authentication',
      'ingress-nginx-controller',
      'kube-proxy',
      'node-local-dns',
      'vault-config',
    ],
  }),
  // Which nodes enforce policies, among other things.
  ...to(WRITE, 'cilium.io', ['ciliumnodeconfigs']),
];

/**
 * Ways to all of a cluster: to be whoever one likes, to see and change what others
 * write, to mount a node's disk, to run commands by way of a kubelet. Kubernetes'
 * "RBAC good practices" has the most of them.
 */
const WHOLE_CLUSTER: Right[] = [
  ...to(['impersonate'], '', ['users', 'groups']),
  ...to(['impersonate:user-info'], 'authentication.k8s.io', [
    'users',
    'groups',
  ]),
  ...to(
    ['impersonate:arbitrary-node', 'impersonate:associated-node'],
    'authentication.k8s.io',
    ['nodes'],
  ),
  ...to([...WRITE, 'escalate'], 'rbac.authorization.k8s.io', [
    'clusterroles',
    'clusterrolebindings',
  ]),
  // Without it neither asking for a certificate nor approving gives one.
  ...to(['approve'], 'certificates.k8s.io', ['signers'], {
    names: [
      'kubernetes.io/kube-apiserver-client',
      'kubernetes.io/kube-apiserver-client-kubelet',
      'kubernetes.io/*',
    ],
  }),
  ...to(WRITE, 'admissionregistration.k8s.io', [
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
    'mutatingwebhookconfigurations',
    'validatingwebhookconfigurations',
  ]),
  ...to(WRITE, '', ['persistentvolumes']),
  // A copy of whatever volume it names; afterwards the name stays.
  ...to(['create'], 'snapshot.storage.k8s.io', ['volumesnapshotcontents']),
  ...to(['create'], 'groupsnapshot.storage.k8s.io', [
    'volumegroupsnapshotcontents',
  ]),
  ...to(['get', ...WRITE], '', ['nodes/proxy']),
].map(rights => ({ ...rights, clusterWide: true }));

/**
 * Rights that open a wall though they change nothing of the plan: ways to read
 * Secrets, to run something as the tenant, to become somebody who may.
 */
const DANGEROUS: Record<Wall, Right[]> = {
  network: [
    ...POLICIES,
    ...definitions(
      Object.entries(KINDS).flatMap(([group, kinds]) =>
        kinds.map(kind => `${pluralOf(kind)}.${group}`),
      ),
    ),
    ...SERVE_APIS,
    // What leads to the tenant's Service, and whom that leads to.
    ...Object.entries(DOORS).flatMap(([group, kinds]) =>
      to(WRITE, group, kinds.map(pluralOf)),
    ),
    ...to(WRITE, '', ['endpoints']),
    ...to(WRITE, 'discovery.k8s.io', ['endpointslices']),
  ],
  secret: [
    ...AS_ACCOUNTS,
    ...WHOLE_CLUSTER,
    ...to(['get', ...WRITE], '', [
      'pods/portforward',
      'pods/proxy',
      'services/proxy',
    ]),
    ...to(WRITE, 'external-secrets.io', [
      'externalsecrets',
      'pushsecrets',
      'secretstores',
    ]),
    ...to(
      WRITE,
      'external-secrets.io',
      ['clusterexternalsecrets', 'clusterpushsecrets', 'clustersecretstores'],
      { clusterWide: true },
    ),
    ...definitions([
      'externalsecrets.external-secrets.io',
      'secretstores.external-secrets.io',
    ]),
    ...SERVE_APIS,
  ],
  resource: [
    // Admission goes by a quota's status.
    ...to(['update', 'patch'], '', ['pods/resize', 'resourcequotas/status']),
    ...to(
      ['update', 'patch', ...REMOVE],
      'admissionregistration.k8s.io',
      ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
      { clusterWide: true, names: [HOLD_POLICY] },
    ),
  ],
};

/** Kinds that hold a wall up where nothing is planned: any object of theirs. */
const UNPLANNED: Record<Wall, [apiVersion: string, kind: string][]> = {
  network: [
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['v1', 'Service'],
  ],
  secret: [['v1', 'ServiceAccount']],
  resource: [
    ['v1', 'Namespace'],
    ['v1', 'ResourceQuota'],
    ['v1', 'LimitRange'],
  ],
};

/** Rights in a namespace by which one comes to act as one of its ServiceAccounts, or rules it. */
export const RIGHTS_TO_BECOME: readonly Right[] = [...AS_ACCOUNTS, ...SETTINGS];

/**
 * Rights that nobody who is not trusted may have in a tenant's namespace, lest a
 * wall of it falls: those above, and to change any object of the plan that
 * belongs to the wall, or what its pods read; to remove it, where that would open
 * the wall.
 *
 * @param isElsewhere - Whether they are asked for in other namespaces, where objects
 * have other names
 */
export function dangerousRights(
  plan: TenantPlan,
  wall: Wall,
  isElsewhere = false,
): Right[] {
  return [
    ...DANGEROUS[wall],
    ...(wall === 'secret' && !isElsewhere ? mountedSettings(plan) : []),
    ...guardedKinds(plan, wall).flatMap(([{ apiVersion, kind }, planned]) => {
      const { group, plural } = resourceOf(apiVersion, kind);
      const isGuard = !GIVES_NOTHING_AWAY.includes(kind);
      const names = isElsewhere ? undefined : planned;
      return [
        // Another one beside it may undo it; nobody makes the namespace again.
        ...(kind === 'Namespace' ? [] : to(['create'], group, [plural])),
        ...to(['update', 'patch'], group, [plural], { names }),
        ...(isGuard ? to(REMOVE, group, [plural], { names }) : []),
      ];
    }),
  ];
}

/**
 * To change, or remove and make anew, the ConfigMaps that pods of the plan mount: they
 * say whom n8n trusts with its credentials.
 */
function mountedSettings(plan: TenantPlan): Right[] {
  const names = plannedObjects(plan)
    .flatMap(({ spec }: any) => spec?.template?.spec?.volumes ?? [])
    .flatMap(({ configMap }) => configMap?.name ?? []);
  return names.length > 0
    ? to(['update', 'patch', ...REMOVE], '', ['configmaps'], { names })
    : [];
}

/** Everything that a rule allows. */
export function rightsOf({
  verbs,
  apiGroups = [],
  resources = [],
}: PolicyRule): Right[] {
  return apiGroups.flatMap(group => to(verbs, group, resources));
}

/** Each kind that belongs to a wall, with the names of its objects; all where absent. */
function guardedKinds(
  plan: TenantPlan,
  wall: Wall,
): [Pick<KubernetesObject, 'apiVersion' | 'kind'>, string[]?][] {
  if (plan.proofOnly) {
    const names = (kind: string) =>
      kind === 'Namespace' ? [plan.names.namespace] : undefined;
    return UNPLANNED[wall].map(([apiVersion, kind]) => [
      { apiVersion, kind },
      names(kind),
    ]);
  }
  const kinds = new Map<string, [KubernetesObject, string[]]>();
  for (const resource of plannedResources(plan)) {
    // What is made once and never changed holds no wall up.
    if (
      resource.type === 'kubernetes' &&
      resource.wall === wall &&
      !resource.once
    ) {
      const { object } = resource;
      const known = kinds.get(object.kind) ?? [object, []];
      known[1].push(object.metadata.name);
      kinds.set(object.kind, known);
    }
  }
  return [...kinds.values()];
}

/** What an action does, such as `create pods/exec` or `patch deployments.apps`. */
export function nameOf({ verb, group, resource, subresource }: Action): string {
  const of = [resource, group].filter(Boolean).join('.');
  return `${verb} ${of}${subresource ? `/${subresource}` : ''}`;
}
