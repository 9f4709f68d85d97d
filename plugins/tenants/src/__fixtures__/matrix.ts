import {
  DriftItem,
  TenantMatrix,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { minutesAgo } from './tenants';

/**
 * The matrix of tenants of which each is proved against all others but the
 * first against the last; the second is breached towards the first.
 *
 * @param targets - in the columns, where they are others than in the rows
 * @param total - tenants that there are in all
 */
export function matrixOf(
  names: string[],
  targets = names,
  total = names.length,
): TenantMatrix {
  const cells = names.flatMap((tenant, row) =>
    targets.flatMap((neighbour, column) => {
      const isUnproved = row === 0 && column === targets.length - 1;
      if (tenant === neighbour || isUnproved) {
        return [];
      }
      const status: WallStatus =
        row === 1 && column === 0 ? 'breached' : 'holds';
      const proofId = `${tenant}-${neighbour}`;
      return [{ tenant, neighbour, status, proofId, provedAt: minutesAgo(3) }];
    }),
  );
  const coverage = {
    pairs: names.length * (names.length - 1),
    proved: cells.length,
  };
  const breached = cells.filter(({ status }) => status === 'breached');
  return {
    tenants: names,
    targets,
    totalItems: total,
    cells,
    coverage,
    fleet: {
      pairs: total * (total - 1),
      proved: Math.max(0, total * (total - 1) - 1),
      roundMs: (total - 1) * 5 * 60_000,
      breached: { total: breached.length, cells: breached },
    },
  };
}

/** What is not as planned of a tenant that somebody has meddled with. */
export const drift: DriftItem[] = [
  {
    stage: 'walls',
    id: 'NetworkPolicy tenant-isolation',
    change: 'create',
    fields: [],
  },
  {
    stage: 'walls',
    id: 'ResourceQuota tenant-quota',
    change: 'update',
    fields: [{ field: 'spec.hard.pods', live: '50', planned: '10' }],
  },
];
