import { ClusterView, expectSeen } from '../../clients';
import { madeOnce } from '../../clients/remembered';
import { planCanary, planRam } from '../../plan/canary';
import { TenantPlan } from '../../plan/types';
import { ClusterProfile, Endpoint } from '../../config/platform';
import { PROOF_LABEL } from '../pod/labels';
import { NodeFacts, Party } from '../types';

/** Kubelets that are dialled; more would only say the same again. */
const KUBELETS = 5;

/** What the cluster itself offers to attack. */
export interface ClusterFacts {
  kubeApi: Endpoint[];
  nodes: Map<string, NodeFacts>;
}

const NODES = { apiVersion: 'v1', kind: 'Node' };

const factsByName = madeOnce(
  (nodes: readonly any[]): Map<string, NodeFacts> =>
    new Map(nodes.map(node => [node.metadata.name, factsOf(node)])),
);

/** What is known of each node, by name; none where they can't be read. */
export async function nodesOf(
  view: ClusterView,
): Promise<Map<string, NodeFacts>> {
  const seen = await view.list(NODES);
  return 'problem' in seen ? new Map() : factsByName(seen.items);
}

/**
 * How many nodes of a cluster are Ready; none where they can't be read.
 *
 * @public
 */
export async function readyNodes(view: ClusterView): Promise<number> {
  const nodes = [...(await nodesOf(view)).values()];
  return nodes.filter(({ isReady }) => isReady).length;
}

/** The API server's addresses and the nodes. */
export async function readCluster(view: ClusterView): Promise<ClusterFacts> {
  const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
  const [nodes, slices] = await Promise.all([
    expectSeen(view.list(NODES)),
    expectSeen(view.list(slice, 'default')),
  ]);
  const endpoints: Endpoint[] = slices
    .filter(
      ({ metadata }) =>
        metadata.labels?.['kubernetes.io/service-name'] === 'kubernetes',
    )
    .flatMap(({ endpoints: addressed = [], ports }) =>
      addressed.flatMap(({ addresses }: any) =>
        addresses.map((host: string) => ({ host, port: ports[0].port })),
      ),
    );
  return {
    kubeApi: [{ host: 'kubernetes.default.svc', port: 443 }, ...endpoints],
    nodes: factsByName(nodes),
  };
}

function factsOf({ metadata, status = {} }: any): NodeFacts {
  const port = status.daemonEndpoints?.kubeletEndpoint?.Port ?? 10250;
  return {
    labels: metadata.labels ?? {},
    kernel: status.nodeInfo?.kernelVersion ?? '',
    isReady: Boolean(
      status.conditions?.some(
        (c: any) => c.type === 'Ready' && c.status === 'True',
      ),
    ),
    // One of each address family that the node has.
    kubelets: (status.addresses ?? [])
      .filter(({ type }: any) => type === 'InternalIP')
      .map(({ address }: any) => ({ host: address, port })),
  };
}

/**
 * Kubelets to dial: those of the workload's own nodes always, of others that are
 * Ready a few, others each time. A node that is away answers nobody.
 */
export function kubeletsFor(
  own: readonly string[],
  { nodes }: ClusterFacts,
): Endpoint[] {
  const others = [...nodes]
    .filter(([name, { isReady }]) => isReady && !own.includes(name))
    .map(([name]) => name)
    .sort(() => Math.random() - 0.5);
  return [...own, ...others]
    .slice(0, Math.max(KUBELETS, own.length))
    .flatMap(name => nodes.get(name)?.kubelets ?? []);
}

/** A tenant's Service, and its workload's pods as they are now. */
export async function readTenantParty(
  view: ClusterView,
  plan: TenantPlan,
): Promise<Party> {
  const pods = await expectSeen(
    view.list({ apiVersion: 'v1', kind: 'Pod' }, plan.names.namespace),
  );
  const running = pods.filter(
    ({ metadata, status }) =>
      isWorkload({ metadata }, plan.workload.selector) &&
      !metadata.deletionTimestamp &&
      status?.phase === 'Running',
  );
  return {
    ...tenantParty(plan),
    pods: running.flatMap(pod => endpointsOf(plan.workload.port, pod)),
    nodes: [...new Set<string>(running.map(({ spec }) => spec.nodeName))],
  };
}

/** A tenant as far as its plan says; the canary is planned as one. */
export function tenantParty(plan: TenantPlan): Party {
  const { names, workload } = plan;
  const host = `${workload.name}.${names.namespace}.svc`;
  const service = { host, port: workload.port };
  return { name: plan.spec.name, plan, service, pods: [], nodes: [] };
}

const canaries = new WeakMap<ClusterProfile, Party>();

/** The canary as far as plans say: its bait, and its test client's login. */
export function canaryParty(cluster: ClusterProfile): Party {
  let canary = canaries.get(cluster);
  if (!canary) {
    const { name, service } = tenantParty(planCanary(cluster));
    canary = { ...tenantParty(planRam(cluster)), name, service };
    canaries.set(cluster, canary);
  }
  return canary;
}

/** Addresses of a pod, of each family that it has, with every port it declares. */
function endpointsOf(port: number, { spec, status }: any): Endpoint[] {
  const declared = spec.containers
    .flatMap((container: any) => container.ports ?? [])
    .filter(({ protocol = 'TCP' }: any) => protocol === 'TCP')
    .map(({ containerPort }: any) => containerPort);
  const ports = [...new Set<number>([port, ...declared])];
  const addresses: string[] = (status.podIPs ?? []).map(({ ip }: any) => ip);
  return addresses.flatMap(host => ports.map(p => ({ host, port: p })));
}

/** Whether a pod is the workload's, by its labels: one of a proof may carry them too. */
export function isWorkload(
  { metadata: { labels = {} } }: any,
  selector: Record<string, string>,
): boolean {
  return (
    labels[PROOF_LABEL] === undefined &&
    Object.entries(selector).every(([key, value]) => labels[key] === value)
  );
}
