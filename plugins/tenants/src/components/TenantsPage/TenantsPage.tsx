import { lazy, Suspense } from 'react';
import { Box, Card, CardBody, Container, Flex, Header } from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { tenantsTranslationRef } from '../../translation';
import { useHealth, useTenants } from '../../queries';
import { MatrixSkeleton } from '../Matrix';
import { CreateLink, TitledCard } from '../Shared';
import { HealthBanner } from './HealthBanner';
import { TenantsSummary } from './TenantsSummary';
import { TenantsTable } from './TenantsTable';
import { useTenantsQuery } from './useTenantsQuery';

const MatrixCard = lazy(() =>
  import('../Matrix/MatrixCard').then(m => ({ default: m.MatrixCard })),
);

/** All tenants, with their walls. */
export function TenantsPage() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { data: tenants, error } = useTenants();
  const health = useHealth().data;
  const { cluster } = useTenantsQuery().filter;
  // The matrix comes later, and should not push anything around then.
  const names = (tenants ?? [])
    .filter(tenant => !cluster || tenant.cluster === cluster)
    .map(({ name }) => name);
  return (
    <Box as="main">
      <Header title={t('page.title')} customActions={<CreateLink />} />
      <Container>
        {!tenants && error ? (
          <Flex direction="column" gap="4">
            <HealthBanner health={health} />
            <ResponseErrorPanel
              title={t('page.errorTitle', { message: error.message })}
              error={error}
            />
          </Flex>
        ) : (
          <Flex direction="column" gap="4">
            <HealthBanner health={health} />
            <TenantsSummary tenants={tenants} />
            <Card>
              <CardBody>
                <TenantsTable
                  tenants={tenants}
                  isComplete={!health || health.status === 'ok'}
                />
              </CardBody>
            </Card>
            {tenants && tenants.length > 1 && (
              <Suspense
                fallback={
                  <TitledCard level="h2" title={t('matrix.title')}>
                    <MatrixSkeleton names={names} />
                  </TitledCard>
                }
              >
                <MatrixCard key={cluster} cluster={cluster} names={names} />
              </Suspense>
            )}
          </Flex>
        )}
      </Container>
    </Box>
  );
}
