import { Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, ClusterView } from '../../clients';
import { fromMemory } from '../../clients/clusterView';

/** Milliseconds that the pod of the round before may take to be gone. */
const PATIENCE_MS = 15_000;
/** Milliseconds that the quota controller may take to count, in a cluster that is busy. */
const UNCOUNTED_MS = 30_000;
const NAME = 'tenant-probe-quota';

/**
 * Waits until the quota of proof pods has room for one. Says why, where it isn't
 * in time; a quota that is gone is found by the checks.
 */
export async function waitForProbeQuota(
  { kubernetes }: Cluster,
  view: ClusterView,
  namespace: string,
  signal: AbortSignal,
): Promise<Said | undefined> {
  const kind = { apiVersion: 'v1', kind: 'ResourceQuota' };
  const ref = { ...kind, namespace };
  const named = { namespace, name: NAME };
  const live =
    (await fromMemory(view, kind, named, signal)) ??
    (await kubernetes.get<any>({ ...ref, name: NAME }, { signal }));
  if (!live || isFree(live)) {
    return undefined;
  }
  let used = live.status?.used?.pods;
  const patience = used === undefined ? UNCOUNTED_MS : PATIENCE_MS;
  const late = AbortSignal.timeout(patience);
  const done = new AbortController();
  try {
    const events = kubernetes.watch<any>(ref, {
      fieldSelector: `metadata.name=${NAME}`,
      signal: AbortSignal.any([signal, late, done.signal]),
    });
    for await (const { type, object } of events) {
      if (isFree(object)) {
        return undefined;
      }
      // A bookmark says nothing of it.
      used = type === 'BOOKMARK' ? used : object.status?.used?.pods;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) {
      throw error;
    }
  } finally {
    done.abort();
  }
  const quota = `${NAME} of ${namespace}`;
  return used === undefined
    ? say('quotaUncounted', { quota, ms: patience })
    : say('quotaTaken', { quota, ms: patience, used });
}

/** A quota without a status has not been counted yet: nothing is admitted under it. */
function isFree({ spec, status }: any): boolean {
  return Number(status?.used?.pods) < Number(spec?.hard?.pods);
}
