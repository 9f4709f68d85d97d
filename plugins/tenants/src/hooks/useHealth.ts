import { useApi } from '@backstage/frontend-plugin-api';
import { TenantsHealth } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';
import { usePolled } from './usePolled';

const INTERVAL_MS = 30_000;

/** Whether clusters and Vaults are reached; `undefined` while nobody can tell. */
export function useHealth(): TenantsHealth | undefined {
  const api = useApi(tenantsApiRef);
  const { value } = usePolled(
    'health',
    signal => api.getHealth({ signal }),
    () => INTERVAL_MS,
  );
  return value;
}
