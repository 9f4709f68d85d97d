import { Cluster } from '../../clients';

/** Milliseconds a pod may wait for a node before that is its problem. */
const UNSCHEDULABLE_MS = 10_000;
/** Reasons for waiting that do not pass by themselves. */
const STUCK =
  /^(ErrImage|ImagePull|InvalidImageName|CreateContainer|RunContainer|CrashLoop)/;

/** How a pod has started. */
export interface PodStart {
  nodeName?: string;
  /** Why it can't start */
  problem?: string;
  /** How it has ended already */
  ended?: string;
}

const GONE: PodStart = {
  problem: 'The proof pod was removed by somebody else',
};

/** Watches a pod until its container has run, or can't. */
export async function startOf(
  cluster: Cluster,
  pod: { namespace: string; name: string; uid?: string },
  signal: AbortSignal,
): Promise<PodStart> {
  const patience = AbortSignal.timeout(UNSCHEDULABLE_MS);
  try {
    return await watchStart(cluster, pod, AbortSignal.any([signal, patience]));
  } catch (error) {
    signal.throwIfAborted();
    if (!patience.aborted) {
      throw error;
    }
  }
  const live = await cluster.kubernetes.get<any>(refOf(pod), { signal });
  const unscheduled = live?.status?.conditions?.find(
    (c: any) => c.type === 'PodScheduled' && c.status === 'False',
  );
  if (unscheduled) {
    return { problem: `The proof pod finds no node: ${unscheduled.message}` };
  }
  throw new Error('The proof pod is slow to start');
}

async function watchStart(
  { kubernetes }: Cluster,
  pod: { namespace: string; name: string; uid?: string },
  signal: AbortSignal,
): Promise<PodStart> {
  const live = await kubernetes.get<any>(refOf(pod), { signal });
  const start = live ? stateOf(live, pod.uid) : GONE;
  if (start) {
    return start;
  }
  const done = new AbortController();
  const events = kubernetes.watch<any>(
    { ...refOf(pod), name: undefined },
    {
      fieldSelector: `metadata.name=${pod.name}`,
      resourceVersion: live?.metadata.resourceVersion,
      signal: AbortSignal.any([signal, done.signal]),
    },
  );
  try {
    for await (const { type, object } of events) {
      if (type === 'DELETED') {
        return GONE;
      }
      const next = type === 'MODIFIED' ? stateOf(object, pod.uid) : undefined;
      if (next) {
        return next;
      }
    }
  } finally {
    done.abort();
  }
  throw new Error('The watch of the proof pod ended');
}

function refOf({ namespace, name }: { namespace: string; name: string }) {
  return { apiVersion: 'v1', kind: 'Pod', namespace, name };
}

/** How the pod has started; nothing while that is open. */
function stateOf(
  { metadata, spec, status = {} }: any,
  uid: string | undefined,
): PodStart | undefined {
  if (uid && metadata.uid !== uid) {
    return GONE;
  }
  const state = status.containerStatuses?.[0]?.state ?? {};
  if (state.running || state.terminated) {
    const { reason, exitCode } = state.terminated ?? {};
    return {
      nodeName: spec.nodeName,
      ended: state.terminated && `${reason} (exit code ${exitCode})`,
    };
  }
  if (status.phase === 'Failed') {
    return {
      problem: `The proof pod failed: ${status.reason} ${status.message}`,
    };
  }
  const { reason = '', message = '' } = state.waiting ?? {};
  if (STUCK.test(reason)) {
    return { problem: `The proof pod can't start: ${reason} ${message}` };
  }
  return undefined;
}
