import {
  Receipt,
  Tenant,
  WallState,
  WallStatus,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { isWrong } from './checks';

/** The one sentence that a tenant's walls come to, and how it looks. */
export interface Headline {
  status: WallStatus;
  stale: boolean;
  text: string;
}

/** Says in one sentence whether a tenant's walls hold. */
export function useHeadline(): (tenant: Tenant) => Headline {
  const t = useText();
  /** Names the walls of one status, where there are any. */
  const part = (walls: WallState[], status: 'breached' | 'unproven') => {
    const own = walls.filter(wall => wall.status === status);
    const [first, second] = own.map(({ wall }) => t(`wall.${wall}Short`));
    const count = own.length as 0 | 1 | 2 | 3;
    return count
      ? [t(`headline.${status}${count}`, { first, second: second ?? '' })]
      : [];
  };
  return ({ walls, lastProof }) => {
    const status = overallStatus(walls);
    const stale = walls.some(wall => wall.stale);
    if (status === 'holds') {
      const text = t(stale ? 'headline.held' : 'headline.holds');
      return { status, stale, text };
    }
    const text = lastProof
      ? [...part(walls, 'breached'), ...part(walls, 'unproven')].join('. ')
      : t('headline.never');
    return { status, stale, text };
  };
}

/** The receipt that decided against a wall; nothing where all are as expected. */
export function decidingReceipt(receipts: Receipt[]): Receipt | undefined {
  const breach = receipts.find(({ outcome }) => outcome === 'breached');
  return breach ?? doubtsOf(receipts)[0];
}

/** What keeps a wall from being verified: its baseline checks first, they explain the rest. */
export function doubtsOf(receipts: Receipt[]): Receipt[] {
  const wrong = receipts.filter(({ outcome }) => isWrong(outcome));
  return ['control', 'barrier'].flatMap(kind =>
    wrong.filter(receipt => receipt.kind === kind),
  );
}
