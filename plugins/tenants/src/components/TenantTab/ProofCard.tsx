import { useEffect, useRef } from 'react';
import { Box, ButtonIcon, Skeleton } from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiCloseLine } from '@remixicon/react';
import { tenantsTranslationRef } from '../../translation';
import { useProof } from '../../hooks';
import { TitledCard } from '../Shared';
import { WallReceipts } from '../Receipts';
import { WallRow } from '../WallsCard';
import { useExactTime } from '../WallStatus';
import styles from './TenantTab.module.css';

/** One proof of the history: its verdicts, and behind each its receipts. */
export function ProofCard(props: {
  tenantName: string;
  proofId: string;
  onClose: () => void;
}) {
  const { tenantName, proofId, onClose } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const exact = useExactTime();
  const { proof, error } = useProof(tenantName, proofId);
  const heading = useRef<HTMLHeadingElement>(null);

  // It opens underneath the table, maybe out of sight.
  useEffect(() => {
    heading.current?.scrollIntoView?.({ block: 'nearest', behavior: 'smooth' });
  }, [proof]);

  return (
    <TitledCard
      title={
        proof
          ? t('tab.proofTitle', {
              time: exact(proof.finishedAt ?? proof.startedAt),
            })
          : t('receipts.title')
      }
      titleRef={heading}
      actions={
        <ButtonIcon
          size="small"
          variant="tertiary"
          icon={<RiCloseLine />}
          aria-label={t('tab.close')}
          onPress={onClose}
        />
      }
    >
      {error && (
        <ResponseErrorPanel
          title={t('receipts.errorTitle', { message: error.message })}
          error={error}
        />
      )}
      {!proof && !error && <Skeleton height={120} />}
      {proof && (
        <Box className={styles.walls}>
          {proof.verdicts.map(verdict => (
            <WallRow
              key={verdict.wall}
              wall={{
                ...verdict,
                stale: false,
                provedAt: proof.finishedAt ?? proof.startedAt,
              }}
            >
              <WallReceipts
                wall={verdict.wall}
                proofId={proof.id}
                proof={proof}
              />
            </WallRow>
          ))}
        </Box>
      )}
    </TitledCard>
  );
}
