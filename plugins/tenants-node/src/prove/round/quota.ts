import { Cluster } from '../../clients';

/** Milliseconds that the pod of the round before may take to be gone. */
const PATIENCE_MS = 15_000;
const NAME = 'tenant-probe-quota';

/**
 * Waits until the quota of proof pods is free again. Says why, where it isn't
 * in time; a quota that is gone is found by the checks.
 */
export async function waitForProbeQuota(
  { kubernetes }: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ref = { apiVersion: 'v1', kind: 'ResourceQuota', namespace };
  const live = await kubernetes.get<any>({ ...ref, name: NAME }, { signal });
  if (!live || isFree(live)) {
    return undefined;
  }
  const late = AbortSignal.timeout(PATIENCE_MS);
  const done = new AbortController();
  let used = live.status?.used?.pods;
  try {
    const events = kubernetes.watch<any>(ref, {
      fieldSelector: `metadata.name=${NAME}`,
      signal: AbortSignal.any([signal, late, done.signal]),
    });
    for await (const { object } of events) {
      if (isFree(object)) {
        return undefined;
      }
      used = object.status?.used?.pods;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) {
      throw error;
    }
  } finally {
    done.abort();
  }
  return `${NAME} of ${namespace} was not free within ${PATIENCE_MS} ms (pods used: ${used}): is an older proof pod left there?`;
}

/** A quota without a status has not been counted yet: nothing is admitted under it. */
function isFree({ status }: any): boolean {
  return status?.used?.pods === '0';
}
