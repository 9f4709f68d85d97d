import { useApi } from '@backstage/frontend-plugin-api';
import {
  GetMatrixRequest,
  TenantMatrix,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';
import { Polled, usePolled } from './usePolled';

const INTERVAL_MS = 30_000;

/** The matrix of a page of tenants, kept fresh. */
export function useMatrix(request: GetMatrixRequest): Polled<TenantMatrix> {
  const api = useApi(tenantsApiRef);
  return usePolled(
    JSON.stringify(request),
    signal => api.getMatrix(request, { signal }),
    () => INTERVAL_MS,
  );
}
