import { checksOf } from './entries';
import {
  accepts,
  askedTogether,
  overQuota,
  refuses,
  unlessDropped,
} from '../attempts/dryRun';
import { nobodyElseCan } from '../attempts/access';
import { asPlanned } from '../attempts/asPlanned';
import {
  podsRestricted,
  withinQuota,
  workloadAsPlanned,
} from '../attempts/workload';
import { heldByAdmission } from '../attempts/hold';
import { placements } from '../attempts/placement';
import { podLetIn } from '../attempts/podAttempt';
import {
  barePod,
  Bounds,
  boundsOf,
  countsDefaults,
  hasDefaults,
  hugeAsAWhole,
  hugeInAllWays,
  hugePod,
  manyOf,
  rootPod,
  service,
  volume,
} from '../attempts/samplePods';
import { Attempt, Check, Side } from '../types';

const { control, barrier } = checksOf('resource');

const OBJECTS = 'tenant-objects';
// Of the tenant's own limits or of tighter ones; those are compared with the plan.
const PER_CONTAINER = 'maximum memory usage per Container';
const POD_SECURITY = 'violates PodSecurity "restricted:latest"';

const loadBalancer = (bounds: Bounds) => service(bounds, 'LoadBalancer');

/** The resource wall: what the API server lets the tenant have. Dry runs, nothing is created. */
export const RESOURCE_CHECKS: Check[] = [
  control('res.legal-pod', {
    title: 'A pod within its limits is accepted',
    why: 'A namespace where nothing may run would pass every barrier',
    otherwise: 'a pod within its limits was refused',
    attempts: side => [podLetIn(side)],
  }),
  control('res.defaults', {
    title: 'A container without limits gets the defaults',
    why: 'What has no limit takes what it can get',
    otherwise: 'a container got no default limits',
    attempts: within(bounds => {
      const pod = barePod(bounds);
      const attempt = accepts('a container without resources', pod, body =>
        hasDefaults(body, bounds),
      );
      return bounds.containerDefault
        ? askedTogether(attempt, manyOf(bounds).pod, countsDefaults(bounds))
        : attempt;
    }),
  }),
  barrier('res.container-max', {
    title: "A container can't be over the maximum",
    why: "One container must not take the node's memory",
    otherwise: 'got a container over the maximum',
    attempts: huge('main', 'a container over the maximum'),
  }),
  barrier('res.init-container-max', {
    title: "An init container can't be over the maximum",
    why: 'Init containers run on the same node',
    otherwise: 'got an init container over the maximum',
    attempts: huge('init', 'an init container over the maximum'),
  }),
  barrier('res.pod-level', {
    title: "A pod as a whole can't be over the maximum",
    why: 'A maximum for containers does not see pod-level resources',
    optional: true,
    otherwise: 'got a pod over the maximum',
    attempts: within(bounds => {
      const pod = hugeAsAWhole(bounds);
      const title = 'pod-level resources over the maximum';
      return bounds.quota
        ? tooHuge(
            bounds,
            'pod',
            unlessDropped(refuses(title, pod, 'maximum memory usage per Pod')),
          )
        : unlessDropped(overQuota(title, pod, '', 'limits.memory'));
    }),
  }),
  barrier('res.quota-memory', {
    title: "Containers together can't be over the memory quota",
    why: 'Many small containers take as much as one big one',
    otherwise: 'got memory over the quota',
    attempts: many('memory over the quota', 'limits.memory'),
  }),
  barrier('res.quota-cpu', {
    title: "Containers together can't be over the CPU quota",
    why: 'Many small containers take as much as one big one',
    otherwise: 'got CPU over the quota',
    attempts: many('CPU over the quota', 'limits.cpu'),
  }),
  barrier('res.quota-objects', {
    title: "Can't have load balancers, node ports or more storage",
    why: 'Each of them is a door, or a bill, that nobody planned',
    otherwise: 'got an object over the quota',
    attempts: within(bounds => [
      overQuota('a LoadBalancer Service', loadBalancer(bounds), OBJECTS),
      // A load balancer has a node port, too.
      askedTogether(
        overQuota('a NodePort Service', service(bounds, 'NodePort'), OBJECTS),
        loadBalancer(bounds),
        refusal =>
          /exceeded quota: \S+ requested: [^ ]*services\.nodeports=/.test(
            refusal,
          ),
      ),
      overQuota('a volume over the storage quota', volume(bounds), OBJECTS),
    ]),
  }),
  barrier('res.as-planned', {
    title: 'Its quotas, limits, PodSecurity and n8n are as planned',
    why: 'A quota that was raised still refuses what is far above it',
    attempts: ({ tenant }) => asPlanned(tenant.plan, 'resource'),
  }),
  barrier('res.workload', {
    title: 'What runs is what was planned',
    why: 'What n8n runs as counts as much as what it may run as',
    attempts: side => workloadAsPlanned(side),
  }),
  barrier('res.pods-restricted', {
    title: 'No pod runs that PodSecurity would refuse',
    why: 'A pod may be older than the rule that would refuse it',
    attempts: side => [podsRestricted(side)],
  }),
  barrier('res.quota-used', {
    title: 'It uses no more than its quotas, and they are enforced',
    why: 'A quota lets stand what was there before, and enforces what its status says',
    attempts: side => withinQuota(side),
  }),
  barrier('res.privileged', {
    title: "Can't run a privileged container",
    why: 'A privileged container is root on the node',
    otherwise: 'got a privileged container',
    attempts: root('a privileged container', 'privileged'),
  }),
  barrier('res.host-namespaces', {
    title: "Can't share the node's namespaces",
    why: "A pod on the host's network has no network wall",
    otherwise: "got a pod in the node's namespaces",
    attempts: root("a pod in the node's namespaces", 'host namespaces'),
  }),
  barrier('res.host-path', {
    title: "Can't mount the node's files",
    why: "The node's disk has every tenant's data and tokens",
    otherwise: "got a pod with the node's files",
    attempts: root("a pod with the node's disk", 'hostPath'),
  }),
  barrier('res.who-can', {
    title: 'Nobody else can change its quotas, limits or n8n',
    why: 'A wall that its tenant can move is none',
    attempts: side => [nobodyElseCan(side, 'resource')],
  }),
  control('res.hold', {
    title: 'Admission refuses that others change its walls',
    why: 'What is seen a second later was open for a second',
    optional: true,
    attempts: () => [heldByAdmission()],
  }),
  control('res.runtime-class', {
    title: 'Runs in the declared sandbox',
    why: 'A sandbox that is declared and not used protects nobody',
    optional: true,
    attempts: side => placements(side).runtimeClass,
  }),
  control('res.placement', {
    title: 'Runs on the declared nodes',
    why: 'Dedicated nodes keep side channels apart only while they are used',
    optional: true,
    attempts: side => placements(side).nodes,
  }),
];

/** One container over the maximum, of either kind. */
function huge(which: 'main' | 'init', title: string) {
  return within(bounds => {
    const attempt = refuses(title, hugePod(bounds, which), PER_CONTAINER);
    return tooHuge(bounds, which, attempt);
  });
}

/** Over a quota by containers that are in range each. */
function many(title: string, resource: string) {
  return within(bounds =>
    overQuota(title, manyOf(bounds).pod, bounds.quota, resource),
  );
}

/** As good as the node: PodSecurity says all of it at once. */
function root(title: string, says: string) {
  return within(bounds => refuses(title, rootPod(bounds), POD_SECURITY, says));
}

/** Over one of the maxima that a pod can be over at once. */
function tooHuge(
  bounds: Bounds,
  which: 'main' | 'init' | 'pod',
  attempt: Attempt,
): Attempt {
  const { pod, memory } = hugeInAllWays(bounds);
  const of = which === 'pod' ? 'Pod' : 'Container';
  const is = '[^ ]+, but limit is';
  const said = new RegExp(
    `maximum memory usage per ${of} is ${is} ${memory[which]}\\b`,
  );
  return askedTogether(attempt, pod, refusal => said.test(refusal));
}

/** What is derived from the tenant's bounds. */
function within(attempt: (bounds: Bounds) => Attempt | Attempt[]) {
  return ({ tenant }: Side) => [attempt(boundsOf(tenant.plan))].flat();
}
