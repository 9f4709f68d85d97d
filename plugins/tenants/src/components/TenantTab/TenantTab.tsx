import { lazy, Suspense } from 'react';
import { Flex, Skeleton, VisuallyHidden } from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useSearchParams } from 'react-router-dom';
import { tenantsTranslationRef } from '../../translation';
import { useTenant, useUsage } from '../../hooks';
import { TitledCard } from '../Shared';
import { DriftCard } from './DriftCard';
import { FactsCard } from './FactsCard';
import { ProofCard } from './ProofCard';
import { ProofHistoryCard } from './ProofHistoryCard';
import { QuotaCard } from './QuotaCard';

const PROOF_PARAMETER = 'proof';

const NeighboursCard = lazy(() =>
  import('../Matrix/NeighboursCard').then(m => ({
    default: m.NeighboursCard,
  })),
);

/** What a tenant is, and what its proofs have shown over time. */
export function TenantTab(props: { tenantName: string }) {
  const { tenantName } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { tenant, error, currentProof } = useTenant(tenantName);
  const usage = useUsage(tenantName);
  // In the address, so that a receipt can be pointed at.
  const [search, setSearch] = useSearchParams();
  const proofId = search.get(PROOF_PARAMETER) ?? undefined;

  function select(id: string | undefined) {
    setSearch(last => {
      const next = new URLSearchParams(last);
      next.delete(PROOF_PARAMETER);
      if (id) {
        next.set(PROOF_PARAMETER, id);
      }
      return next;
    });
  }

  if (!tenant && error) {
    return (
      <ResponseErrorPanel
        title={t('card.errorTitle', { message: error.message })}
        error={error}
      />
    );
  }
  if (!tenant) {
    return (
      <Flex direction="column" gap="4" role="status">
        <VisuallyHidden>{t('card.loading')}</VisuallyHidden>
        <Skeleton height={220} />
        <Skeleton height={320} />
      </Flex>
    );
  }
  return (
    <Flex direction="column" gap="4">
      <FactsCard tenant={tenant} workload={usage.value?.n8n} />
      <QuotaCard usage={usage} />
      <ProofHistoryCard
        tenantName={tenantName}
        lastProofId={tenant.lastProof?.id}
        currentProof={currentProof}
        onSelect={select}
      />
      {proofId && (
        <ProofCard
          key={proofId}
          tenantName={tenantName}
          proofId={proofId}
          onClose={() => select(undefined)}
        />
      )}
      <Suspense
        fallback={
          <TitledCard title={t('matrix.neighboursTitle')}>
            <Skeleton height={240} />
          </TitledCard>
        }
      >
        <NeighboursCard tenant={tenant} />
      </Suspense>
      {tenant.phase === 'active' && <DriftCard tenantName={tenantName} />}
    </Flex>
  );
}
