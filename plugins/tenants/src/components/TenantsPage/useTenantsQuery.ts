import { SortDescriptor } from '@backstage/ui';
import { useSearchParams } from 'react-router-dom';
import { TenantsFilter } from './filters';

/** What breached comes first, until the user says otherwise. */
const DEFAULT_SORT = 'walls';

/** What the table of tenants shows; kept in the page's address. */
export interface TenantsQuery {
  search: string;
  onSearchChange: (search: string) => void;
  filter: TenantsFilter;
  onFilterChange: (filter: TenantsFilter) => void;
  sort: SortDescriptor;
  onSortChange: (sort: SortDescriptor) => void;
}

/** Search, filter and sort as they stand in the address: they can be shared. */
export function useTenantsQuery(): TenantsQuery {
  const [parameters, setParameters] = useSearchParams();

  function set(changes: Record<string, string | undefined>) {
    setParameters(
      last => {
        const next = new URLSearchParams(last);
        for (const [key, value] of Object.entries(changes)) {
          next.delete(key);
          if (value) {
            next.set(key, value);
          }
        }
        return next;
      },
      // Going back should leave the page, not take back letter by letter.
      { replace: true },
    );
  }

  const sort = parameters.get('sort') ?? DEFAULT_SORT;
  return {
    search: parameters.get('q') ?? '',
    onSearchChange: q => set({ q }),
    filter: {
      status: parameters.get('status') ?? undefined,
      cluster: parameters.get('cluster') ?? undefined,
    },
    onFilterChange: ({ status, cluster }) => set({ status, cluster }),
    sort: {
      column: sort.replace(/^-/, ''),
      direction: sort.startsWith('-') ? 'descending' : 'ascending',
    },
    onSortChange: ({ column, direction }) =>
      set({ sort: `${direction === 'descending' ? '-' : ''}${column}` }),
  };
}
