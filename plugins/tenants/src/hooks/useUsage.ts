import { useApi } from '@backstage/frontend-plugin-api';
import { TenantUsage } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';
import { Polled, usePolled } from './usePolled';

const INTERVAL_MS = 30_000;

/** What a tenant uses of its quotas, kept fresh. */
export function useUsage(tenantName: string): Polled<TenantUsage> {
  const api = useApi(tenantsApiRef);
  return usePolled(
    tenantName,
    signal => api.getUsage(tenantName, { signal }),
    () => INTERVAL_MS,
  );
}
