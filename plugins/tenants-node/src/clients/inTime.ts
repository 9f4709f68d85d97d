/**
 * Waits for work that may not end by itself, and tells it when nobody waits any more.
 * Unlike AbortSignal.timeout it leaves no timer behind: thousands are waited for.
 *
 * @param late - Says what has not come
 * @throws Error once the time is over, or the signal's reason
 */
export async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: { ms: number; late: () => string; signal?: AbortSignal },
): Promise<T> {
  const { ms, late, signal } = options;
  const over = new AbortController();
  let onEnd = (_: unknown) => {};
  const ended = new Promise<never>((_, reject) => {
    onEnd = reason => {
      over.abort(reason);
      reject(reason);
    };
  });
  const onAbort = () => onEnd(signal!.reason);
  const timer = setTimeout(() => onEnd(new Error(late())), ms).unref();
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) {
    onAbort();
  }
  try {
    return await Promise.race([work(over.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
