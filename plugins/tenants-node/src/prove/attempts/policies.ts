import { quote, say } from '@threewalls/backstage-plugin-tenants-common';
import { ClusterView } from '../../clients';
import { KindRef, listKinds, named } from '../../clients/clusterView';
import { madeOnce } from '../../clients/remembered';
import { digestOf, isExcepted } from '../../plan/live/digest';
import { KubernetesObject } from '../../plan/types';
import { plannedObjects } from '../../plan/planned';
import { isAbout } from '../reach/decide';
import { PolicyModel, podTraits, Traits } from '../reach/model';
import { modelPolicy } from '../reach/predict';
import { NamespaceFacts, widening } from '../reach/widening';
import { Attempt, Finding, Side } from '../types';
import { asExpected, called, told } from './finding';
import { known, NAMESPACES, PODS, stateAttempt } from './reading';

/** Kinds whose effect is computed. */
const COMPUTED = [
  'NetworkPolicy networking.k8s.io',
  'CiliumNetworkPolicy cilium.io',
  'CiliumClusterwideNetworkPolicy cilium.io',
];

/** Group of what EKS' agents enforce, and of its own kinds of policies. */
const EKS = 'networking.k8s.aws';

/**
 * Every kind that can open a network wall, by its API group: of Kubernetes, and
 * of the networks and platforms that bring their own. Which of them there are is
 * asked of the API server. What a group here serves besides opens none.
 */
export const KINDS: Record<string, string[]> = {
  'networking.k8s.io': ['NetworkPolicy'],
  'policy.networking.k8s.io': [
    'AdminNetworkPolicy',
    'BaselineAdminNetworkPolicy',
    'ClusterNetworkPolicy',
  ],
  'cilium.io': [
    'CiliumNetworkPolicy',
    'CiliumClusterwideNetworkPolicy',
    'CiliumClusterwideEnvoyConfig',
    'CiliumEnvoyConfig',
    'CiliumLocalRedirectPolicy',
  ],
  'projectcalico.org': ['NetworkPolicy', 'GlobalNetworkPolicy'],
  'crd.projectcalico.org': ['NetworkPolicy', 'GlobalNetworkPolicy'],
  'crd.antrea.io': ['NetworkPolicy', 'ClusterNetworkPolicy'],
  // What Antrea's controller makes of all policies, and nobody can write.
  'controlplane.antrea.io': [],
  'k8s.ovn.org': ['AdminPolicyBasedExternalRoute', 'EgressFirewall'],
  'network.openshift.io': ['EgressNetworkPolicy'],
  [EKS]: [
    'ApplicationNetworkPolicy',
    'ClusterNetworkPolicy',
    'ClusterPolicyEndpoint',
    'PolicyEndpoint',
  ],
  // In its strict mode a pod's security groups take the place of policies.
  'vpcresources.k8s.aws': ['SecurityGroupPolicy'],
  'networking.gke.io': ['FQDNNetworkPolicy'],
  // For a pod's further networks, which are open without.
  'k8s.cni.cncf.io': [],
};

/** What a kind is called that may open a network wall too, of a group that nobody here knows. */
const LIKE_A_POLICY = /(NetworkPolicy|PolicyEndpoint|Firewall|FirewallPolicy)$/;

/** Groups by which operators manage what is outside of the cluster, such as a cloud's firewalls. */
const OUTSIDE =
  /\.(upbound\.io|crossplane\.io|services\.k8s\.aws|cnrm\.cloud\.google\.com|azure\.com)$/;

/** What there is besides the plan's policies, and whom it may be about. */
interface OtherPolicies {
  others: KubernetesObject[];
  /** Those of them whose effect is computed */
  computed: KubernetesObject[];
  namespaces: NamespaceFacts[];
  /** Pods of the tenant: as planned, and as they are */
  pods: Traits[];
}

/**
 * Every policy beside the plan's, of whatever kind: none may let anything
 * through that the plan does not. What it comes to is computed; where that can't
 * be, nothing is shown.
 */
export function noWidening(side: Side): Attempt {
  const { tenant, cluster } = side;
  const { namespace } = tenant.plan.names;
  return stateAttempt('kubernetes', {
    key: 'policies',
    target: `policies of ${namespace}`,
    request: `list every kind of policy that the cluster serves: of ${namespace}, and cluster-wide`,
    expected: 'none but the plan’s allows anything that the plan does not',
    run: async ({ view }) => {
      const seen = await known('Policies', otherPolicies(side, view));
      const allowed = tenant.plan.proofOnly?.allowed ?? plannedPolicies(side);
      const planned = allowed.flatMap(modelPolicy);
      const { exceptions } = cluster.config;
      const excepted = seen.others.filter(one => isExcepted(one, exceptions));
      return judgeAll(
        seen.others
          .filter(policy => !excepted.includes(policy))
          .map(policy => ({
            policy,
            effect: effectOf(policy, planned, seen.pods, seen.namespaces),
          })),
        excepted,
        tenant.plan.proofOnly && withoutPlan(side, seen),
      );
    },
  });
}

/**
 * What to hold against policies where there is none of ours: a direction that none
 * isolates is open; and what is about n8n's pods, and not about a proof's alike, no
 * attack has tried.
 */
function withoutPlan(
  { tenant }: Side,
  { others, computed, pods }: OtherPolicies,
): { open: string[]; unlike: string[] } {
  const models = computed.flatMap(modelPolicy);
  const about = (pod: Traits) => models.filter(m => isAbout(m, { pod }));
  const open = pods.flatMap(pod =>
    (['egress', 'ingress'] as const)
      .filter(direction => !about(pod).some(m => m[direction].isolates))
      .map(direction => `no policy denies ${direction} of ${labelsOf(pod)}`),
  );
  // The first is as a proof's.
  const [proof, ...live] = pods;
  const selector = Object.entries(tenant.plan.workload.selector);
  const unlike = live
    .filter(pod => selector.every(([key, is]) => pod[`label:${key}`] === is))
    .flatMap(pod =>
      models.filter(m => isAbout(m, { pod }) !== isAbout(m, { pod: proof })),
    )
    .map(
      ({ name }) =>
        `${name} is not about n8n's pods and proof pods alike: workload.podLabels and .serviceAccount have to be those of n8n's pods`,
    );
  return {
    open: computed.length === others.length ? open : [],
    unlike: [...new Set(unlike)],
  };
}

function labelsOf(pod: Traits): string {
  const labels = Object.entries(pod)
    .filter(([key]) => key.startsWith('label:'))
    .map(([key, value]) => `${key.replace('label:', '')}=${value}`);
  return `pods with ${labels.join(',') || 'no labels'}`;
}

function plannedPolicies({ tenant }: Side): KubernetesObject[] {
  return plannedObjects(tenant.plan).filter(isComputed);
}

/** Groups that nobody here knows, and serve what is called like a policy. */
const strangeGroups = madeOnce((kinds: readonly KindRef[]) => [
  ...new Set(
    kinds
      .filter(({ kind }) => LIKE_A_POLICY.test(kind))
      .map(groupOf)
      .filter(group => !(group in KINDS) && !OUTSIDE.test(group)),
  ),
]);

/**
 * Every policy that there is of the namespace's and the whole cluster's: of the kinds
 * that are known, and of what is called like one in a group that nobody here knows.
 */
async function listPolicies(
  { cluster, tenant }: Side,
  view: ClusterView,
): Promise<KubernetesObject[] | { problem: string }> {
  const { namespace } = tenant.plan.names;
  const served = await view.kinds();
  if ('problem' in served) {
    return served;
  }
  const { harmlessApis } = cluster.config.network;
  const strange = strangeGroups(served.items).filter(
    group => !harmlessApis.includes(group),
  );
  const [usual, unusual] = await Promise.all([
    listKinds(view, Object.keys(KINDS), namespace, kind =>
      KINDS[groupOf(kind)].includes(kind.kind),
    ),
    listKinds(view, strange, namespace, ({ kind }) => LIKE_A_POLICY.test(kind)),
  ]);
  if ('problem' in usual) {
    return usual;
  }
  return 'problem' in unusual
    ? {
        problem: `${unusual.problem}. It may be a kind of policy: give the portal's account list and watch of it, or name its group under network.harmlessApis`,
      }
    : [...usual.all, ...unusual.all].flatMap(({ objects }) => objects);
}

function groupOf({ apiVersion }: Pick<KubernetesObject, 'apiVersion'>): string {
  return apiVersion.split('/')[0];
}

/** Whether both stand for the same object: its name says so only with its API and its place. */
function isSame(one: KubernetesObject, other: KubernetesObject): boolean {
  return (
    groupOf(one) === groupOf(other) &&
    one.kind === other.kind &&
    one.metadata.namespace === other.metadata.namespace &&
    one.metadata.name === other.metadata.name
  );
}

/**
 * Whether it is what EKS' controller makes of each policy for its agents: of one that is
 * there, which is judged itself.
 */
function isMadeOf(
  one: KubernetesObject,
  policies: KubernetesObject[],
): boolean {
  const owners: any[] = (one.metadata.ownerReferences as any[]) ?? [];
  return (
    groupOf(one) === EKS &&
    one.kind.endsWith('PolicyEndpoint') &&
    owners.some(owner =>
      policies.some(
        ({ kind, metadata }) =>
          kind === owner.kind &&
          metadata.name === owner.name &&
          metadata.uid === owner.uid,
      ),
    )
  );
}

const factsOf = madeOnce((namespaces: readonly KubernetesObject[]) =>
  namespaces.map(
    ({ metadata }): NamespaceFacts => ({
      name: metadata.name,
      labels: metadata.labels ?? {},
    }),
  ),
);

/** Every policy that is not the plan's, with what it takes to tell its effect. */
export async function otherPolicies(
  side: Side,
  view: ClusterView,
): Promise<OtherPolicies | { problem: string }> {
  const { plan } = side.tenant;
  const { namespace } = plan.names;
  const [policies, namespaces, pods] = await Promise.all([
    listPolicies(side, view),
    view.list(NAMESPACES),
    view.list(PODS, namespace),
  ]);
  if ('problem' in policies) {
    return policies;
  }
  if ('problem' in namespaces) {
    return namespaces;
  }
  if ('problem' in pods) {
    return pods;
  }
  const facts = factsOf(namespaces.items);
  const planned = plannedPolicies(side);
  const others = policies.filter(
    one => !planned.some(o => isSame(o, one)) && !isMadeOf(one, policies),
  );
  return {
    others,
    computed: others.filter(isComputed),
    namespaces: facts,
    pods: podsOf(
      [
        ...(plan.proofOnly
          ? [plan.proofOnly.template]
          : plannedObjects(plan, 'Deployment').map(
              ({ spec }: any) => spec.template,
            )),
        ...pods.items,
      ],
      namespace,
      named(namespaces.items, namespace)?.metadata.labels,
    ),
  };
}

function isComputed(policy: KubernetesObject): boolean {
  return COMPUTED.includes(`${policy.kind} ${groupOf(policy)}`);
}

function effectOf(
  policy: KubernetesObject,
  planned: PolicyModel[],
  pods: Traits[],
  namespaces: NamespaceFacts[],
): ReturnType<typeof widening> {
  if (!isComputed(policy)) {
    return {
      unknown: `what a ${policy.kind} of ${policy.apiVersion} allows is not computed`,
    };
  }
  try {
    return widening(planned, modelPolicy(policy), pods, namespaces);
  } catch (error) {
    return { unknown: (error as Error).message };
  }
}

/** What policies know of pods, each kind of pod once. */
function podsOf(
  pods: any[],
  namespace: string,
  namespaceLabels?: Record<string, string>,
): Traits[] {
  const all = pods.map(({ metadata, spec }) =>
    podTraits({
      namespace,
      namespaceLabels,
      labels: metadata.labels,
      serviceAccount: spec.serviceAccountName,
    }),
  );
  return [
    ...new Map(all.map(traits => [JSON.stringify(traits), traits])).values(),
  ];
}

function judgeAll(
  others: { policy: KubernetesObject; effect: ReturnType<typeof widening> }[],
  excepted: KubernetesObject[],
  unplanned: { open: string[]; unlike: string[] } = { open: [], unlike: [] },
): Finding {
  const ofEffect = (kind: 'allows' | 'unknown') =>
    others.flatMap(({ policy, effect }) =>
      kind in effect
        ? [
            `${called(policy)}: ${Object.values(effect)[0]} (digest ${digestOf(
              policy,
            )})`,
          ]
        : [],
    );
  const allows = [
    ...unplanned.open.map(found => say('policyOpen', { found })),
    ...ofEffect('allows').map(found => say('policyAllows', { found })),
  ];
  const open = [
    ...unplanned.unlike.map(quote),
    ...ofEffect('unknown').map(found => say('policyUnknown', { found })),
  ];
  if (allows.length > 0) {
    return told('WIDENED', [...allows, ...open]);
  }
  if (open.length > 0) {
    return { ...told('OPEN', open), outcome: 'inconclusive' };
  }
  const names = (policies: KubernetesObject[]) =>
    policies.map(called).join(', ') || 'none';
  const beside = names(others.map(({ policy }) => policy));
  return asExpected(
    'NONE',
    `besides the plan’s: ${beside}; excepted by config: ${names(excepted)}`,
  );
}
