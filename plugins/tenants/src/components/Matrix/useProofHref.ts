import { useCallback } from 'react';
import { useEntityRefLink } from '@backstage/plugin-catalog-react';
import { MatrixCell } from '@threewalls/backstage-plugin-tenants-common';

/** Where the tab is on a tenant's entity page, unless an adopter moves it. */
const TAB = 'tenant';

/** The address of the receipts behind a cell: the tab of the tenant that attacked. */
export function useProofHref(): (cell: MatrixCell) => string {
  const entityLink = useEntityRefLink();
  return useCallback(
    ({ tenant, proofId }) => {
      const entity = entityLink(`resource:default/${tenant}`);
      return `${entity}/${TAB}?proof=${encodeURIComponent(proofId)}`;
    },
    [entityLink],
  );
}
