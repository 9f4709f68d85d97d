/** Parts in which a wait is counted. */
const PARTS = 10;
/** What a part counts that was as long as it should be, and one that was not. */
const COUNTS = { inTime: 4, late: 1 };

/**
 * Calls after some milliseconds in which this process could listen. While it was busy
 * with something else, such as a very long list, what it waits for may have come without
 * having been read: that time counts a quarter.
 *
 * @returns Ends the wait
 */
export function whileListening(ms: number, late: () => void): () => void {
  const partMs = ms / PARTS;
  let left = PARTS * COUNTS.inTime;
  let at = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    left -= COUNTS[now - at < 2 * partMs ? 'inTime' : 'late'];
    at = now;
    if (left <= 0) {
      clearInterval(timer);
      late();
    }
  }, partMs).unref();
  return () => clearInterval(timer);
}

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
  const stop = whileListening(ms, () => onEnd(new Error(late())));
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) {
    onAbort();
  }
  try {
    return await Promise.race([work(over.signal), ended]);
  } finally {
    stop();
    signal?.removeEventListener('abort', onAbort);
  }
}
