import { Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, ClusterView } from '../../clients';
import { PROOF_CONTAINER } from './labels';

/** Longest text of an Event that a reason repeats, in characters. */
const LONGEST = 400;
/** Milliseconds a pod may take before one looks what keeps it. */
const PATIENCE_MS = 10_000;
/** Reasons for waiting that do not pass by themselves. */
const STUCK =
  /^(ErrImage|ImagePull|InvalidImageName|CreateContainer|RunContainer|CrashLoop)/;

const PODS = { apiVersion: 'v1', kind: 'Pod' };

/** How a pod has started. */
export interface PodStart {
  nodeName?: string;
  /** Why it can't start */
  problem?: Said;
  /** How it has ended already */
  ended?: string;
}

/** Its kubelet goes on trying: this may pass, and is why where it does not. */
export class SlowStartError extends Error {}

const GONE: PodStart = {
  problem: say('podGone'),
};

/** Options of {@link startOf}. */
export interface StartOptions {
  /** resourceVersion of the pod as it was made; without one it is looked up */
  since?: string;
  /** Where the pod is followed as long as it is known from when it was made */
  view?: ClusterView;
  patienceMs?: number;
}

/**
 * Watches a pod until its container has run, or can't.
 *
 * @throws SlowStartError when it has a node and does not start there
 */
export async function startOf(
  cluster: Cluster,
  pod: { namespace: string; name: string; uid?: string },
  signal: AbortSignal,
  { since, view, patienceMs = PATIENCE_MS }: StartOptions = {},
): Promise<PodStart> {
  const patience = AbortSignal.timeout(patienceMs);
  try {
    const either = AbortSignal.any([signal, patience]);
    const remembered =
      since && view?.follow?.<any>(PODS, pod.namespace, either);
    return await (remembered
      ? followStart(remembered, pod)
      : watchStart(cluster, pod, either, since));
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
    return { problem: say('podNoNode', { message: unscheduled.message }) };
  }
  const said = await warningOf(cluster, pod, signal);
  throw new SlowStartError(said ?? silence(live?.status));
}

/** What it means that nothing was said to be wrong. */
function silence({ conditions = [] }: any = {}): string {
  return conditions.some(
    (c: any) => c.type === 'PodReadyToStartContainers' && c.status === 'False',
  )
    ? "its node has not given it a network yet: is the node's network agent running?"
    : 'its kubelet has said nothing of it: is it running?';
}

/** What was last said to be wrong with the pod. */
async function warningOf(
  { kubernetes }: Cluster,
  { namespace, name, uid }: { namespace: string; name: string; uid?: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const object = uid
    ? `involvedObject.uid=${uid}`
    : `involvedObject.name=${name}`;
  const { items } = await kubernetes.list<any>(
    { apiVersion: 'v1', kind: 'Event', namespace },
    { fieldSelector: `${object},type=Warning`, signal },
  );
  const at = (event: any) =>
    Date.parse(event.lastTimestamp ?? event.eventTime ?? '') || 0;
  const last = items.sort((a, b) => at(b) - at(a))[0];
  return last && `${last.reason} ${last.message}`.slice(0, LONGEST);
}

async function followStart(
  remembered: AsyncGenerator<any[]>,
  pod: { name: string; uid?: string },
): Promise<PodStart> {
  let wasThere = false;
  for await (const pods of remembered) {
    const live = pods.find(({ metadata }) => metadata.name === pod.name);
    const start = live ? stateOf(live, pod.uid) : wasThere && GONE;
    if (start) {
      return start;
    }
    wasThere ||= live !== undefined;
  }
  throw new Error('Nobody follows the proof pod');
}

async function watchStart(
  { kubernetes }: Cluster,
  pod: { namespace: string; name: string; uid?: string },
  signal: AbortSignal,
  since?: string,
): Promise<PodStart> {
  let resourceVersion = since;
  if (!resourceVersion) {
    const live = await kubernetes.get<any>(refOf(pod), { signal });
    const start = live ? stateOf(live, pod.uid) : GONE;
    if (start) {
      return start;
    }
    resourceVersion = live.metadata.resourceVersion;
  }
  const done = new AbortController();
  const events = kubernetes.watch<any>(
    { ...refOf(pod), name: undefined },
    {
      fieldSelector: `metadata.name=${pod.name}`,
      resourceVersion,
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
  return { ...PODS, namespace, name };
}

/** How the pod has started; nothing while that is open. */
function stateOf(
  { metadata, spec, status = {} }: any,
  uid: string | undefined,
): PodStart | undefined {
  if (uid && metadata.uid !== uid) {
    return GONE;
  }
  const own = status.containerStatuses?.find(
    ({ name }: any) => name === PROOF_CONTAINER,
  );
  const state = own?.state ?? {};
  if (state.running || state.terminated) {
    const { reason, exitCode } = state.terminated ?? {};
    return {
      nodeName: spec.nodeName,
      ended: state.terminated && `${reason} (exit code ${exitCode})`,
    };
  }
  if (status.phase === 'Failed') {
    return {
      problem: say('podFailed', {
        message: `${status.reason} ${status.message}`,
      }),
    };
  }
  const { reason = '', message = '' } = state.waiting ?? {};
  if (STUCK.test(reason)) {
    return { problem: say('podStuck', { message: `${reason} ${message}` }) };
  }
  return undefined;
}
