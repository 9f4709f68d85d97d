import { useCallback, useEffect, useRef, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { useSignal } from '@backstage/plugin-signals-react';
import { toError } from '@backstage/errors';
import {
  ProofSummary,
  Tenant,
  TENANT_SIGNAL_CHANNEL,
  TenantSignal,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';
import { Polled, usePolled } from './usePolled';

const PROVING_INTERVAL_MS = 1_000;
const IDLE_INTERVAL_MS = 30_000;

/**
 * How many times in a row a tenant is asked for every second: a proof that takes
 * longer than this many seconds is stuck, and not worth the load.
 */
const PROVING_ROUNDS = 300;

/** A tenant as it is now, and how to have it proved. */
export interface UseTenantResult extends Omit<Polled<Tenant>, 'value'> {
  tenant?: Tenant;
  /** The proof under way, as soon as this browser knows of it */
  currentProof?: ProofSummary;
  /** Whether a proof was asked for and the backend has not answered yet */
  starting: boolean;
  startError?: Error;
  prove: () => Promise<void>;
}

/**
 * A tenant, kept fresh: by signals where they are installed, and by polling
 * anyway, because a signal can get lost.
 */
export function useTenant(name: string): UseTenantResult {
  const api = useApi(tenantsApiRef);
  const [started, setStarted] = useState<ProofSummary>();
  const [starting, setStarting] = useState(false);
  const [startError, setStartError] = useState<Error>();
  const rounds = useRef(0);

  const { value: tenant, ...polled } = usePolled(
    name,
    signal => api.getTenant(name, { signal }),
    latest => {
      rounds.current = latest?.currentProof ? rounds.current + 1 : 0;
      return latest?.currentProof && rounds.current <= PROVING_ROUNDS
        ? PROVING_INTERVAL_MS
        : IDLE_INTERVAL_MS;
    },
  );
  const { refresh } = polled;

  const { lastSignal } = useSignal<TenantSignal>(TENANT_SIGNAL_CHANNEL);
  useEffect(() => {
    if (lastSignal?.tenant === name) {
      refresh();
    }
  }, [lastSignal, name, refresh]);

  // The answer to the POST stands in until a tenant that was loaded after it
  // came: without this the button would blink back for a moment.
  useEffect(() => setStarted(undefined), [tenant, name]);

  const prove = useCallback(async () => {
    setStarting(true);
    setStartError(undefined);
    try {
      setStarted(await api.startProof(name, { trigger: 'user' }));
      refresh();
    } catch (e) {
      setStartError(toError(e));
    } finally {
      setStarting(false);
    }
  }, [api, name, refresh]);

  return {
    ...polled,
    tenant,
    currentProof: tenant?.currentProof ?? started,
    starting,
    startError,
    prove,
  };
}
