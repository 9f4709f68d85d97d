import { KubernetesObject } from '../plan/types';

/** Kinds of the cluster's own. */
const CLUSTER_WIDE = {
  'v1/Namespace': 'namespaces',
  'v1/Node': 'nodes',
  'v1/PersistentVolume': 'persistentvolumes',
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy':
    'validatingadmissionpolicies',
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding':
    'validatingadmissionpolicybindings',
  'cilium.io/v2/CiliumClusterwideNetworkPolicy':
    'ciliumclusterwidenetworkpolicies',
  'rbac.authorization.k8s.io/v1/ClusterRole': 'clusterroles',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': 'clusterrolebindings',
  'authorization.k8s.io/v1/SubjectAccessReview': 'subjectaccessreviews',
};

/** Kinds whose objects are in namespaces. */
const NAMESPACED = {
  'v1/PersistentVolumeClaim': 'persistentvolumeclaims',
  'v1/Pod': 'pods',
  'v1/Event': 'events',
  'v1/LimitRange': 'limitranges',
  'v1/ResourceQuota': 'resourcequotas',
  'v1/Service': 'services',
  'v1/ServiceAccount': 'serviceaccounts',
  'apps/v1/Deployment': 'deployments',
  'discovery.k8s.io/v1/EndpointSlice': 'endpointslices',
  'networking.k8s.io/v1/Ingress': 'ingresses',
  'gateway.networking.k8s.io/v1/HTTPRoute': 'httproutes',
  'networking.k8s.io/v1/NetworkPolicy': 'networkpolicies',
  'cilium.io/v2/CiliumNetworkPolicy': 'ciliumnetworkpolicies',
  'rbac.authorization.k8s.io/v1/RoleBinding': 'rolebindings',
  'rbac.authorization.k8s.io/v1/Role': 'roles',
  'external-secrets.io/v1/SecretStore': 'secretstores',
  'external-secrets.io/v1/ExternalSecret': 'externalsecrets',
};

/**
 * Plural and scope of the kinds that a plan holds: with them no request needs
 * the API server's discovery first.
 */
const KINDS: Record<string, { plural: string; namespaced: boolean }> =
  Object.fromEntries([
    ...scoped(CLUSTER_WIDE, false),
    ...scoped(NAMESPACED, true),
  ]);

function scoped(plurals: Record<string, string>, namespaced: boolean) {
  return Object.entries(plurals).map(
    ([kind, plural]) => [kind, { plural, namespaced }] as const,
  );
}

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

/** An object, or a collection where there is no name. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name?: string;
  plural?: string;
  namespaced?: boolean;
}

export function refOf({
  apiVersion,
  kind,
  metadata: { namespace, name },
}: KubernetesObject): ObjectRef {
  return { apiVersion, kind, namespace, name };
}

/**
 * Path of an object, or of the collection when there is no name. A kind that is
 * not known here is taken for one of namespaces with a regular plural, unless it
 * comes with what discovery says of it.
 */
export function objectPath(ref: ObjectRef): string {
  const { plural = pluralOf(ref.kind), namespaced = true } = ref;
  const kind = KINDS[`${ref.apiVersion}/${ref.kind}`] ?? { plural, namespaced };
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

/** As the generators of CRDs make it of a kind. */
export function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(name)) {
    return `${name}es`;
  }
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
