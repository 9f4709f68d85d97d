import { ServiceUnavailableError } from '@backstage/errors';
import { Cluster } from '../clients';
import { Wait } from '../plan/types';

interface Conditioned {
  metadata: { name: string; generation?: number; resourceVersion: string };
  spec?: { replicas?: number };
  status?: {
    observedGeneration?: number;
    conditions?: {
      type: string;
      status: string;
      reason?: string;
      message?: string;
    }[];
    /** Of a Deployment; each is absent where it is 0 */
    updatedReplicas?: number;
    availableReplicas?: number;
    replicas?: number;
  };
}

/**
 * Waits, by watching, for a condition to be True.
 *
 * @throws ServiceUnavailableError at the deadline, with what was waited for and
 * what the cluster said last
 */
export async function waitFor(
  wait: Wait,
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = AbortSignal.timeout(wait.timeoutMs);
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
  let last = 'nothing yet';
  try {
    for await (const object of states(wait, cluster, either)) {
      const met = isMet(object, wait);
      if (met.ok) {
        return;
      }
      last = met.said ?? last;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!deadline.aborted) {
      throw error;
    }
  }
  const warnings = await lastWarnings(wait, cluster);
  throw new ServiceUnavailableError(
    `Waited ${wait.timeoutMs / 1000} s for ${wait.for} in ${
      wait.object.namespace
    }. The cluster said last: ${[last, ...warnings].join(
      '; ',
    )}. Mend that and run this again: it resumes`,
  );
}

/** The object as it is, and as it changes. */
async function* states(
  { object }: Wait,
  cluster: Cluster,
  signal: AbortSignal,
): AsyncGenerator<Conditioned> {
  const collection = { ...object, name: undefined };
  const fieldSelector = `metadata.name=${object.name}`;
  while (!signal.aborted) {
    const { items, resourceVersion } =
      await cluster.kubernetes.list<Conditioned>(collection, {
        fieldSelector,
        signal,
      });
    yield* items;
    const events = cluster.kubernetes.watch<Conditioned>(collection, {
      fieldSelector,
      resourceVersion,
      signal,
    });
    for await (const event of events) {
      if (event.type === 'ERROR') {
        break;
      }
      if (event.type !== 'BOOKMARK') {
        yield event.object;
      }
    }
  }
}

function isMet(
  object: Conditioned,
  { condition: type, object: { kind } }: Wait,
): { ok: boolean; said?: string } {
  const { metadata, status } = object;
  const condition = status?.conditions?.find(c => c.type === type);
  const said =
    condition &&
    `${type}=${condition.status}${
      condition.reason ? ` (${condition.reason})` : ''
    }${condition.message ? ` ${condition.message}` : ''}`;
  // A controller that has not seen the newest spec speaks of the one before.
  const behind =
    status?.observedGeneration !== undefined &&
    metadata.generation !== undefined &&
    status.observedGeneration < metadata.generation;
  const rolling = kind === 'Deployment' && isRolling(object);
  return {
    ok: condition?.status === 'True' && !behind && !rolling,
    said: rolling
      ? `${said}, of the pods before; the new ones are not there`
      : said,
  };
}

/** As `kubectl rollout status` tells it: Available alone may be of the old pods. */
function isRolling({ spec, status = {} }: Conditioned): boolean {
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  return (
    updatedReplicas < (spec?.replicas ?? 1) ||
    replicas > updatedReplicas ||
    availableReplicas < updatedReplicas
  );
}

/** The newest warnings of the namespace: they often have the reason. */
async function lastWarnings(wait: Wait, cluster: Cluster): Promise<string[]> {
  try {
    const { items } = await cluster.kubernetes.list<any>(
      { apiVersion: 'v1', kind: 'Event', namespace: wait.object.namespace },
      { fieldSelector: 'type=Warning' },
    );
    const at = (event: any) => event.lastTimestamp ?? event.eventTime ?? '';
    return items
      .sort((a, b) => String(at(b)).localeCompare(String(at(a))))
      .slice(0, 2)
      .map(event => `${event.reason}: ${event.message}`);
  } catch {
    return [];
  }
}
