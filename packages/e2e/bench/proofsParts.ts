import {
  Cluster,
  TenantProof,
} from '@threewalls/backstage-plugin-tenants-node';
import { replacing } from '../src/support/lab';

/** Milliseconds of a round and of its parts; the parts overlap where they may. */
export interface Parts {
  whole: number;
  /** Until the first pod was asked for */
  prepare: number;
  /** From there to the first attempt in the last pod to start */
  podStart: number;
  /** From the first attempt in a pod to the last answer in one */
  inPods: number;
  /** From the last answer in a pod to its pod's removal being asked for */
  handBack: number;
  /** From there to the last pod's removal having been answered */
  cleanUp: number;
  /** What comes after it: the portal's own attempts, if they are last, and judging */
  rest: number;
  /** From the portal's first own attempt to its last answer; beside the pods */
  portal: number;
}

/**
 * Follows one round from outside: when its pods were asked for and removed, by
 * the requests; when attempts began and ended, by the receipts. Pods and portal
 * have one clock, since they are on one machine.
 */
export function watched(cluster: Cluster) {
  const { kubernetes } = cluster;
  const created: number[] = [];
  const removals: { from: number; to: number }[] = [];
  const startedAt = Date.now();
  const create: typeof kubernetes.create = (object, options) => {
    if (object.kind === 'Pod' && !options?.dryRun) {
      created.push(Date.now());
    }
    return kubernetes.create(object, options);
  };
  const remove: typeof kubernetes.delete = async (ref, options) => {
    const from = Date.now();
    await kubernetes.delete(ref, options);
    if (ref.kind === 'Pod') {
      removals.push({ from, to: Date.now() });
    }
  };
  const follower = replacing(kubernetes, { create, delete: remove });
  return {
    cluster: { ...cluster, kubernetes: follower },
    parts(proofs: TenantProof[]): Parts {
      const endedAt = Date.now();
      const receipts = proofs.flatMap(proof => proof.receipts);
      const times = receipts
        .filter(({ durationMs }) => durationMs > 0)
        .map(({ source, startedAt: at, durationMs }) => ({
          pod: source.type === 'pod' ? source.name : undefined,
          from: Date.parse(at),
          to: Date.parse(at) + durationMs,
        }));
      const inPods = times.filter(({ pod }) => pod);
      const portal = times.filter(({ pod }) => !pod);
      const firsts = new Map<string, number>();
      for (const { pod, from } of inPods) {
        firsts.set(pod!, Math.min(from, firsts.get(pod!) ?? Infinity));
      }
      const asked = Math.min(...created);
      const first = Math.min(...firsts.values());
      const answered = Math.max(...inPods.map(({ to }) => to));
      const removing = Math.max(...removals.map(({ from }) => from));
      const removed = Math.max(...removals.map(({ to }) => to));
      return {
        whole: endedAt - startedAt,
        prepare: asked - startedAt,
        podStart: Math.max(...firsts.values()) - asked,
        inPods: answered - first,
        handBack: removing - answered,
        cleanUp: removed - removing,
        rest: endedAt - removed,
        portal:
          Math.max(...portal.map(({ to }) => to)) -
          Math.min(...portal.map(({ from }) => from)),
      };
    },
  };
}
