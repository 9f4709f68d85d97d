import { Cluster } from '../clients';
import { Wait } from '../plan/types';
import { waitFor } from './wait';

const wait: Wait = {
  for: 'n8n to be ready',
  object: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'web-tenant-acme',
    name: 'n8n',
  },
  condition: 'Available',
  timeoutMs: 200,
};

/** A cluster whose Deployment is in one state after another, and stays in the last. */
function clusterOf(...statuses: object[]) {
  return clusterWith([], ...statuses);
}

function clusterWith(
  pods: object[],
  ...statuses: object[]
): { cluster: Cluster; seen: number[] } {
  const [first, ...rest] = statuses.map(status => ({
    metadata: { name: 'n8n', generation: 2, resourceVersion: '1' },
    spec: { replicas: 1 },
    status: {
      observedGeneration: 2,
      conditions: [{ type: 'Available', status: 'True', reason: 'Enough' }],
      ...status,
    },
  }));
  const seen: number[] = [];
  const kubernetes = {
    list: async ({ kind }: { kind: string }) => ({
      items: kind === 'Deployment' ? [first] : pods,
      resourceVersion: '1',
    }),
    async *watch(
      { kind }: { kind: string },
      { signal }: { signal: AbortSignal },
    ) {
      for (const [i, object] of kind === 'Pod' ? [] : rest.entries()) {
        seen.push(i);
        yield { type: 'MODIFIED', object };
      }
      await new Promise(done => signal.addEventListener('abort', done));
    },
  };
  return { cluster: { kubernetes } as unknown as Cluster, seen };
}

describe('waitFor', () => {
  const ready = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };

  it('takes a Deployment whose pods are all of the newest spec', async () => {
    const { cluster, seen } = clusterOf(ready);
    await waitFor(wait, cluster);
    expect(seen).toEqual([]);
  });

  it.each([
    // One after another, as Recreate does it; a count of 0 is left out.
    ['of the pods before', { replicas: 1, availableReplicas: 1 }],
    ['of no pod', {}],
    ['of a pod that is not available yet', { replicas: 1, updatedReplicas: 1 }],
    ['of both', { replicas: 2, updatedReplicas: 1, availableReplicas: 2 }],
    ['of the spec before', { ...ready, observedGeneration: 1 }],
  ])('does not take Available %s', async (_, status) => {
    const later = clusterOf(status, ready);
    await waitFor({ ...wait, timeoutMs: 20_000 }, later.cluster);
    expect(later.seen).toEqual([0]);

    const never = clusterOf(status);
    await expect(waitFor(wait, never.cluster)).rejects.toThrow(
      /Waited [\d.]+ s for n8n to be ready in web-tenant-acme.*Available=True \(Enough\)/,
    );
  });

  const old = new Date(Date.now() - 120_000).toISOString();
  const podWith = (status: object, creationTimestamp = old) => ({
    metadata: { name: 'n8n-x', creationTimestamp },
    status,
  });
  const waiting = (reason: string, more: object = {}) => ({
    containerStatuses: [
      { name: 'n8n', state: { waiting: { reason } }, restartCount: 0, ...more },
    ],
  });
  const patient = { ...wait, pods: { a: 'b' }, timeoutMs: 20_000 };

  it.each<[string, object | undefined, object]>([
    ['InvalidImageName', podWith(waiting('InvalidImageName')), {}],
    ['ImagePullBackOff', podWith(waiting('ImagePullBackOff')), {}],
    [
      'CrashLoopBackOff, ended before with 137 \\(OOMKilled\\)',
      podWith(
        waiting('CrashLoopBackOff', {
          restartCount: 3,
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        }),
      ),
      {},
    ],
    [
      'ReplicaFailure=True \\(FailedCreate\\) admission webhook denied it',
      undefined,
      {
        conditions: [
          {
            type: 'ReplicaFailure',
            status: 'True',
            reason: 'FailedCreate',
            message: 'admission webhook denied it',
            lastTransitionTime: old,
          },
        ],
      },
    ],
  ])(
    'ends before the deadline where it does not get better: %s',
    async (said, pod, status) => {
      const { cluster } = clusterWith(pod ? [pod] : [], status);
      const startedAt = Date.now();
      await expect(waitFor(patient, cluster, undefined, 0)).rejects.toThrow(
        new RegExp(said),
      );
      expect(Date.now() - startedAt).toBeLessThan(5_000);
    },
  );

  it.each<[string, object]>([
    [
      'container n8n of pod n8n-x: ImagePullBackOff',
      podWith(waiting('ImagePullBackOff'), new Date().toISOString()),
    ],
    [
      'pod n8n-x: PodScheduled=False \\(Unschedulable\\) no node',
      podWith({
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: 'no node',
          },
        ],
      }),
    ],
  ])('waits where it may, and then says why: %s', async (said, pod) => {
    const { cluster } = clusterWith([pod], { conditions: [] });
    await expect(
      waitFor({ ...patient, timeoutMs: 800 }, cluster),
    ).rejects.toThrow(new RegExp(said));
  });

  it('is given up with its signal', async () => {
    const { cluster } = clusterOf({ conditions: [] });
    await expect(
      waitFor(patient, cluster, AbortSignal.timeout(50)),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
