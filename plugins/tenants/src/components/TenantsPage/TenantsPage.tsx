import { lazy, Suspense } from 'react';
import {
  Box,
  Card,
  CardBody,
  Container,
  Flex,
  Header,
  Skeleton,
} from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { tenantsTranslationRef } from '../../translation';
import { useTenants } from '../../hooks';
import { CreateLink } from '../TemplateLinks';
import { TenantsSummary } from './TenantsSummary';
import { TenantsTable } from './TenantsTable';
import { useTenantsQuery } from './useTenantsQuery';

const MatrixCard = lazy(() =>
  import('../Matrix').then(m => ({ default: m.MatrixCard })),
);

/** All tenants, with their walls. */
export function TenantsPage() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { value: tenants, error } = useTenants();
  const { cluster } = useTenantsQuery().filter;
  return (
    <Box as="main">
      <Header title={t('page.title')} customActions={<CreateLink />} />
      <Container>
        {!tenants && error ? (
          <ResponseErrorPanel
            title={t('page.errorTitle', { message: error.message })}
            error={error}
          />
        ) : (
          <Flex direction="column" gap="4">
            <TenantsSummary tenants={tenants} />
            <Card>
              <CardBody>
                <TenantsTable tenants={tenants} />
              </CardBody>
            </Card>
            {tenants && tenants.length > 1 && (
              <Suspense fallback={<Skeleton height={200} />}>
                <MatrixCard key={cluster} cluster={cluster} />
              </Suspense>
            )}
          </Flex>
        )}
      </Container>
    </Box>
  );
}
