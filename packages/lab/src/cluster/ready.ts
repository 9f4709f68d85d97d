import { NODE_NAME } from '../addresses.ts';
import type { KubeApi, KubeObject } from './api.ts';

// After a restart the API still reports what was before it: only containers
// that started since count.
function isFreshAndReady(pod: KubeObject, since: number): boolean {
  const ready = pod.status?.conditions?.some(
    (condition: any) =>
      condition.type === 'Ready' && condition.status === 'True',
  );
  const containers: any[] = pod.status?.containerStatuses ?? [];
  return (
    ready &&
    containers.length > 0 &&
    containers.every(({ ready: isReady, state }) => {
      const startedAt = Date.parse(state?.running?.startedAt ?? '');
      // The API keeps whole seconds.
      return isReady && startedAt >= Math.floor(since / 1000) * 1000;
    })
  );
}

/** Whether there are pods in a namespace, and all of them are ready anew. */
export async function podsReady(
  api: KubeApi,
  namespace: string,
  since: number,
): Promise<boolean> {
  const pods = await api.list(`/api/v1/namespaces/${namespace}/pods`);
  return pods.length > 0 && pods.every(pod => isFreshAndReady(pod, since));
}

/** The kubelet has reported since, and says that the node takes pods. */
export async function nodeReady(api: KubeApi, since: number): Promise<boolean> {
  const node = await api.get(`/api/v1/nodes/${NODE_NAME}`);
  const ready = node.status?.conditions?.find(
    (condition: any) => condition.type === 'Ready',
  );
  const fresh = Date.parse(ready?.lastHeartbeatTime ?? '') >= since - 1000;
  return fresh && ready.status === 'True';
}
