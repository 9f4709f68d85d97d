import { objectPath } from './kinds';
import { isReset, KubernetesTransport } from './kubernetesTransport';

export type ObjectRef = Parameters<typeof objectPath>[0];

export interface WatchEvent<T = any> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

export interface WatchOptions {
  /** Of the list that the watch goes on from */
  resourceVersion?: string;
  labelSelector?: string;
  fieldSelector?: string;
  signal?: AbortSignal;
  /** Called once the server has begun to answer: what changes from now on is seen */
  onOpen?: () => void;
}

/**
 * Events of a collection until the signal aborts or the server ends the watch;
 * then the caller lists again.
 */
export async function* watchCollection<T extends object>(
  transport: KubernetesTransport,
  ref: ObjectRef,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { signal, onOpen, ...query } = options;
  const body = transport.stream(
    {
      method: 'GET',
      path: objectPath(ref),
      query: { ...query, watch: true, allowWatchBookmarks: true },
      signal,
    },
    { onOpen },
  );
  try {
    for await (const line of body) {
      yield JSON.parse(line) as WatchEvent<T>;
    }
  } catch (error) {
    // An API server that restarts ends its watches in the middle of a line.
    if (signal?.aborted || !(isReset(error) || error instanceof SyntaxError)) {
      throw error;
    }
  }
}
