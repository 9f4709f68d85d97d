import { randomBytes } from 'node:crypto';
import { Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, ClusterView } from '../../clients';
import { fromMemory } from '../../clients/clusterView';
import { TenantPlan } from '../../plan/types';
import { PROOF_LABEL } from '../pod/labels';
import { podManifest } from '../pod/manifest';
import { removePod } from '../pod/run';

/** Milliseconds that the pod of the round before may take to be gone. */
const PATIENCE_MS = 15_000;
/** Milliseconds that the quota controller may take to count, in a cluster that is busy. */
const UNCOUNTED_MS = 30_000;
/** Milliseconds without room after which pods are counted anew. */
const RECOUNT_MS = 3_000;
/** Of the pod that has them counted: it never runs. */
const LITTLE = { cpu: '1m', memory: '4Mi' };
const NAME = 'tenant-probe-quota';

/**
 * Waits until the quota of proof pods has room for one. Says why, where it isn't
 * in time; a quota that is gone is found by the checks.
 */
export async function waitForProbeQuota(
  cluster: Cluster,
  view: ClusterView,
  plan: TenantPlan,
  signal: AbortSignal,
): Promise<Said | undefined> {
  const { kubernetes } = cluster;
  const { namespace } = plan.names;
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
  const recount = setTimeout(() => countAnew(cluster, plan), RECOUNT_MS);
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
    clearTimeout(recount);
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

/**
 * Has Kubernetes count a tenant's pods: it does as one of its namespace ends, here one
 * that nothing schedules and another quota counts. Where the API server dies, or a request
 * breaks off, after a pod was charged to a quota and before it was written down, that quota
 * counts it until then, or for five minutes.
 */
async function countAnew(cluster: Cluster, plan: TenantPlan): Promise<void> {
  const nonce = randomBytes(6).toString('hex');
  const { config } = cluster;
  const like = podManifest({
    role: 'proof',
    plan,
    cluster: config,
    nonce,
    tasks: [],
  });
  const { priorityClassName, containers, ...spec } = like.spec as any;
  const resources = { requests: LITTLE, limits: LITTLE };
  const pod = {
    ...like,
    spec: {
      ...spec,
      schedulingGates: [{ name: PROOF_LABEL }],
      containers: [{ ...containers[0], resources }],
    },
  };
  // A tenant without room for it waits for Kubernetes.
  const made = cluster.kubernetes.create(pod, { metadataOnly: true });
  await made.catch(() => {});
  await removePod(cluster, pod);
}
