import {
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '../clients/clusters';
import { KubernetesError } from '../clients/errors';
import { KubernetesResponse } from '../clients/kubernetes';
import { CLUSTER_ROLES } from '../plan/access';

/** Names that nobody has; the second where tenants' prefix begins the first. */
const OUTSIDE = ['threewalls-outside', 'outside-of-threewalls'];
/** A namespace that every cluster has, and that is nobody's tenant. */
const FOREIGN = 'default';
/** Refused, by RBAC or by an admission policy. */
const REFUSED = [403, 422];

const OWN = { [MANAGED_BY_LABEL]: FIELD_MANAGER };
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };

/**
 * Tries by dry run what the admission policies under deploy/ have to refuse to the
 * portal, and what they have to let it do.
 *
 * @returns what is otherwise than it has to be, each as the end of "The portal …"
 * @throws KubernetesError where an answer says neither
 * @public
 */
export async function tryConfinement({
  config,
  kubernetes,
}: Cluster): Promise<string[]> {
  const { namespacePrefix: prefix } = config.naming;
  const outside = OUTSIDE.find(name => !name.startsWith(prefix)) ?? OUTSIDE[0];
  const dryRun = { dryRun: true };
  const namespace = (name: string, labels: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  });
  const make = (name: string, labels: Record<string, string>) =>
    kubernetes.create<any>(namespace(name, labels), dryRun);
  const tries: [what: string, answer: Promise<KubernetesResponse<any>>][] = [
    [
      `may make namespaces that don't begin with ${prefix}`,
      make(outside, { ...OWN, ...RESTRICTED }),
    ],
    [
      "may make tenants' namespaces without PodSecurity restricted",
      make(`${prefix}confinement`, OWN),
    ],
    [
      'may change namespaces that are not its own',
      kubernetes.apply<any>(
        namespace(FOREIGN, { 'threewalls.io/confinement': 'tried' }),
        dryRun,
      ),
    ],
    [
      "may bind roles outside tenants' namespaces",
      kubernetes.create<any>(
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: 'threewalls-confinement', namespace: FOREIGN },
          roleRef: {
            apiGroup: 'rbac.authorization.k8s.io',
            kind: 'ClusterRole',
            name: CLUSTER_ROLES.portal,
          },
          subjects: [{ kind: 'ServiceAccount', ...config.accounts.portal }],
        },
        dryRun,
      ),
    ],
  ];
  // All awaited together: of a cluster that is away none is left to fail unheard.
  const [right, ...answers] = await Promise.all([
    make(`${prefix}confinement`, { ...OWN, ...RESTRICTED }),
    ...tries.map(([, answer]) => answer),
  ]);
  return [
    ...tries.flatMap(([what], i) => (isRefused(answers[i]) ? [] : what)),
    // Of another prefix in deploy/ than in config: no tenant can be made.
    ...(isRefused(right)
      ? [`may make no namespaces that begin with ${prefix}`]
      : []),
  ];
}

function isRefused({ status, body }: KubernetesResponse<any>): boolean {
  if (REFUSED.includes(status)) {
    return true;
  }
  // What is there already has been let in before that is found.
  if (status < 300 || status === 409) {
    return false;
  }
  const request = { method: 'dry run', path: 'of the confinement' };
  throw KubernetesError.fromResponse(request, { status, body });
}
