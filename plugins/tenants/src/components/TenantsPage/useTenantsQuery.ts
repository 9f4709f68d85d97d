import { useMemo } from 'react';
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

  const text = parameters.get('sort') ?? DEFAULT_SORT;
  const status = parameters.get('status') ?? undefined;
  const cluster = parameters.get('cluster') ?? undefined;
  // A table goes back to its first page when it is given other objects.
  const filter = useMemo(() => ({ status, cluster }), [status, cluster]);
  const sort = useMemo(() => sortOf(text), [text]);
  return {
    search: parameters.get('q') ?? '',
    onSearchChange: q => set({ q }),
    filter,
    onFilterChange: next => set({ status: next.status, cluster: next.cluster }),
    sort,
    onSortChange: ({ column, direction }) =>
      set({ sort: `${direction === 'descending' ? '-' : ''}${column}` }),
  };
}

/** A sort as the address has it: a column, with a dash before it for the other way. */
function sortOf(text: string): SortDescriptor {
  return {
    column: text.replace(/^-/, ''),
    direction: text.startsWith('-') ? 'descending' : 'ascending',
  };
}
