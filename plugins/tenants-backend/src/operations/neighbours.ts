import { Tenant } from '../inventory/Inventory';
import { isNew } from './isNew';

/**
 * Neighbours that a tenant may be proved against now, the one to prefer first:
 * the pair least recently tried, so that every pair has its turn; among those,
 * one whose own proof is queued, so that one round serves both; else at random, so
 * that the pairs that were tried tell something of the others.
 */
export function rankNeighbours(options: {
  tenant: Tenant;
  tenants: Tenant[];
  /** Names of those that an operation runs for */
  busy: Set<string>;
  /** Names of those whose proof is queued */
  queued: Set<string>;
  /** When the tenant was last tried against each, in milliseconds, by UID */
  attempts: Map<string, number>;
  /** Whether a change has asked for the proof, or has had it made anew */
  isOfChange: boolean;
}): Tenant[] {
  const { tenant, tenants, busy, queued, attempts, isOfChange } = options;
  const ranked = tenants
    .filter(
      other =>
        other.uid !== tenant.uid &&
        other.cluster === tenant.cluster &&
        other.phase === 'active' &&
        !busy.has(other.name) &&
        // One that is still being made is no use to anybody.
        (queued.has(other.name) ||
          (!isOfChange && (!isNew(other) || other.proofId))),
    )
    .map(other => ({
      other,
      at: attempts.get(other.uid) ?? 0,
      rank: queued.has(other.name) ? 0 : 1,
      order: Math.random(),
    }));
  ranked.sort((a, b) => a.at - b.at || a.rank - b.rank || a.order - b.order);
  return ranked.map(({ other }) => other);
}
