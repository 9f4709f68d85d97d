import {
  Receipt,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';

/**
 * Whether the walls between a tenant and one neighbour hold, from the receipts
 * of one proof that are about the neighbour.
 *
 * @returns `undefined` when no receipt that counts is about the neighbour
 */
export function pairStatus(
  receipts: Receipt[],
  neighbour: string,
): WallStatus | undefined {
  const counted = receipts.filter(
    ({ about, outcome }) =>
      about.neighbour === neighbour && outcome !== 'notApplicable',
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
