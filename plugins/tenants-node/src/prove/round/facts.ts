import { Cluster } from '../../clients';
import { N8N_PORT, N8N_SELECTOR } from '../../plan/network';
import { CANARY_PORT, CANARY_SELECTOR, N8N } from '../../plan/names';
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
export async function readCluster(
  { kubernetes }: Cluster,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const [nodes, slices] = await Promise.all([
    kubernetes.list<any>({ apiVersion: 'v1', kind: 'Node' }, { signal }),
    kubernetes.list<any>(
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        namespace: 'default',
      },
      { labelSelector: 'kubernetes.io/service-name=kubernetes', signal },
    ),
  ]);
  const endpoints: Endpoint[] = slices.items.flatMap((slice: any) =>
    (slice.endpoints ?? []).flatMap(({ addresses }: any) =>
      addresses.map((host: string) => ({ host, port: slice.ports[0].port })),
    ),
  );
  return {
    kubeApi: [{ host: 'kubernetes.default.svc', port: 443 }, ...endpoints],
    kubelets: nodes.items.flatMap(kubelet).slice(0, KUBELETS),
    nodes: new Map(
      nodes.items.map(({ metadata, status }: any) => [
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
  cluster: Cluster,
  plan: TenantPlan,
  signal: AbortSignal,
): Promise<Party> {
  return {
    ...tenantParty(plan),
    pods: await podsOf(cluster, plan, N8N_SELECTOR, N8N_PORT, signal),
  };
}

/** A tenant as far as its plan says. */
export function tenantParty(plan: TenantPlan): Party {
  const host = `${N8N}.${plan.names.namespace}.svc`;
  return { plan, service: { host, port: N8N_PORT }, pods: [] };
}

/** The canary as far as its plan says. */
export function canaryParty(plan: TenantPlan): Party {
  const name = CANARY_SELECTOR['app.kubernetes.io/name'];
  const host = `${name}.${plan.names.namespace}.svc`;
  return { plan, service: { host, port: CANARY_PORT }, pods: [] };
}

async function podsOf(
  { kubernetes }: Cluster,
  { names: { namespace } }: TenantPlan,
  selector: Record<string, string>,
  port: number,
  signal: AbortSignal,
): Promise<Endpoint[]> {
  const { items } = await kubernetes.list<any>(
    { apiVersion: 'v1', kind: 'Pod', namespace },
    {
      labelSelector: [
        ...Object.entries(selector).map(([key, value]) => `${key}=${value}`),
        `!${PROOF_LABEL}`,
      ].join(','),
      signal,
    },
  );
  return items
    .filter(
      ({ metadata, status }: any) =>
        !metadata.deletionTimestamp &&
        status?.phase === 'Running' &&
        status.podIP,
    )
    .flatMap(({ spec, status }: any) => {
      const declared = spec.containers
        .flatMap((container: any) => container.ports ?? [])
        .filter(({ protocol = 'TCP' }: any) => protocol === 'TCP')
        .map(({ containerPort }: any) => containerPort);
      const ports = new Set<number>([port, ...declared]);
      return [...ports].map(p => ({ host: status.podIP, port: p }));
    });
}
