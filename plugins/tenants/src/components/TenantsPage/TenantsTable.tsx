import { useMemo } from 'react';
import {
  Box,
  Flex,
  SearchField,
  Select,
  SortDescriptor,
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
import { useTypedSearch } from './useTypedSearch';
import styles from './TenantsTable.module.css';

// Here, so that a thousand tenants are not sorted again at each draw.
const sortFn = (items: TenantItem[], { column, direction }: SortDescriptor) =>
  sortTenants(items, String(column), direction) as TenantItem[];
const filterFn = (items: TenantItem[], filter: TenantsFilter) =>
  items.filter(item => matchesFilter(item, filter));
const searchFn = (items: TenantItem[], search: string) =>
  items.filter(item => matchesSearch(item, search));

/** All tenants, to be searched, filtered and sorted; a row opens its entity. */
export function TenantsTable(props: {
  tenants?: Tenant[];
  /** Whether every cluster is reached, so that there can be no other tenant */
  isComplete?: boolean;
}) {
  const { tenants, isComplete = true } = props;
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
    sortFn,
    filterFn,
    searchFn,
    ...query,
  });
  const clusters = [...new Set(tenants?.map(({ cluster }) => cluster))].sort();

  function emptyText() {
    if (tenants?.length) {
      return t('page.emptyFiltered');
    }
    return t(isComplete ? 'page.empty' : 'page.emptyUnreached');
  }

  return (
    <Flex direction="column" gap="3">
      <Flex gap="3" align="end" style={{ flexWrap: 'wrap' }}>
        <Box className={styles.search}>
          <TypedSearch
            search={query.search}
            onSearchChange={query.onSearchChange}
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
        emptyState={<Text>{emptyText()}</Text>}
      />
    </Flex>
  );
}

/** Apart from the table, which need not be drawn again at each letter. */
function TypedSearch(props: {
  search: string;
  onSearchChange: (search: string) => void;
}) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { typed, setTyped } = useTypedSearch(
    props.search,
    props.onSearchChange,
  );
  return (
    <SearchField
      aria-label={t('page.search')}
      placeholder={t('page.search')}
      value={typed}
      onChange={setTyped}
    />
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
      className={styles.filter}
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
