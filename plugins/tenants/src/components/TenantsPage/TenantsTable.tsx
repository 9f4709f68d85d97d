import { useDeferredValue, useMemo, useState } from 'react';
import {
  Button,
  ButtonProps,
  Flex,
  SearchField,
  Selection,
  Table,
  Text,
  ToggleButton,
  useTable,
} from '@backstage/ui';
import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useEntityRefLink } from '@backstage/plugin-catalog-react';
import { RiDownloadLine, RiSwordLine } from '@remixicon/react';
import {
  isProofOnly,
  Tenant,
  tenantAdministerPermission,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useBulk, useMay, useRolloutOrder } from '../../queries';
import { ManySelect, saveFile, ReportLink, STATES } from '../Shared';
import { Days, TenantItem, useDays, useTenantColumns } from './columns';
import {
  csvOf,
  FilterContext,
  matchesFilter,
  matchesSearch,
  sortTenants,
  TenantsFilter,
  WORST_FIRST,
} from './filters';
import { TenantsQuery, useTypedSearch } from './useTenantsQuery';
import { Views } from './Views';
import styles from './TenantsPage.module.css';

const NONE: TenantItem[] = [];

/** All tenants, to be searched, filtered and sorted; a row opens its entity. */
export function TenantsTable(props: {
  tenants?: Tenant[];
  query: TenantsQuery;
  context: FilterContext;
  /** Whether every cluster is reached, so that there can be no other tenant */
  isComplete?: boolean;
}) {
  const { tenants, query, context, isComplete = true } = props;
  const t = useText();
  const entityLink = useEntityRefLink();
  const data = useMemo(
    () => tenants?.map(tenant => ({ ...tenant, id: tenant.name })),
    [tenants],
  );
  // The same functions until what they know changes: a thousand tenants are not
  // sorted again at each draw.
  const functions = useMemo(
    () => ({
      sortFn: (
        items: TenantItem[],
        { column, direction }: TenantsQuery['sort'],
      ) => sortTenants(items, String(column), direction, context.ownerTitles),
      filterFn: (items: TenantItem[], filter: TenantsFilter) =>
        items.filter(item => matchesFilter(item, filter, context)),
      searchFn: (items: TenantItem[], search: string) =>
        items.filter(item => matchesSearch(item, search, context)),
    }),
    [context],
  );
  const { tableProps } = useTable<TenantItem, TenantsFilter>({
    mode: 'complete',
    data,
    paginationOptions: { pageSize: 20, pageSizeOptions: [20, 50, 100] },
    ...functions,
    ...query,
  });
  const rowConfig = useMemo(
    () => ({ getHref: ({ entityRef }: TenantItem) => entityLink(entityRef) }),
    [entityLink],
  );
  const [selected, setSelected] = useState<Selection>(new Set());
  // Cells take their time: what was pressed is drawn first, and they follow.
  const last = useDeferredValue(tableProps);
  const shown = last.data ? last : tableProps;
  const page = shown.data ?? NONE;
  const days = useDays(page);
  const columnConfig = useTenantColumns({
    isSortable: true,
    hasClusters: new Set(tenants?.map(({ cluster }) => cluster)).size > 1,
    hasDays: true,
  });
  const names =
    selected === 'all'
      ? page.map(({ name }) => name)
      : [...selected].map(String);

  const empty = isComplete ? 'page.empty' : 'page.emptyUnreached';
  const emptyText = t(tenants?.length ? 'page.emptyFiltered' : empty);
  // The same element while nothing of it changes, so that it is not drawn again.
  const table = useMemo(
    () => (
      <Table
        // It has no selection while it waits for its rows: then it is another one.
        key={String(shown.data !== undefined)}
        {...shown}
        columnConfig={columnConfig}
        rowConfig={rowConfig}
        selection={{
          mode: 'multiple',
          behavior: 'toggle',
          selected,
          onSelectionChange: setSelected,
        }}
        emptyState={<Text>{emptyText}</Text>}
      />
    ),
    [shown, columnConfig, rowConfig, selected, emptyText],
  );

  function download() {
    const { sortFn, filterFn, searchFn } = functions;
    const all = searchFn(filterFn(data ?? [], query.filter), query.search);
    saveFile(
      csvOf(sortFn(all, query.sort), context.ownerTitles),
      'text/csv',
      'tenants.csv',
    );
  }

  return (
    <Flex direction="column" gap="3">
      <Flex gap="3" align="end" style={{ flexWrap: 'wrap' }}>
        <div className={styles.search}>
          <TypedSearch
            search={query.search}
            onSearchChange={query.onSearchChange}
          />
        </div>
        <Views query={query} />
        <Button
          variant="secondary"
          iconStart={<RiDownloadLine aria-hidden="true" />}
          isDisabled={!data}
          onPress={download}
        >
          {t('page.csv')}
        </Button>
      </Flex>
      <Filters tenants={tenants ?? []} query={query} context={context} />
      {names.length > 0 && (
        <BulkBar
          names={names}
          applied={names.filter(
            name => !tenants?.some(x => x.name === name && isProofOnly(x.spec)),
          )}
          onDone={() => setSelected(new Set())}
        />
      )}
      <div className={styles.table}>
        <Days.Provider value={days}>{table}</Days.Provider>
      </div>
    </Flex>
  );
}

/** Apart from the table, which need not be drawn again at each letter. */
function TypedSearch(props: {
  search: string;
  onSearchChange: (search: string) => void;
}) {
  const t = useText();
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

const SELECTS = ['owner', 'cluster', 'size', 'wall', 'state'] as const;

/** Which tenants are shown, and how to come back to all of them, the worst first. */
function Filters(props: {
  tenants: Tenant[];
  query: TenantsQuery;
  context: FilterContext;
}) {
  const { tenants, query, context } = props;
  const { filter, onFilterChange, sort } = query;
  const t = useText();
  const options = useMemo(() => {
    const of = (pick: (tenant: Tenant) => string) =>
      [...new Set(tenants.map(pick))].sort();
    const all = { id: ALL, label: t('page.all') };
    const named = (id: string, label = id) => ({ id, label });
    return {
      owner: [
        all,
        ...of(tenant => tenant.owner).map(ref =>
          named(ref, context.ownerTitles.get(ref)),
        ),
      ],
      cluster: [all, ...of(tenant => tenant.cluster).map(id => named(id))],
      size: [all, ...of(tenant => tenant.spec.size).map(id => named(id))],
      wall: [all, ...WALLS.map(id => named(id, t(`wall.${id}Short`)))],
      state: [all, ...STATES.map(id => named(id, t(`state.${id}`)))],
    };
  }, [tenants, context.ownerTitles, t]);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Flex gap="3" align="end" style={{ flexWrap: 'wrap' }}>
      {SELECTS.filter(key => options[key].length > 2).map(key => (
        <ManySelect
          key={key}
          className={`${styles.filter} ${filter[key] ? styles.isSet : ''}`}
          label={t(`page.${key}`)}
          value={filter[key] ?? ALL}
          options={options[key]}
          onChange={value =>
            onFilterChange({
              ...filter,
              [key]: value === ALL ? undefined : value,
            })
          }
        />
      ))}
      <ToggleButton
        className={styles.toggle}
        isSelected={Boolean(filter.mine)}
        onChange={isSelected =>
          onFilterChange({ ...filter, mine: isSelected ? 'true' : undefined })
        }
      >
        {t('page.mine')}
      </ToggleButton>
      {sort.column !== WORST_FIRST && (
        <Button
          variant="tertiary"
          onPress={() =>
            query.onSortChange({ column: WORST_FIRST, direction: 'ascending' })
          }
        >
          {t('page.worstFirst')}
        </Button>
      )}
      {isFiltered && (
        <Button variant="tertiary" onPress={() => onFilterChange({})}>
          {t('page.clear')}
        </Button>
      )}
    </Flex>
  );
}

/** What can be done with the selected tenants at once. */
function BulkBar(props: {
  names: string[];
  /** Those that are not only proved */
  applied: string[];
  onDone: () => void;
}) {
  const { names, applied, onDone } = props;
  const t = useText();
  const toasts = useApi(toastApiRef);
  const bulk = {
    prove: useBulk('prove', names),
    restore: useBulk('restore', applied),
  };
  const rollOut = useRolloutOrder();
  const administers = useMay(tenantAdministerPermission, names[0]);
  const left = (of: string[], { allowed = of }: { allowed?: string[] }) =>
    of.length - allowed.length;
  const notAllowed = Math.max(
    left(names, bulk.prove),
    left(applied, bulk.restore),
  );

  function button(action: keyof typeof bulk, look: Partial<ButtonProps>) {
    const { allowed = [], isPending, start } = bulk[action];
    return (
      <Button
        {...look}
        isPending={isPending}
        isDisabled={!allowed.length}
        onPress={async () => {
          const { started, failed } = await start();
          toasts.post({
            title: t(`bulk.${action}Started`, { count: started }),
            description: failed[0]?.message,
            status: failed.length > 0 ? 'warning' : 'success',
          });
          onDone();
        }}
      >
        {t(`bulk.${action}`, { count: allowed.length })}
      </Button>
    );
  }

  const startRollout = () =>
    rollOut.mutate(
      api => api.startRollout({ kind: 'apply', filter: { names: applied } }),
      {
        onSuccess: () => {
          toasts.post({ title: t('rollouts.started'), status: 'success' });
          onDone();
        },
        onError: ({ message }) =>
          toasts.post({ title: message, status: 'danger' }),
      },
    );

  return (
    <Flex
      align="center"
      gap="3"
      className={styles.bulk}
      role="group"
      aria-label={t('bulk.title')}
    >
      <Text variant="body-small" weight="bold">
        {t('bulk.selected', { count: names.length })}
      </Text>
      {button('prove', {
        variant: 'primary',
        iconStart: <RiSwordLine aria-hidden="true" />,
      })}
      {applied.length > 0 && button('restore', { variant: 'secondary' })}
      {administers && applied.length > 0 && (
        <Button
          variant="secondary"
          isPending={rollOut.isPending}
          onPress={startRollout}
        >
          {t('rollouts.start', { count: applied.length })}
        </Button>
      )}
      <ReportLink names={names} />
      {notAllowed > 0 && (
        <Text variant="body-small" color="secondary">
          {t('bulk.notAllowed', { count: notAllowed })}
        </Text>
      )}
    </Flex>
  );
}
