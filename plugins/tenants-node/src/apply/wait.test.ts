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
function clusterOf(...statuses: object[]): {
  cluster: Cluster;
  seen: number[];
} {
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
      items: kind === 'Deployment' ? [first] : [],
      resourceVersion: '1',
    }),
    async *watch(_: object, { signal }: { signal: AbortSignal }) {
      for (const [i, object] of rest.entries()) {
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
    await waitFor(wait, later.cluster);
    expect(later.seen).toEqual([0]);

    const never = clusterOf(status);
    await expect(waitFor(wait, never.cluster)).rejects.toThrow(
      /Waited 0.2 s for n8n to be ready in web-tenant-acme.*Available=True \(Enough\)/,
    );
  });
});
