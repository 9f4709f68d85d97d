import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { pluralOf, resourceOf } from '../../clients/kinds';
import { plannedObjects, plannedResources } from '../../plan/planned';
import { KubernetesObject, TenantPlan } from '../../plan/types';
import { GIVES_NOTHING_AWAY } from '../attempts/asPlanned';
import { DOORS } from '../attempts/doors';
import { HOLD_POLICY } from '../attempts/hold';
import { KINDS } from '../attempts/policies';
import { Action, PolicyRule } from './rbac';

/** Actions that are alike: each verb on each resource. */
interface Rights {
  verbs: string[];
  group: string;
  /** Plural, with a subresource behind a slash */
  resources: string[];
  /** Whether the objects are the cluster's own, in no namespace */
  clusterWide?: boolean;
  /** Objects that it is dangerous on; any where absent */
  names?: string[];
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch'];
const REMOVE = ['delete', 'deletecollection'];

/** A policy of the whole cluster's, by the names that networks give such kinds. */
const OF_THE_CLUSTER =
  /^(Admin|BaselineAdmin|Cluster|CiliumClusterwide|Global)/;

/** To write any kind that can open a network wall, of whichever network. */
const POLICIES: Rights[] = Object.entries(KINDS).flatMap(([group, kinds]) =>
  kinds.map(kind => {
    const clusterWide = OF_THE_CLUSTER.test(kind);
    const verbs = clusterWide ? [...WRITE, ...REMOVE] : WRITE;
    return { verbs, group, resources: [pluralOf(kind)], clusterWide };
  }),
);

/** To change how objects of some kinds are read, or to remove them all with their kind. */
const definitions = (names: string[]): Rights => ({
  verbs: ['update', 'patch', ...REMOVE],
  group: 'apiextensions.k8s.io',
  resources: ['customresourcedefinitions'],
  clusterWide: true,
  names,
});

/** To answer in the API server's place for a whole API group. */
const SERVE_APIS: Rights = {
  verbs: WRITE,
  group: 'apiregistration.k8s.io',
  resources: ['apiservices'],
  clusterWide: true,
};

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
const AS_ACCOUNTS: Rights[] = [
  { verbs: [...READ, ...WRITE], group: '', resources: ['secrets'] },
  {
    verbs: WRITE,
    group: '',
    resources: ['pods', 'replicationcontrollers', 'pods/ephemeralcontainers'],
  },
  {
    verbs: ['get', ...WRITE],
    group: '',
    resources: ['pods/attach', 'pods/exec'],
  },
  {
    verbs: WRITE,
    group: 'apps',
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  },
  { verbs: WRITE, group: 'batch', resources: ['cronjobs', 'jobs'] },
  ...Object.entries(RUN_FOR_OTHERS).map(([group, resources]) => ({
    verbs: WRITE,
    group,
    resources,
  })),
  { verbs: ['create'], group: '', resources: ['serviceaccounts/token'] },
  { verbs: ['impersonate'], group: '', resources: ['serviceaccounts'] },
  {
    verbs: ['impersonate:serviceaccount'],
    group: 'authentication.k8s.io',
    resources: ['serviceaccounts'],
  },
  {
    verbs: [...WRITE, 'bind', 'escalate'],
    group: 'rbac.authorization.k8s.io',
    resources: ['roles', 'rolebindings'],
  },
  {
    verbs: ['bind'],
    group: 'rbac.authorization.k8s.io',
    resources: ['clusterroles'],
    // A role that is named may give nothing; these give everything.
    names: ['cluster-admin', 'admin', 'edit'],
  },
];

/**
 * To change how the parts of a cluster are set up: who is who on EKS, which names lead
 * where, whom an ingress controller sends what it gets. Others keep here who leads.
 */
const SETTINGS: Rights[] = [
  {
    verbs: ['update', 'patch'],
    group: '',
    resources: ['configmaps'],
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
  },
  // Which nodes enforce policies, among other things.
  { verbs: WRITE, group: 'cilium.io', resources: ['ciliumnodeconfigs'] },
];

/**
 * Ways to all of a cluster: to be whoever one likes, to see and change what others
 * write, to mount a node's disk, to run commands by way of a kubelet. Kubernetes'
 * "RBAC good practices" has the most of them.
 */
const WHOLE_CLUSTER: Rights[] = [
  { verbs: ['impersonate'], group: '', resources: ['users', 'groups'] },
  {
    verbs: ['impersonate:user-info'],
    group: 'authentication.k8s.io',
    resources: ['users', 'groups'],
  },
  {
    verbs: ['impersonate:arbitrary-node', 'impersonate:associated-node'],
    group: 'authentication.k8s.io',
    resources: ['nodes'],
  },
  {
    verbs: [...WRITE, 'escalate'],
    group: 'rbac.authorization.k8s.io',
    resources: ['clusterroles', 'clusterrolebindings'],
  },
  {
    // Without it neither asking for a certificate nor approving gives one.
    verbs: ['approve'],
    group: 'certificates.k8s.io',
    resources: ['signers'],
    names: [
      'kubernetes.io/kube-apiserver-client',
      'kubernetes.io/kube-apiserver-client-kubelet',
      'kubernetes.io/*',
    ],
  },
  {
    verbs: WRITE,
    group: 'admissionregistration.k8s.io',
    resources: [
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
      'mutatingwebhookconfigurations',
      'validatingwebhookconfigurations',
    ],
  },
  { verbs: WRITE, group: '', resources: ['persistentvolumes'] },
  {
    // A copy of whatever volume it names; afterwards the name stays.
    verbs: ['create'],
    group: 'snapshot.storage.k8s.io',
    resources: ['volumesnapshotcontents'],
  },
  {
    verbs: ['create'],
    group: 'groupsnapshot.storage.k8s.io',
    resources: ['volumegroupsnapshotcontents'],
  },
  { verbs: ['get', ...WRITE], group: '', resources: ['nodes/proxy'] },
].map(rights => ({ ...rights, clusterWide: true }));

/**
 * Rights that open a wall though they change nothing of the plan: ways to read
 * Secrets, to run something as the tenant, to become somebody who may.
 */
const DANGEROUS: Record<Wall, Right[]> = {
  network: [
    ...POLICIES,
    definitions(
      Object.entries(KINDS).flatMap(([group, kinds]) =>
        kinds.map(kind => `${pluralOf(kind)}.${group}`),
      ),
    ),
    SERVE_APIS,
    // What leads to the tenant's Service, and whom that leads to.
    ...Object.entries(DOORS).map(([group, kinds]) => ({
      verbs: WRITE,
      group,
      resources: kinds.map(pluralOf),
    })),
    { verbs: WRITE, group: '', resources: ['endpoints'] },
    {
      verbs: WRITE,
      group: 'discovery.k8s.io',
      resources: ['endpointslices'],
    },
  ].flatMap(expand),
  secret: [
    ...AS_ACCOUNTS,
    ...WHOLE_CLUSTER,
    {
      verbs: ['get', ...WRITE],
      group: '',
      resources: ['pods/portforward', 'pods/proxy', 'services/proxy'],
    },
    {
      verbs: WRITE,
      group: 'external-secrets.io',
      resources: ['externalsecrets', 'pushsecrets', 'secretstores'],
    },
    {
      verbs: WRITE,
      group: 'external-secrets.io',
      resources: [
        'clusterexternalsecrets',
        'clusterpushsecrets',
        'clustersecretstores',
      ],
      clusterWide: true,
    },
    definitions([
      'externalsecrets.external-secrets.io',
      'secretstores.external-secrets.io',
    ]),
    SERVE_APIS,
  ].flatMap(expand),
  resource: [
    {
      verbs: ['update', 'patch'],
      group: '',
      // Admission goes by a quota's status.
      resources: ['pods/resize', 'resourcequotas/status'],
    },
    {
      verbs: ['update', 'patch', ...REMOVE],
      group: 'admissionregistration.k8s.io',
      resources: [
        'validatingadmissionpolicies',
        'validatingadmissionpolicybindings',
      ],
      clusterWide: true,
      names: [HOLD_POLICY],
    },
  ].flatMap(expand),
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

/** An action with what it is done to. */
export interface Right extends Omit<Action, 'name'> {
  clusterWide: boolean;
  /** Objects that it is dangerous on; any where absent */
  names?: string[];
}

/** Rights in a namespace by which one comes to act as one of its ServiceAccounts, or rules it. */
export const RIGHTS_TO_BECOME: readonly Right[] = [
  ...AS_ACCOUNTS,
  ...SETTINGS,
].flatMap(expand);

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
      const rights = { group, resources: [plural] };
      const named = { ...rights, names: isElsewhere ? undefined : planned };
      return [
        // Another one beside it may undo it; nobody makes the namespace again.
        ...(kind === 'Namespace'
          ? []
          : expand({ ...rights, verbs: ['create'] })),
        ...expand({ ...named, verbs: ['update', 'patch'] }),
        ...(isGuard ? expand({ ...named, verbs: REMOVE }) : []),
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
  const verbs = ['update', 'patch', ...REMOVE];
  return names.length > 0
    ? expand({ verbs, group: '', resources: ['configmaps'], names })
    : [];
}

/** Everything that a rule allows. */
export function rightsOf({
  verbs,
  apiGroups = [],
  resources = [],
}: PolicyRule): Right[] {
  return apiGroups.flatMap(group => expand({ verbs, group, resources }));
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

function expand({
  verbs,
  group,
  resources,
  clusterWide = false,
  names,
}: Rights): Right[] {
  return resources.flatMap(full => {
    const [resource, subresource] = full.split('/');
    return verbs.map(verb => ({
      verb,
      group,
      resource,
      subresource,
      clusterWide,
      names,
    }));
  });
}

/** What an action does, such as `create pods/exec` or `patch deployments.apps`. */
export function nameOf({ verb, group, resource, subresource }: Action): string {
  const of = [resource, group].filter(Boolean).join('.');
  return `${verb} ${of}${subresource ? `/${subresource}` : ''}`;
}
