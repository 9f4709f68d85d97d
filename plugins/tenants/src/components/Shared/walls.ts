import {
  Operation,
  Tenant,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';

/** Worst first: the order in which people want to see them. */
export const STATUSES: readonly WallStatus[] = [
  'breached',
  'unproven',
  'holds',
];

/** Whether any of a tenant's walls is stale. */
export function isStale(tenant: Tenant): boolean {
  return tenant.walls.some(wall => wall.stale);
}

/** What an operation was asked for: an order, another size, a restore, a removal or a proof. */
export function askedFor({ request }: Pick<Operation, 'request'>) {
  return (request.kind === 'apply' && request.purpose) || request.kind;
}

/** End of the oldest proof that a tenant's walls rest on. */
export function provedAt(tenant: Tenant): string | undefined {
  const times = tenant.walls.map(wall => wall.provedAt);
  return times.includes(undefined) ? undefined : times.sort()[0];
}

/**
 * A tenant of which nothing is heard any more: what its walls were is no longer
 * known to be so.
 */
export function asLastKnown<T extends Tenant>(tenant: T): T {
  return {
    ...tenant,
    walls: tenant.walls.map(wall => ({ ...wall, stale: true })),
  };
}
