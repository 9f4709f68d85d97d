import { useCallback, useEffect, useRef, useState } from 'react';
import { toError } from '@backstage/errors';

/** What {@link usePolled} knows at the moment. */
export interface Polled<T> {
  /** The last value; kept while it is loaded again, also where that fails */
  value?: T;
  /** Why the last attempt failed; unset again by one that succeeds */
  error?: Error;
  /** Whether there is neither a value nor an error yet */
  loading: boolean;
  refresh: () => void;
}

/**
 * Loads a value and keeps it fresh.
 *
 * A value is loaded again `interval` milliseconds after the last one came, not
 * every `interval`: a slow backend is never asked twice at once. A hidden page
 * asks nothing, and catches up when it is shown.
 *
 * @param key - what the value depends on; another key forgets the value
 */
export function usePolled<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  interval: (value: T | undefined) => number,
): Polled<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: Error }>(
    { key },
  );
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound(n => n + 1), []);

  // Callers write both inline: they must not start a load by being new.
  const latest = useRef({ load, interval });
  latest.current = { load, interval };

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function run() {
      let value: T | undefined;
      try {
        value = await latest.current.load(controller.signal);
        if (controller.signal.aborted) return;
        setState({ key, value });
      } catch (e) {
        if (controller.signal.aborted) return;
        setState(last => ({
          key,
          value: last.key === key ? last.value : undefined,
          error: toError(e),
        }));
      }
      timer = setTimeout(next, latest.current.interval(value));
    }

    function next() {
      if (document.hidden) {
        document.addEventListener('visibilitychange', run, { once: true });
      } else {
        run();
      }
    }

    run();
    return () => {
      controller.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', run);
    };
  }, [key, round]);

  const current = state.key === key ? state : { key };
  return {
    value: current.value,
    error: current.error,
    loading: !current.value && !current.error,
    refresh,
  };
}
