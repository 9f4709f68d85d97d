import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { isNew } from './isNew';

/**
 * Neighbours that a tenant may be proved against now, the one to prefer first:
 * the pair least recently tried, so that every pair has its turn; among those,
 * one whose own proof is queued, so that one round serves both.
 */
export function rankNeighbours(options: {
  tenant: TenantRecord;
  tenants: TenantRecord[];
  busy: Set<string>;
  queued: Set<string>;
  /** Names of those that have had a proof */
  proved: { has(name: string): boolean };
  /** When the tenant was last tried against each, in milliseconds */
  attempts: Map<string, number>;
}): string[] {
  const { tenant, tenants, busy, queued, proved, attempts } = options;
  return tenants
    .filter(
      other =>
        other.name !== tenant.name &&
        other.cluster === tenant.cluster &&
        other.phase === 'active' &&
        !busy.has(other.name) &&
        // One that is still being made is no use to anybody.
        (!isNew(other) || queued.has(other.name) || proved.has(other.name)),
    )
    .map(other => ({
      name: other.name,
      at: attempts.get(other.name) ?? 0,
      rank: queued.has(other.name) ? 0 : 1,
    }))
    .sort(
      (a, b) => a.at - b.at || a.rank - b.rank || (a.name < b.name ? -1 : 1),
    )
    .map(other => other.name);
}
