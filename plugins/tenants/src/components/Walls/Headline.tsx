import { Flex, Text } from '@backstage/ui';
import {
  Receipt,
  Tenant,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { isStale, Marks, WallStatusIcon } from '../Shared';
import { isWrong } from './checks';
import { ProofLine } from './ProofLine';

/**
 * Whether a tenant's walls hold in one sentence, what it is besides, and what goes on.
 */
export function Headline(props: { tenant: Tenant; role?: 'status' }) {
  const { tenant, role } = props;
  const { walls, lastProof } = tenant;
  const t = useText();
  const status = overallStatus(walls);
  const stale = isStale(tenant);
  /** Names the walls of one status, where there are any. */
  const part = (of: 'breached' | 'unproven') => {
    const own = walls.filter(wall => wall.status === of);
    const [first, second] = own.map(({ wall }) => t(`wall.${wall}Short`));
    const count = own.length as 0 | 1 | 2 | 3;
    return (
      count && t(`headline.${of}${count}`, { first, second: second ?? '' })
    );
  };
  function text() {
    if (status === 'holds') {
      return t(stale ? 'headline.held' : 'headline.holds');
    }
    return lastProof
      ? [part('breached'), part('unproven')].filter(Boolean).join('. ')
      : t('headline.never');
  }
  return (
    <>
      <Flex align="center" gap="2" role={role}>
        <WallStatusIcon status={status} stale={stale} size={28} />
        <Text variant="title-small" weight="bold">
          {text()}
        </Text>
      </Flex>
      <Marks tenant={tenant} />
      <ProofLine tenant={tenant} />
    </>
  );
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
