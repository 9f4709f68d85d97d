/** Milliseconds that a tenant counts as new. */
const NEW_MS = 2 * 60_000;

/**
 * Returns whether a tenant is so new that it may still be in the making, and its
 * policies may not bite yet.
 */
export function isNew(
  tenant: { createdAt: string },
  now: number = Date.now(),
): boolean {
  return now - Date.parse(tenant.createdAt) < NEW_MS;
}
