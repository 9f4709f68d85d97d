import {
  Receipt,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';

/**
 * Whether the walls between a tenant and one neighbour hold, from the receipts
 * of one proof that concern the neighbour.
 *
 * @returns `undefined` when no receipt concerns the neighbour
 */
export function pairStatus(
  receipts: Receipt[],
  neighbour: string,
): WallStatus | undefined {
  const counted = receipts.filter(
    receipt =>
      concerns(receipt, neighbour) && receipt.outcome !== 'notApplicable',
  );
  if (!counted.length) {
    return undefined;
  }
  if (counted.some(receipt => receipt.outcome === 'breached')) {
    return 'breached';
  }
  return counted.every(receipt => receipt.outcome === 'asExpected')
    ? 'holds'
    : 'unproven';
}

/**
 * A neighbour's Service, pods and attempts upon us are there in a pair only;
 * the other checks of a neighbour are made against the canary too.
 */
function concerns({ check, target }: Receipt, neighbour: string): boolean {
  return (
    check.startsWith('net.neighbour-') ||
    (check.includes('neighbour') && target.includes(neighbour))
  );
}

/** One status of all walls: the worst of them. */
export function overallStatus(walls: { status: WallStatus }[]): WallStatus {
  if (walls.some(wall => wall.status === 'breached')) {
    return 'breached';
  }
  return walls.length && walls.every(wall => wall.status === 'holds')
    ? 'holds'
    : 'unproven';
}
