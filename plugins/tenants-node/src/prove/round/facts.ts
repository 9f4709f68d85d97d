import { ClusterView, expectSeen } from '../../clients';
import { TenantPlan } from '../../plan/types';
import { PROOF_LABEL } from '../pod/labels';
import { Endpoint } from '../../config/platform';
import { NodeFacts, Party } from '../types';

/** Nodes whose kubelets are dialled; more would only say the same again. */
const KUBELETS = 5;

/** What the cluster itself offers to attack. */
export interface ClusterFacts {
  kubeApi: Endpoint[];
  kubelets: Endpoint[];
  nodes: Map<string, NodeFacts>;
}

/** The API server's addresses and the nodes. */
export async function readCluster(view: ClusterView): Promise<ClusterFacts> {
  const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
  const [nodes, slices] = await Promise.all([
    expectSeen(view.list({ apiVersion: 'v1', kind: 'Node' })),
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
    kubelets: nodes.flatMap(kubelet).slice(0, KUBELETS),
    nodes: new Map(
      nodes.map(({ metadata, status }: any) => [
        metadata.name,
        {
          labels: metadata.labels ?? {},
          kernel: status.nodeInfo?.kernelVersion ?? '',
        },
      ]),
    ),
  };
}

function kubelet({ status }: any): Endpoint[] {
  const host = status.addresses?.find(
    (address: any) => address.type === 'InternalIP',
  )?.address;
  const port = status.daemonEndpoints?.kubeletEndpoint?.Port ?? 10250;
  return host ? [{ host, port }] : [];
}

/** A tenant's Service, and its workload's pods as they are now. */
export async function readTenantParty(
  view: ClusterView,
  plan: TenantPlan,
): Promise<Party> {
  return { ...tenantParty(plan), pods: await podsOf(view, plan) };
}

/** A tenant as far as its plan says; the canary is planned as one. */
export function tenantParty(plan: TenantPlan): Party {
  const { names, workload } = plan;
  const host = `${workload.name}.${names.namespace}.svc`;
  return { plan, service: { host, port: workload.port }, pods: [] };
}

export const canaryParty = tenantParty;

/** Addresses of the workload's running pods, each with every port it declares. */
async function podsOf(
  view: ClusterView,
  { names: { namespace }, workload: { selector, port } }: TenantPlan,
): Promise<Endpoint[]> {
  const pods = await expectSeen(
    view.list({ apiVersion: 'v1', kind: 'Pod' }, namespace),
  );
  return pods
    .filter(pod => isWorkload(pod, selector))
    .filter(
      ({ metadata, status }) =>
        !metadata.deletionTimestamp &&
        status?.phase === 'Running' &&
        status.podIP,
    )
    .flatMap(({ spec, status }) => {
      const declared = spec.containers
        .flatMap((container: any) => container.ports ?? [])
        .filter(({ protocol = 'TCP' }: any) => protocol === 'TCP')
        .map(({ containerPort }: any) => containerPort);
      const ports = new Set<number>([port, ...declared]);
      return [...ports].map(p => ({ host: status.podIP, port: p }));
    });
}

/** Whether a pod is the workload's: one of a proof never carries its labels. */
export function isWorkload(
  { metadata: { labels = {} } }: any,
  selector: Record<string, string>,
): boolean {
  return (
    !(PROOF_LABEL in labels) &&
    Object.entries(selector).every(([key, value]) => labels[key] === value)
  );
}
