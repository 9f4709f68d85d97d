import { MouseEvent, useCallback, useRef } from 'react';
import { useHref, useNavigate } from 'react-router-dom';
import { MatrixCell } from '@threewalls/backstage-plugin-tenants-common';
import { useTabLink } from '../Shared';

/**
 * The addresses of cells, and what makes a click on one stay in the app.
 *
 * A link of the router draws itself again at each change of the page's address,
 * and a search changes it letter by letter: with thousands of them a keyboard
 * would lag by seconds.
 */
export function useCellLinks() {
  const tabLink = useTabLink();
  const root = useHref('/').replace(/\/$/, '');
  const navigate = useNavigate();
  const latest = useRef({ tabLink, root, navigate });
  latest.current = { tabLink, root, navigate };

  const hrefOf = useCallback(
    (cell: MatrixCell) =>
      `${latest.current.root}${latest.current.tabLink(cell.tenant, {
        proof: cell.proofId,
      })}`,
    [],
  );
  const onClick = useCallback((event: MouseEvent) => {
    const link = (event.target as Element).closest('a');
    const isPlain =
      event.button === 0 &&
      !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (link && isPlain) {
      event.preventDefault();
      const href = link.getAttribute('href')!;
      latest.current.navigate(href.slice(latest.current.root.length));
    }
  }, []);
  return { hrefOf, onClick };
}
