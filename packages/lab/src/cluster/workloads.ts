import { until } from '../run.ts';
import type { KubeApi } from './api.ts';
import { podsReady } from './ready.ts';

/** A part of the lab that runs in pods. */
export interface Workload {
  namespace: string;
  kind: 'deployment' | 'statefulset';
  name: string;
}

/** Parts that run in pods, each with one. */
export const WORKLOADS: Record<string, Workload> = {
  coredns: { namespace: 'kube-system', kind: 'deployment', name: 'coredns' },
  vault: { namespace: 'sys-vault', kind: 'statefulset', name: 'sys-vault' },
  'external-secrets': {
    namespace: 'external-secrets',
    kind: 'deployment',
    name: 'external-secrets',
  },
};

const podsPath = ({ namespace }: Workload) =>
  `/api/v1/namespaces/${namespace}/pods`;
const pathOf = ({ namespace, kind, name }: Workload) =>
  `/apis/apps/v1/namespaces/${namespace}/${kind}s/${name}`;

/** Takes its pod away until {@link scaleUp} or the lab's next `up`. */
export async function scaleDown(api: KubeApi, workload: Workload) {
  await scale(api, workload, 0);
  await until(
    `${workload.name}'s pod to be gone`,
    60,
    async () => (await api.list(podsPath(workload))).length === 0,
  );
}

/** Gives it its pod, and waits until that is ready. */
export async function scaleUp(api: KubeApi, workload: Workload) {
  await scale(api, workload, 1);
  await isReady(api, workload, 0);
}

/** Deletes its pod, and waits until the next one is ready. */
export async function replacePods(api: KubeApi, workload: Workload) {
  const since = Date.now();
  for (const { metadata } of await api.list(podsPath(workload))) {
    await api.delete(`${podsPath(workload)}/${metadata.name}`);
  }
  await isReady(api, workload, since);
}

async function isReady(api: KubeApi, workload: Workload, since: number) {
  const { namespace, name } = workload;
  await until(`${name}'s pod to be ready`, 120, () =>
    podsReady(api, namespace, since),
  );
}

async function scale(api: KubeApi, workload: Workload, replicas: number) {
  await api.send(
    'PATCH',
    `${pathOf(workload)}/scale`,
    { spec: { replicas } },
    'application/merge-patch+json',
  );
}
