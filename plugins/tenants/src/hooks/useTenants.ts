import { useEffect, useRef } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { useSignal } from '@backstage/plugin-signals-react';
import {
  Tenant,
  TENANT_SIGNAL_CHANNEL,
  TenantsApi,
  TenantSignal,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';
import { Polled, usePolled } from './usePolled';

const INTERVAL_MS = 30_000;

/**
 * Signals of many proofs at once make one reload in this time, for each so many
 * tenants: a list of a thousand is not worth reading again every second.
 */
const SETTLE_MS = 1_000;
const SETTLE_TENANTS = 100;

const PAGE_SIZE = 500;

/** All tenants that the user may read, kept fresh. */
export function useTenants(): Polled<Tenant[]> {
  const api = useApi(tenantsApiRef);
  const polled = usePolled(
    'tenants',
    signal => listAll(api, signal),
    () => INTERVAL_MS,
  );
  const { refresh, value } = polled;
  const settleMs =
    SETTLE_MS * Math.max(1, Math.ceil((value?.length ?? 0) / SETTLE_TENANTS));

  const { lastSignal } = useSignal<TenantSignal>(TENANT_SIGNAL_CHANNEL);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    if (lastSignal && !timer.current) {
      timer.current = setTimeout(() => {
        timer.current = undefined;
        refresh();
      }, settleMs);
    }
    // A signal, not a longer list, is what starts a reload.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [lastSignal, refresh]);
  useEffect(() => () => clearTimeout(timer.current), []);

  return polled;
}

async function listAll(
  api: TenantsApi,
  signal: AbortSignal,
): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (;;) {
    const page = await api.listTenants(
      { limit: PAGE_SIZE, offset: tenants.length },
      { signal },
    );
    tenants.push(...page.items);
    // An empty page ends it too: tenants may go while the pages are read.
    if (tenants.length >= page.totalItems || page.items.length === 0) {
      return tenants;
    }
  }
}
