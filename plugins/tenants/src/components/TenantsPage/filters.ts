import {
  Tenant,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  isStale,
  mostUsed,
  overallStatus,
  provedAt,
  STATUSES,
} from '../Shared';

/** Statuses that tenants can be counted and filtered by. */
export type StatusFilter = WallStatus | 'stale';

export const STATUS_FILTERS: readonly StatusFilter[] = [
  'holds',
  'breached',
  'unproven',
  'stale',
];

/** What the table shows: the words that are in the page's address. */
export interface TenantsFilter {
  status?: string;
  cluster?: string;
}

export function matchesStatus(tenant: Tenant, status: string): boolean {
  return status === 'stale'
    ? isStale(tenant)
    : overallStatus(tenant.walls) === status;
}

export function matchesFilter(tenant: Tenant, filter: TenantsFilter): boolean {
  return (
    (!filter.status || matchesStatus(tenant, filter.status)) &&
    (!filter.cluster || tenant.cluster === filter.cluster)
  );
}

export function matchesSearch(tenant: Tenant, search: string): boolean {
  const text = `${tenant.name} ${tenant.owner} ${tenant.cluster}`;
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.toLowerCase().includes(word));
}

const SORT_KEYS: Record<string, (tenant: Tenant) => string | number> = {
  name: tenant => tenant.name,
  walls: tenant => STATUSES.indexOf(overallStatus(tenant.walls)),
  owner: tenant => tenant.owner,
  cluster: tenant => tenant.cluster,
  size: tenant => tenant.spec.size,
  // What is not known is less than nothing.
  use: tenant => (tenant.usage ? mostUsed(tenant.usage)[1] : -1),
  // Never proved is older than any proof.
  proved: tenant => provedAt(tenant) ?? '',
};

/** Sorts by a column; the name decides between equals. */
export function sortTenants(
  tenants: Tenant[],
  column: string,
  direction: 'ascending' | 'descending',
): Tenant[] {
  const key = SORT_KEYS[column] ?? SORT_KEYS.name;
  const sign = direction === 'descending' ? -1 : 1;
  return [...tenants].sort(
    (a, b) => sign * compare(key(a), key(b)) || a.name.localeCompare(b.name),
  );
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'string' && typeof b === 'string'
    ? a.localeCompare(b)
    : Number(a) - Number(b);
}
