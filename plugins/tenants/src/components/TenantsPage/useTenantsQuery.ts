import { useEffect, useMemo, useRef, useState } from 'react';
import { SortDescriptor } from '@backstage/ui';
import { useAddress } from '../Shared';
import { FILTER_KEYS, TenantsFilter, WORST_FIRST } from './filters';

/** What the table of tenants shows; kept in the page's address. */
export interface TenantsQuery {
  search: string;
  onSearchChange: (search: string) => void;
  filter: TenantsFilter;
  onFilterChange: (filter: TenantsFilter) => void;
  sort: SortDescriptor;
  onSortChange: (sort: SortDescriptor) => void;
  /** All of it, as the address has it */
  text: string;
  /** Shows another view, as an address has it */
  onTextChange: (text: string) => void;
}

/** Search, filter and sort as they stand in the address: they can be shared. */
export function useTenantsQuery(): TenantsQuery {
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
    onSearchChange: q => set({ q }),
    filter,
    onFilterChange: next =>
      set(Object.fromEntries(FILTER_KEYS.map(key => [key, next[key]]))),
    sort,
    onSortChange: ({ column, direction }) =>
      set({ sort: `${direction === 'descending' ? '-' : ''}${column}` }),
    text: parameters.toString(),
    onTextChange: text => setParameters(new URLSearchParams(text)),
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
): { typed: string; setTyped: (typed: string) => void } {
  const [typed, setTyped] = useState(search);
  // What was searched for and the address has not shown yet, the oldest first: on
  // a slow machine it lags by more than one.
  const sent = useRef([search]);
  // The address may change while the search waits: the last function knows it.
  const latest = useRef(onSearchChange);
  latest.current = onSearchChange;

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

  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed !== sent.current[sent.current.length - 1]) {
        sent.current.push(typed);
        latest.current(typed);
      }
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  return { typed, setTyped };
}
