import { useEffect, useRef, useState } from 'react';

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
  const sent = useRef(search);

  useEffect(() => {
    // The address may change by another way than the field, such as a link.
    if (search !== sent.current) {
      sent.current = search;
      setTyped(search);
    }
  }, [search]);

  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed !== sent.current) {
        sent.current = typed;
        onSearchChange(typed);
      }
    }, PAUSE_MS);
    return () => clearTimeout(timer);
    // A new function is no reason to wait again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed]);

  return { typed, setTyped };
}
