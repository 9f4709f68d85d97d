import {
  Proof,
  Receipt,
  Tenant,
  WallState,
  WallStatus,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { isWrong, useCheckWords } from './checks';

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

/** Says in a line what was tried of a wall and what came of it. */
export function useWallSummary(): (wall: WallState, proof?: Proof) => string {
  const t = useText();
  const words = useCheckWords();
  return (wall, proof) => {
    const verdict = proof?.verdicts.find(v => v.wall === wall.wall);
    if (!proof || !verdict || verdict.status !== wall.status) {
      return wall.summary;
    }
    const { counted } = verdict.barriers;
    if (wall.status === 'holds') {
      return t('headline.allBlocked', { counted: String(counted) });
    }
    const own = proof.receipts.filter(receipt => receipt.wall === wall.wall);
    if (wall.status === 'breached') {
      const breaches = own.filter(({ outcome }) => outcome === 'breached');
      return breaches.length > 0
        ? t('headline.gotThrough', {
            through: String(breaches.length),
            counted: String(counted),
            first: words.story(breaches[0]),
          })
        : wall.summary;
    }
    const doubts = doubtsOf(own);
    if (doubts.length === 0) {
      return wall.summary;
    }
    const [first, ...rest] = doubts;
    const reason = first.reason ?? words.story(first);
    return rest.length > 0
      ? t('headline.inDoubtMore', { reason, more: String(rest.length) })
      : t('headline.inDoubt', { reason });
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
