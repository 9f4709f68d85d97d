import { Cluster } from '../../clients';

/** Milliseconds a pod may wait for a node. */
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

/** Watches a pod until its container has run, or can't. */
export async function startOf(
  cluster: Cluster,
  pod: { namespace: string; name: string; uid?: string },
  signal: AbortSignal,
): Promise<PodStart> {
  const done = new AbortController();
  const begun = Date.now();
  let problem = 'it was not seen';
  const events = cluster.kubernetes.watch<any>(
    { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace },
    {
      fieldSelector: `metadata.name=${pod.name}`,
      signal: AbortSignal.any([signal, done.signal]),
    },
  );
  try {
    for await (const { type, object } of events) {
      if (type === 'DELETED' || isOther(object, pod.uid)) {
        return { problem: 'The proof pod was removed by somebody else' };
      }
      const { status = {}, spec } = object;
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
      const scheduled = status.conditions?.find(
        (c: any) => c.type === 'PodScheduled' && c.status === 'False',
      );
      problem = scheduled?.message ?? reason;
      if (scheduled && Date.now() - begun > UNSCHEDULABLE_MS) {
        return { problem: `The proof pod finds no node: ${problem}` };
      }
    }
  } finally {
    done.abort();
  }
  throw new Error(`The watch of the proof pod ended: ${problem}`);
}

function isOther(object: any, uid: string | undefined): boolean {
  return Boolean(uid && object.metadata?.uid && object.metadata.uid !== uid);
}
