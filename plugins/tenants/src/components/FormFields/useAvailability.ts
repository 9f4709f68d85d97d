import { useEffect, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { tenantsApiRef } from '../../api';
import { Availability, availabilityOf } from './availability';

/** Waits for a pause in the typing: not every letter is a question. */
const PAUSE_MS = 400;

/**
 * Whether a name is free; `undefined` until that is known.
 *
 * @param name - nothing is asked without one
 */
export function useAvailability(
  name: string | undefined,
  owner: string | undefined,
): Availability | undefined {
  const api = useApi(tenantsApiRef);
  const [answer, setAnswer] = useState<{ key: string; value: Availability }>();
  const key = `${name} ${owner}`;

  useEffect(() => {
    if (!name) {
      return undefined;
    }
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const value = await availabilityOf(api, name, owner, controller.signal);
      if (!controller.signal.aborted) {
        setAnswer({ key, value });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, name, owner, key]);

  return name && answer?.key === key ? answer.value : undefined;
}
