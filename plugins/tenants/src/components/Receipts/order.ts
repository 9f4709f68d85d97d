import {
  Outcome,
  Receipt,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';

const WORST_FIRST: readonly Outcome[] = [
  'breached',
  'failed',
  'inconclusive',
  'asExpected',
  'notApplicable',
];

/** One wall's receipts, what is wrong first, otherwise as they were tried. */
export function receiptsOf(wall: Wall, receipts: Receipt[]): Receipt[] {
  return receipts
    .filter(receipt => receipt.wall === wall)
    .sort(
      (a, b) => WORST_FIRST.indexOf(a.outcome) - WORST_FIRST.indexOf(b.outcome),
    );
}

/** Whether a receipt says that something is not as it should be. */
export function isWrong(outcome: Outcome): boolean {
  return WORST_FIRST.indexOf(outcome) < WORST_FIRST.indexOf('asExpected');
}
