import pLimit from 'p-limit';
import { KubernetesClient, ObjectRef } from './kubernetes';

/** Milliseconds between two looks at what has not changed: time may tell as well. */
const LOOK_MS = 1_000;

/** The part of an object that every predicate may count on. */
export interface Listed {
  metadata: {
    name: string;
    uid?: string;
    [field: string]: any;
  };
  [field: string]: any;
}

/**
 * Watches a collection until what it holds is as it should be: the one way of
 * this engine to wait for Kubernetes.
 *
 * @param ref - With a name the collection is that one object
 * @param predicate - Is asked after each change and every second. What it
 * throws ends the wait: it can't get better
 * @returns whether it came to be so before the deadline
 * @throws the signal's reason, or what the API server refuses
 */
export async function until(
  kubernetes: KubernetesClient,
  ref: ObjectRef,
  options: { timeoutMs: number; labelSelector?: string; signal?: AbortSignal },
  predicate: (items: Listed[]) => boolean | Promise<boolean>,
): Promise<boolean> {
  const { timeoutMs, labelSelector, signal } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const over = new AbortController();
  const ends = AbortSignal.any([
    over.signal,
    deadline,
    ...(signal ? [signal] : []),
  ]);
  let isMet = false;
  let failure: unknown;
  const items = new Map<string, Listed>();
  const oneAtATime = pLimit(1);
  const look = () =>
    oneAtATime(async () => {
      if (over.signal.aborted) {
        return;
      }
      try {
        isMet = await predicate([...items.values()]);
      } catch (error) {
        failure = error;
      }
      if (isMet || failure) {
        over.abort();
      }
    });
  // Not before there is an answer: nothing listed yet is not nothing there.
  let timer: NodeJS.Timeout | undefined;
  try {
    for await (const change of changes(kubernetes, ref, {
      labelSelector,
      signal: ends,
    })) {
      change(items);
      timer ??= setInterval(() => {
        if (oneAtATime.activeCount === 0) {
          void look();
        }
      }, LOOK_MS);
      await look();
      if (isMet || failure) {
        break;
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!ends.aborted) {
      throw error;
    }
  } finally {
    clearInterval(timer);
    over.abort();
  }
  signal?.throwIfAborted();
  if (failure) {
    throw failure;
  }
  return isMet;
}

/** What is there, and each change of it, for ever. */
async function* changes(
  kubernetes: KubernetesClient,
  ref: ObjectRef,
  options: { labelSelector?: string; signal: AbortSignal },
): AsyncGenerator<(items: Map<string, Listed>) => void> {
  const { name, ...collection } = ref;
  const query = {
    ...options,
    ...(name && { fieldSelector: `metadata.name=${name}` }),
  };
  while (!options.signal.aborted) {
    const list = await kubernetes.list<Listed>(collection, query);
    yield items => {
      items.clear();
      list.items.forEach(item => items.set(item.metadata.name, item));
    };
    const { resourceVersion } = list;
    const events = kubernetes.watch<Listed>(collection, {
      ...query,
      resourceVersion,
    });
    for await (const { type, object } of events) {
      if (type === 'ERROR') {
        break;
      }
      if (type !== 'BOOKMARK') {
        yield items =>
          type === 'DELETED'
            ? items.delete(object.metadata.name)
            : items.set(object.metadata.name, object);
      }
    }
  }
}
