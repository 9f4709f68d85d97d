import { Flex, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiLoader4Line } from '@remixicon/react';
import {
  ProofSummary,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useAge, useDuration, useExactTime } from '../WallStatus';
import styles from './ProofLine.module.css';

/**
 * One line on proofs: how far the one under way is, or what the last one was.
 * The two share a place, so that the card does not jump when a proof starts.
 */
export function ProofLine(props: {
  tenant: Tenant;
  currentProof?: ProofSummary;
}) {
  const { tenant, currentProof } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Flex align="center" gap="2" role="status">
      {currentProof && (
        <>
          <RiLoader4Line
            aria-hidden="true"
            size={16}
            className={styles.spinner}
          />
          <Progress proof={currentProof} />
        </>
      )}
      {!currentProof && tenant.lastProof && (
        <LastProof proof={tenant.lastProof} />
      )}
      {!currentProof && !tenant.lastProof && (
        <Text variant="body-small" color="secondary">
          {t('card.neverProved')}
        </Text>
      )}
    </Flex>
  );
}

function Progress(props: { proof: ProofSummary }) {
  const { state, progress } = props.proof;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const phase = progress
    ? t('prove.phase', { phase: progress.phase })
    : t('prove.running');
  const checks =
    progress && progress.total > 0
      ? t('prove.checks', {
          done: String(progress.done),
          total: String(progress.total),
        })
      : undefined;
  return (
    <Text variant="body-small">
      {state === 'queued'
        ? t('prove.queued')
        : [phase, checks].filter(Boolean).join(', ')}
    </Text>
  );
}

function LastProof(props: { proof: ProofSummary }) {
  const { proof } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const duration = useDuration();
  const exact = useExactTime();
  const at = proof.finishedAt ?? proof.startedAt;
  const age = useAge(at);
  const took = duration(proof.durationMs ?? 0);
  return (
    <Text variant="body-small" color="secondary" title={exact(at)}>
      {proof.neighbour
        ? t('card.lastProofWith', {
            age,
            duration: took,
            neighbour: proof.neighbour,
          })
        : t('card.lastProof', { age, duration: took })}
    </Text>
  );
}
