import { Box, Card, CardBody, Container, Flex, Header } from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { tenantsTranslationRef } from '../../translation';
import { useTenants } from '../../hooks';
import { CreateLink } from '../TemplateLinks';
import { TenantsSummary } from './TenantsSummary';
import { TenantsTable } from './TenantsTable';

/** All tenants, with their walls. */
export function TenantsPage() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { value: tenants, error } = useTenants();
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
          </Flex>
        )}
      </Container>
    </Box>
  );
}
