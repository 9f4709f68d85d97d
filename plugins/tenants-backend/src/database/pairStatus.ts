import {
  Receipt,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';

/**
 * Whether walls hold between a tenant and one neighbour, from the receipts of
 * one proof: WallStatus by the same rules, over what concerns the neighbour.
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

/** Checks of a neighbour are also made against the canary; those say nothing of the pair. */
function concerns(receipt: Receipt, neighbour: string): boolean {
  return (
    receipt.check.split('.').pop()!.includes('neighbour') &&
    (receipt.target.includes(neighbour) || !receipt.target.includes('canary'))
  );
}
