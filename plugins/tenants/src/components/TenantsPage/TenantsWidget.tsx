import { ButtonLink, Table, Text } from '@backstage/ui';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { useEntityRefLink } from '@backstage/plugin-catalog-react';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { rootRouteRef } from '../../routes';
import { useTenants } from '../../queries';
import {
  asLastKnown,
  CreateLink,
  Loaded,
  TitledCard,
  useIsCurrent,
} from '../Shared';
import { useTenantColumns } from './columns';
import { sortTenants, WORST_FIRST } from './filters';

/** How many are shown: the worst ones, since the list begins with them. */
const SHOWN = 8;

/** The tenants and their walls, for a home page. */
export function TenantsWidget() {
  const t = useText();
  const query = useTenants();
  const isCurrent = useIsCurrent(query);
  const page = useRouteRef(rootRouteRef);
  const entityLink = useEntityRefLink();
  const columnConfig = useTenantColumns();
  const table = (tenants?: Tenant[]) => (
    <Table
      columnConfig={columnConfig}
      data={
        tenants &&
        sortTenants(tenants, WORST_FIRST, 'ascending')
          .slice(0, SHOWN)
          .map(tenant => ({
            ...(isCurrent ? tenant : asLastKnown(tenant)),
            id: tenant.name,
          }))
      }
      isPending={!tenants}
      pagination={{ type: 'none' }}
      rowConfig={{ getHref: ({ entityRef }) => entityLink(entityRef) }}
      emptyState={<Text>{t('page.empty')}</Text>}
    />
  );
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
      <Loaded
        query={query}
        failed={message => t('page.errorTitle', { message })}
        skeleton={table()}
      >
        {table}
      </Loaded>
    </TitledCard>
  );
}
