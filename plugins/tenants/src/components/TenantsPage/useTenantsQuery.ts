import { useEffect, useMemo, useRef, useState } from 'react';
import { SortDescriptor } from '@backstage/ui';
import useDebounce from 'react-use/esm/useDebounce';
import { useAddress } from '../Shared';
import { FILTER_KEYS, TenantsFilter, WORST_FIRST } from './filters';

/** What the table of tenants shows; kept in the page's address. */
export type TenantsQuery = ReturnType<typeof useTenantsQuery>;

/** Search, filter and sort as they stand in the address: they can be shared. */
export function useTenantsQuery() {
  const [parameters, change, setParameters] = useAddress();
  // Going back should leave the page, not take back letter by letter.
  const set = (changes: Record<string, string | undefined>) =>
    change(changes, { replace: true });

  const sortText = parameters.get('sort') ?? WORST_FIRST;
  const filterText = FILTER_KEYS.map(key => parameters.get(key) ?? '').join(
    '\n',
  );
  // A table goes back to its first page when it is given other objects.
  const filter = useMemo(() => {
    const values = filterText.split('\n');
    return Object.fromEntries(
      FILTER_KEYS.flatMap((key, i) => (values[i] ? [[key, values[i]]] : [])),
    ) as TenantsFilter;
  }, [filterText]);
  const sort = useMemo(() => sortOf(sortText), [sortText]);
  return {
    search: parameters.get('q') ?? '',
    onSearchChange: (q: string) => set({ q }),
    filter,
    onFilterChange: (next: TenantsFilter) =>
      set(Object.fromEntries(FILTER_KEYS.map(key => [key, next[key]]))),
    sort,
    onSortChange: ({ column, direction }: SortDescriptor) =>
      set({ sort: `${direction === 'descending' ? '-' : ''}${column}` }),
    /** All of it, as the address has it */
    text: parameters.toString(),
    /** Shows another view, as an address has it */
    onTextChange: (text: string) => setParameters(new URLSearchParams(text)),
  };
}

/** A sort as the address has it: a column, with a dash before it for the other way. */
function sortOf(text: string): SortDescriptor {
  return {
    column: text.replace(/^-/, ''),
    direction: text.startsWith('-') ? 'descending' : 'ascending',
  };
}

/** A pause in the typing, after which the table follows. */
const PAUSE_MS = 200;

/**
 * A search as it is typed: it shows at once, and is searched for after a pause,
 * so that a table of many rows does not hold up the keyboard.
 */
export function useTypedSearch(
  search: string,
  onSearchChange: (search: string) => void,
) {
  const [typed, setTyped] = useState(search);
  // What was searched for and the address has not shown yet, the oldest first: on
  // a slow machine it lags by more than one.
  const sent = useRef([search]);

  useEffect(() => {
    const shown = sent.current.indexOf(search);
    if (shown >= 0) {
      sent.current = sent.current.slice(shown);
    } else {
      // The address was changed in another way than the field, such as a link.
      sent.current = [search];
      setTyped(search);
    }
  }, [search]);

  const send = () => {
    if (typed !== sent.current[sent.current.length - 1]) {
      sent.current.push(typed);
      onSearchChange(typed);
    }
  };
  useDebounce(send, PAUSE_MS, [typed]);

  return { typed, setTyped };
}
