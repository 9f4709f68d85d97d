import { setTimeout as sleep } from 'node:timers/promises';
import { Said, say } from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '../../clients';
import { KubernetesObject } from '../../plan/types';

/** Milliseconds that what passes by itself may take: a lagging quota, a fresh RoleBinding. */
const PATIENCE_MS = 8_000;
const RETRY_MS = 200;

/** Creates a pod, or says why it could not be. */
export async function createPod(
  cluster: Cluster,
  pod: KubernetesObject,
  signal: AbortSignal,
): Promise<{ uid?: string; resourceVersion?: string; problem?: Said }> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    // Without the signal: the API server may still make the pod of an aborted request,
    // after its removal.
    const { status, body } = await cluster.kubernetes.create<any>(pod, {
      metadataOnly: true,
    });
    if (status < 300) {
      const { uid, resourceVersion } = body.metadata;
      return { uid, resourceVersion };
    }
    const message = String(body.message ?? `HTTP ${status}`);
    if (!mayPass(status, message) || Date.now() > deadline) {
      return { problem: say('podNotMade', { message }) };
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

function mayPass(status: number, message: string): boolean {
  return (
    status === 403 &&
    /status unknown for quota|exceeded quota: tenant-probe-quota|cannot create resource/.test(
      message,
    )
  );
}
