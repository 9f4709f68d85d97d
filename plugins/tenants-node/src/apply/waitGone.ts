import { ServiceUnavailableError } from '@backstage/errors';
import { Cluster } from '../clients';
import { ObjectRef } from '../clients/kubernetes';

/**
 * Waits, by watching, until a collection has no object left.
 *
 * @throws ServiceUnavailableError at the deadline, with what is left
 */
export async function waitUntilEmpty(
  collection: ObjectRef,
  { kubernetes }: Pick<Cluster, 'kubernetes'>,
  timeoutMs: number,
  signal?: AbortSignal,
  fieldSelector?: string,
): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
  let left: { name: string; finalizers?: unknown }[] = [];
  try {
    while (!either.aborted) {
      const { items, resourceVersion } = await kubernetes.list(collection, {
        fieldSelector,
        signal: either,
      });
      left = items.map(({ metadata }) => ({
        name: metadata.name,
        finalizers: metadata.finalizers,
      }));
      if (left.length === 0) {
        return;
      }
      const events = kubernetes.watch(collection, {
        fieldSelector,
        resourceVersion,
        signal: either,
      });
      for await (const event of events) {
        if (event.type === 'DELETED' || event.type === 'ERROR') {
          break;
        }
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!deadline.aborted) {
      throw error;
    }
  }
  const names = left.map(
    ({ name, finalizers }) =>
      `${name}${finalizers ? ` (held by ${finalizers})` : ''}`,
  );
  throw new ServiceUnavailableError(
    `Waited ${timeoutMs / 1000} s for ${collection.kind} in ${
      collection.namespace ?? 'the cluster'
    } to go; still there: ${names.join(', ')}. Run this again: it resumes`,
  );
}

/**
 * Waits, by watching, until an object is gone.
 *
 * @throws ServiceUnavailableError at the deadline, with the finalizers and
 * conditions that hold it
 */
export async function waitUntilGone(
  ref: ObjectRef & { name: string },
  cluster: Pick<Cluster, 'kubernetes'>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await waitUntilEmpty(
      { ...ref, name: undefined },
      cluster,
      timeoutMs,
      signal,
      `metadata.name=${ref.name}`,
    );
  } catch (error) {
    const live = await cluster.kubernetes.get<any>(ref).catch(() => undefined);
    const said = (live?.status?.conditions ?? [])
      .filter((c: any) => c.status === 'True')
      .map((c: any) => c.message);
    if (said.length === 0) {
      throw error;
    }
    throw new ServiceUnavailableError(
      `${(error as Error).message}. The cluster says: ${said.join('; ')}`,
    );
  }
}
