import { useMemo } from 'react';
import {
  Box,
  Flex,
  SearchField,
  Select,
  Table,
  Text,
  useTable,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntityRefLink } from '@backstage/plugin-catalog-react';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { TenantItem, useTenantColumns } from './columns';
import {
  matchesFilter,
  matchesSearch,
  sortTenants,
  STATUS_FILTERS,
  TenantsFilter,
} from './filters';
import { useTenantsQuery } from './useTenantsQuery';

/** All tenants, to be searched, filtered and sorted; a row opens its entity. */
export function TenantsTable(props: { tenants?: Tenant[] }) {
  const { tenants } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const entityLink = useEntityRefLink();
  const columnConfig = useTenantColumns({ isSortable: true });
  const query = useTenantsQuery();
  const data = useMemo(
    () => tenants?.map(tenant => ({ ...tenant, id: tenant.name })),
    [tenants],
  );
  const { tableProps } = useTable<TenantItem, TenantsFilter>({
    mode: 'complete',
    data,
    paginationOptions: { pageSize: 20, pageSizeOptions: [20, 50, 100] },
    sortFn: (items, { column, direction }) =>
      sortTenants(items, String(column), direction) as TenantItem[],
    filterFn: (items, filter) => items.filter(x => matchesFilter(x, filter)),
    searchFn: (items, search) => items.filter(x => matchesSearch(x, search)),
    ...query,
  });
  const clusters = [...new Set(tenants?.map(({ cluster }) => cluster))].sort();

  return (
    <Flex direction="column" gap="3">
      <Flex gap="3" align="end" style={{ flexWrap: 'wrap' }}>
        <Box grow={1} basis="16rem">
          <SearchField
            aria-label={t('page.search')}
            placeholder={t('page.search')}
            value={query.search}
            onChange={query.onSearchChange}
          />
        </Box>
        <FilterSelect
          label={t('page.status')}
          value={query.filter.status}
          options={STATUS_FILTERS.map(id => [id, t(`status.${id}`)])}
          onChange={status => query.onFilterChange({ ...query.filter, status })}
        />
        {clusters.length > 1 && (
          <FilterSelect
            label={t('page.cluster')}
            value={query.filter.cluster}
            options={clusters.map(name => [name, name])}
            onChange={cluster =>
              query.onFilterChange({ ...query.filter, cluster })
            }
          />
        )}
      </Flex>
      <Table
        {...tableProps}
        columnConfig={columnConfig}
        rowConfig={{ getHref: ({ entityRef }) => entityLink(entityRef) }}
        emptyState={
          <Text>
            {t(tenants?.length ? 'page.emptyFiltered' : 'page.empty')}
          </Text>
        }
      />
    </Flex>
  );
}

const ALL = 'all';

function FilterSelect(props: {
  label: string;
  value?: string;
  options: [id: string, label: string][];
  onChange: (value: string | undefined) => void;
}) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Select
      style={{ width: '11rem' }}
      label={props.label}
      value={props.value ?? ALL}
      options={[
        { id: ALL, label: t('page.all') },
        ...props.options.map(([id, label]) => ({ id, label })),
      ]}
      onChange={key => props.onChange(key === ALL ? undefined : String(key))}
    />
  );
}
