import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceUnavailableError } from '@backstage/errors';
import { Cluster } from '../clients';
import { Listed, until } from '../clients/until';
import { labelText } from '../plan/live/selectors';
import { Wait } from '../plan/types';

/** Milliseconds that a cause may last: most pass by themselves, such as after a fix. */
const PATIENCE_MS = 60_000;
/** Milliseconds after which it is looked why something is not there yet. */
const PODS_AFTER_MS = 500;
/** Restarts after which a container is not going to come up. */
const RESTARTS = 3;
/** Reasons for which the kubelet starts no container, however often it tries. */
const HOPELESS = [
  'CreateContainerConfigError',
  'ErrImageNeverPull',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
];

/**
 * Waits, by watching, for a condition to be True.
 *
 * @throws ServiceUnavailableError at the deadline, or as soon as it can't get
 * better, with the cause where it stands: the object's conditions, its pods
 */
export async function waitFor(
  wait: Wait,
  { kubernetes }: Cluster,
  signal?: AbortSignal,
  patienceMs: number = PATIENCE_MS,
): Promise<void> {
  const { object, pods, timeoutMs } = wait;
  const startedAt = Date.now();
  // Of the time that somebody has waited, not of that before.
  const isLong: IsLong = since =>
    Date.now() - Math.max(startedAt, Date.parse(since ?? '') || 0) >=
    patienceMs;
  const over = new AbortController();
  const both = AbortSignal.any([over.signal, ...(signal ? [signal] : [])]);
  let said = 'nothing yet';
  let podSaid: string | undefined;
  const failure = (cause: string) => {
    const seconds = Number(((Date.now() - startedAt) / 1000).toFixed(1));
    return new ServiceUnavailableError(
      `Waited ${seconds} s for ${wait.for} in ${object.namespace}: ${cause}. Fix the cause and run this again: it resumes`,
    );
  };
  // Of the pods only a failure counts: that they are well the object says.
  const podsFail = pods
    ? sleep(PODS_AFTER_MS, undefined, { signal: both }).then(() =>
        until(
          kubernetes,
          { apiVersion: 'v1', kind: 'Pod', namespace: object.namespace },
          {
            timeoutMs,
            labelSelector: labelText(pods),
            signal: both,
          },
          items => {
            const troubles = items.flatMap(pod => troubleOf(pod, isLong) ?? []);
            podSaid = troubles[0]?.cause;
            const hopeless = troubles.find(trouble => trouble.isHopeless);
            if (hopeless) {
              throw failure(hopeless.cause);
            }
            return false;
          },
        ),
      )
    : undefined;
  const isMet = until(
    kubernetes,
    object,
    { timeoutMs, signal: both },
    ([live]) => {
      const state = live ? stateOf(live, wait, isLong) : { ok: false };
      said = state.said ?? said;
      if (state.isHopeless) {
        throw failure(said);
      }
      return state.ok;
    },
  );
  podsFail?.catch(() => {});
  try {
    const met = await Promise.race([
      isMet,
      ...(podsFail ? [podsFail.then(() => isMet)] : []),
    ]);
    if (!met) {
      throw failure(podSaid ?? said);
    }
  } finally {
    over.abort();
    isMet.catch(() => {});
  }
}

/** Whether something lasts for longer than it may, as of a time of the API server. */
type IsLong = (since: string | undefined) => boolean;

interface State {
  ok: boolean;
  said?: string;
  isHopeless?: boolean;
}

function stateOf(
  { metadata, spec, status = {} }: Listed,
  { condition: type, object: { kind } }: Wait,
  isLong: IsLong,
): State {
  const conditions: Condition[] = status.conditions ?? [];
  const refused = conditions.find(
    c => c.type === 'ReplicaFailure' && c.status === 'True',
  );
  if (refused) {
    return {
      ok: false,
      said: sayCondition(refused),
      isHopeless: isLong(refused.lastTransitionTime),
    };
  }
  const condition = conditions.find(c => c.type === type);
  // A controller that has not seen the newest spec speaks of the one before.
  const isBehind =
    (status.observedGeneration ?? Infinity) < metadata.generation;
  const isRolling = kind === 'Deployment' && rolling({ spec, status });
  return {
    ok: condition?.status === 'True' && !isBehind && !isRolling,
    ...(condition && {
      said: isRolling
        ? `${sayCondition(
            condition,
          )}, of the pods before; the new ones are not there`
        : sayCondition(condition),
    }),
  };
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

function sayCondition({ type, status, reason, message }: Condition): string {
  return `${type}=${status}${reason ? ` (${reason})` : ''}${
    message ? ` ${message}` : ''
  }`;
}

/** As `kubectl rollout status` tells it: Available alone may be of the old pods. */
function rolling({ spec, status }: Pick<Listed, 'spec' | 'status'>): boolean {
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  return (
    updatedReplicas < (spec?.replicas ?? 1) ||
    replicas > updatedReplicas ||
    availableReplicas < updatedReplicas
  );
}

/** What keeps a pod from running, as its own status says. */
function troubleOf(
  { metadata, status = {} }: Listed,
  isLong: IsLong,
): { cause: string; isHopeless: boolean } | undefined {
  const { name, creationTimestamp, deletionTimestamp } = metadata;
  const containers: any[] = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
  ];
  for (const {
    name: container,
    state = {},
    lastState,
    restartCount,
  } of containers) {
    const { reason, message } = state.waiting ?? {};
    const ended = lastState?.terminated ?? state.terminated;
    if (reason && !['ContainerCreating', 'PodInitializing'].includes(reason)) {
      const why = [message, ended && sayEnded(ended)].filter(Boolean);
      return {
        cause: `container ${container} of pod ${name}: ${reason}${
          why.length ? `, ${why.join(', ')}` : ''
        }`,
        isHopeless:
          isLong(creationTimestamp) &&
          (HOPELESS.includes(reason) || restartCount >= RESTARTS),
      };
    }
  }
  const unscheduled: Condition | undefined = status.conditions?.find(
    (c: Condition) => c.type === 'PodScheduled' && c.status === 'False',
  );
  // An autoscaler may still bring a node.
  return unscheduled && !deletionTimestamp
    ? { cause: `pod ${name}: ${sayCondition(unscheduled)}`, isHopeless: false }
    : undefined;
}

function sayEnded({ reason, exitCode }: { reason?: string; exitCode: number }) {
  return `ended before with ${exitCode}${reason ? ` (${reason})` : ''}`;
}
