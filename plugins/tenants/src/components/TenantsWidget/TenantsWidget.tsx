import { ButtonLink, Table, Text } from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntityRefLink } from '@backstage/plugin-catalog-react';
import { tenantsTranslationRef } from '../../translation';
import { rootRouteRef } from '../../routes';
import { useTenants } from '../../queries';
import { CreateLink, TitledCard } from '../Shared';
import { sortTenants, useTenantColumns } from '../TenantsPage';

/** How many are shown: the worst ones, since the list begins with them. */
const SHOWN = 8;

/** The tenants and their walls, for a home page. */
export function TenantsWidget() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { data: tenants, error } = useTenants();
  const page = useRouteRef(rootRouteRef);
  const entityLink = useEntityRefLink();
  const columnConfig = useTenantColumns();
  const data =
    tenants &&
    sortTenants(tenants, 'walls', 'ascending')
      .slice(0, SHOWN)
      .map(tenant => ({ ...tenant, id: tenant.name }));
  return (
    <TitledCard
      level="h2"
      title={t('page.title')}
      actions={
        <>
          {page && (
            <ButtonLink variant="secondary" href={page()}>
              {t('page.openAll')}
            </ButtonLink>
          )}
          <CreateLink />
        </>
      }
    >
      {!tenants && error ? (
        <ResponseErrorPanel
          title={t('page.errorTitle', { message: error.message })}
          error={error}
        />
      ) : (
        <Table
          columnConfig={columnConfig}
          data={data}
          isPending={!data}
          pagination={{ type: 'none' }}
          rowConfig={{ getHref: ({ entityRef }) => entityLink(entityRef) }}
          emptyState={<Text>{t('page.empty')}</Text>}
        />
      )}
    </TitledCard>
  );
}
