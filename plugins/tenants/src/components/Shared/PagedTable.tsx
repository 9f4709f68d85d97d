import { useEffect } from 'react';
import { ColumnConfig, Table, Text, useTable } from '@backstage/ui';
import { Page } from '@threewalls/backstage-plugin-tenants-common';
import { RetryAlert } from './Cards';

/** A table of what the backend lists page by page. */
export function PagedTable<T extends { id: string }>(props: {
  columns: ColumnConfig<T>[];
  /** What can be chosen; the first is what it begins with */
  pageSizes: number[];
  list: (
    page: { limit: number; offset: number },
    options: { signal: AbortSignal },
  ) => Promise<Page<T>>;
  /** Another one says that there is something new */
  version: string;
  /** What it says where there is nothing */
  empty: string;
  onSelect?: (item: T) => void;
}) {
  const { columns, pageSizes, list, version, empty, onSelect } = props;
  const { tableProps, reload } = useTable<T>({
    mode: 'offset',
    paginationOptions: { pageSize: pageSizes[0], pageSizeOptions: pageSizes },
    getData: async ({ offset, pageSize, signal }) => {
      const page = await list({ limit: pageSize, offset }, { signal });
      return { data: page.items, totalCount: page.totalItems };
    },
  });
  useEffect(reload, [reload, version]);
  return tableProps.error ? (
    <RetryAlert title={tableProps.error.message} onRetry={reload} />
  ) : (
    <Table
      {...tableProps}
      columnConfig={columns}
      rowConfig={{ onClick: onSelect }}
      emptyState={<Text>{empty}</Text>}
    />
  );
}
