import { Box, Flex, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Proof, Wall } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { receiptsOf } from './order';
import { ReceiptItem } from './ReceiptItem';

/** The receipts of one wall of one proof. */
export function WallReceipts(props: {
  wall: Wall;
  /** Unset when there was no proof yet */
  proofId?: string;
  proof?: Proof;
  error?: Error;
}) {
  const { wall, proofId, proof, error } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);

  if (!proofId) {
    return <Text color="secondary">{t('receipts.noProof')}</Text>;
  }
  if (error) {
    return (
      <ResponseErrorPanel
        title={t('receipts.errorTitle', { message: error.message })}
        error={error}
      />
    );
  }
  if (!proof) {
    return <ReceiptsSkeleton />;
  }
  const verdict = proof.verdicts.find(v => v.wall === wall);
  const receipts = receiptsOf(wall, proof.receipts);
  return (
    <Flex direction="column" gap="2">
      <Text variant="body-small" color="secondary">
        {verdict && receipts.length > 0
          ? t('receipts.counts', {
              refused: String(verdict.barriers.refused),
              counted: String(verdict.barriers.counted),
              succeeded: String(verdict.controls.succeeded),
              tried: String(verdict.controls.tried),
            })
          : t('receipts.none')}
      </Text>
      <Box>
        {receipts.map((receipt, index) => (
          // A check may be tried on several targets, so its id is no key.
          <ReceiptItem
            key={`${proof.id}/${receipt.check}/${index}`}
            receipt={receipt}
          />
        ))}
      </Box>
    </Flex>
  );
}

function ReceiptsSkeleton() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Flex direction="column" gap="3" role="status">
      <VisuallyHidden>{t('receipts.loading')}</VisuallyHidden>
      {[1, 2, 3, 4].map(n => (
        <Skeleton key={n} height={20} />
      ))}
    </Flex>
  );
}
