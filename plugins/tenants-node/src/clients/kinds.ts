/**
 * Plural and scope of the kinds that a plan holds: with them no request needs
 * the API server's discovery first.
 */
const KINDS: Record<string, { plural: string; namespaced: boolean }> = {
  'v1/Namespace': { plural: 'namespaces', namespaced: false },
  'v1/Node': { plural: 'nodes', namespaced: false },
  'v1/PersistentVolume': { plural: 'persistentvolumes', namespaced: false },
  'v1/PersistentVolumeClaim': {
    plural: 'persistentvolumeclaims',
    namespaced: true,
  },
  'v1/Pod': { plural: 'pods', namespaced: true },
  'v1/Event': { plural: 'events', namespaced: true },
  'v1/LimitRange': { plural: 'limitranges', namespaced: true },
  'v1/ResourceQuota': { plural: 'resourcequotas', namespaced: true },
  'v1/Service': { plural: 'services', namespaced: true },
  'v1/ServiceAccount': { plural: 'serviceaccounts', namespaced: true },
  'apps/v1/Deployment': { plural: 'deployments', namespaced: true },
  'discovery.k8s.io/v1/EndpointSlice': {
    plural: 'endpointslices',
    namespaced: true,
  },
  'networking.k8s.io/v1/Ingress': { plural: 'ingresses', namespaced: true },
  'gateway.networking.k8s.io/v1/HTTPRoute': {
    plural: 'httproutes',
    namespaced: true,
  },
  'networking.k8s.io/v1/NetworkPolicy': {
    plural: 'networkpolicies',
    namespaced: true,
  },
  'networking.k8s.io/v1/ServiceCIDR': {
    plural: 'servicecidrs',
    namespaced: false,
  },
  'cilium.io/v2/CiliumNetworkPolicy': {
    plural: 'ciliumnetworkpolicies',
    namespaced: true,
  },
  'cilium.io/v2/CiliumClusterwideNetworkPolicy': {
    plural: 'ciliumclusterwidenetworkpolicies',
    namespaced: false,
  },
  'rbac.authorization.k8s.io/v1/RoleBinding': {
    plural: 'rolebindings',
    namespaced: true,
  },
  'rbac.authorization.k8s.io/v1/Role': { plural: 'roles', namespaced: true },
  'rbac.authorization.k8s.io/v1/ClusterRole': {
    plural: 'clusterroles',
    namespaced: false,
  },
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': {
    plural: 'clusterrolebindings',
    namespaced: false,
  },
  'authorization.k8s.io/v1/SubjectAccessReview': {
    plural: 'subjectaccessreviews',
    namespaced: false,
  },
  'external-secrets.io/v1/SecretStore': {
    plural: 'secretstores',
    namespaced: true,
  },
  'external-secrets.io/v1/ExternalSecret': {
    plural: 'externalsecrets',
    namespaced: true,
  },
};

/**
 * A kind as access rules name it.
 *
 * @throws Error for a kind that no plan holds: a mistake in the code
 */
export function resourceOf(
  apiVersion: string,
  kind: string,
): { group: string; plural: string; namespaced: boolean } {
  const known = KINDS[`${apiVersion}/${kind}`];
  if (!known) {
    throw new Error(`No resource is known for ${apiVersion} ${kind}`);
  }
  const [group, version] = apiVersion.split('/');
  return { group: version ? group : '', ...known };
}

/**
 * Path of an object, or of the collection when there is no name. A kind that is
 * not known here has to come with what discovery says of it.
 *
 * @throws Error for a kind of which that is missing: a mistake in the code
 */
export function objectPath(ref: {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name?: string;
  plural?: string;
  namespaced?: boolean;
}): string {
  const { plural, namespaced = false } = ref;
  const kind =
    KINDS[`${ref.apiVersion}/${ref.kind}`] ??
    (plural && { plural, namespaced });
  if (!kind) {
    throw new Error(`No path is known for ${ref.apiVersion} ${ref.kind}`);
  }
  const root = ref.apiVersion.includes('/') ? '/apis' : '/api';
  const parts = [root, ref.apiVersion];
  if (kind.namespaced && ref.namespace) {
    parts.push('namespaces', encodeURIComponent(ref.namespace));
  }
  parts.push(kind.plural);
  if (ref.name) {
    parts.push(encodeURIComponent(ref.name));
  }
  return parts.join('/');
}
