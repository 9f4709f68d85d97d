import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';

/** Milliseconds that a tenant counts as new. */
const NEW_MS = 2 * 60_000;

/**
 * Whether a tenant is so new that it may still be in the making, and its
 * policies may not bite yet.
 */
export function isNew(tenant: TenantRecord, now: number = Date.now()): boolean {
  return now - Date.parse(tenant.createdAt) < NEW_MS;
}
