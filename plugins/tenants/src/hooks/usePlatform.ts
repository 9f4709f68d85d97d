import { useApi } from '@backstage/frontend-plugin-api';
import { PlatformInfo } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';
import { platformOf } from './platform';
import { Polled, usePolled } from './usePolled';

/** It changes with the backend's config, which takes a restart. */
const INTERVAL_MS = 10 * 60_000;

/** A form that waits for the backend goes on by itself once it is there. */
const RETRY_MS = 10_000;

/** What the portal offers to choose from. */
export function usePlatform(): Polled<PlatformInfo> {
  const api = useApi(tenantsApiRef);
  return usePolled(
    'platform',
    () => platformOf(api),
    value => (value ? INTERVAL_MS : RETRY_MS),
  );
}
