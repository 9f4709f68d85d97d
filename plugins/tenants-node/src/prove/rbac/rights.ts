import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { resourceOf } from '../../clients/kinds';
import { plannedResources } from '../../plan/planned';
import { KubernetesObject, TenantPlan } from '../../plan/types';
import { GIVES_NOTHING_AWAY } from '../attempts/asPlanned';
import { Action } from './rbac';

/** Actions that are alike: each verb on each resource. */
interface Rights {
  verbs: string[];
  group: string;
  /** Plural, with a subresource behind a slash */
  resources: string[];
  /** Whether the objects are the cluster's own, in no namespace */
  clusterWide?: boolean;
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch'];
const REMOVE = ['delete', 'deletecollection'];

/**
 * Rights that open a wall though they change nothing of the plan: ways to read
 * Secrets, to run something as the tenant, to become somebody who may.
 */
const DANGEROUS: Record<Wall, Rights[]> = {
  network: [
    {
      verbs: [...WRITE, ...REMOVE],
      group: 'cilium.io',
      resources: ['ciliumclusterwidenetworkpolicies'],
      clusterWide: true,
    },
    {
      verbs: [...WRITE, ...REMOVE],
      group: 'policy.networking.k8s.io',
      resources: [
        'adminnetworkpolicies',
        'baselineadminnetworkpolicies',
        'clusternetworkpolicies',
      ],
      clusterWide: true,
    },
  ],
  secret: [
    { verbs: [...READ, ...WRITE], group: '', resources: ['secrets'] },
    {
      verbs: WRITE,
      group: '',
      resources: ['pods', 'replicationcontrollers', 'pods/ephemeralcontainers'],
    },
    {
      verbs: ['get', ...WRITE],
      group: '',
      resources: [
        'pods/attach',
        'pods/exec',
        'pods/portforward',
        'pods/proxy',
        'services/proxy',
      ],
    },
    {
      verbs: WRITE,
      group: 'apps',
      resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    },
    { verbs: WRITE, group: 'batch', resources: ['cronjobs', 'jobs'] },
    { verbs: ['create'], group: '', resources: ['serviceaccounts/token'] },
    { verbs: ['impersonate'], group: '', resources: ['serviceaccounts'] },
    {
      verbs: ['impersonate'],
      group: '',
      resources: ['users', 'groups'],
      clusterWide: true,
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
    {
      verbs: [...WRITE, 'bind', 'escalate'],
      group: 'rbac.authorization.k8s.io',
      resources: ['roles', 'rolebindings'],
    },
    {
      verbs: [...WRITE, 'escalate'],
      group: 'rbac.authorization.k8s.io',
      resources: ['clusterroles', 'clusterrolebindings'],
      clusterWide: true,
    },
    {
      verbs: ['get', 'create'],
      group: '',
      resources: ['nodes/proxy'],
      clusterWide: true,
    },
  ],
  resource: [],
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

/**
 * Rights that nobody who is not trusted may have in a tenant's namespace, lest a
 * wall of it falls: those above, and to change any object of the plan that
 * belongs to the wall; to remove it, where that would open the wall.
 */
export function dangerousRights(plan: TenantPlan, wall: Wall): Right[] {
  return [
    ...DANGEROUS[wall].flatMap(rights => expand(rights)),
    ...guardedKinds(plan, wall).flatMap(([{ apiVersion, kind }, names]) => {
      const { group, plural } = resourceOf(apiVersion, kind);
      const isGuard = !GIVES_NOTHING_AWAY.includes(kind);
      const rights = { group, resources: [plural] };
      return [
        // Another one beside it may undo it; nobody makes the namespace again.
        ...(kind === 'Namespace'
          ? []
          : expand({ ...rights, verbs: ['create'] })),
        ...expand({ ...rights, verbs: ['update', 'patch'] }, names),
        ...(isGuard ? expand({ ...rights, verbs: REMOVE }, names) : []),
      ];
    }),
  ];
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

function expand(
  { verbs, group, resources, clusterWide = false }: Rights,
  names?: string[],
): Right[] {
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
