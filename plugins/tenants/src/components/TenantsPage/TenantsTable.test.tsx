import '../../__testUtils__/wideScreen';
import { screen } from '@testing-library/react';
import { tenants } from '../../__fixtures__';
import { renderInPortal, violations } from '../../__testUtils__';
import { TenantsTable } from './TenantsTable';
import { useTenantsQuery } from './useTenantsQuery';

const CONTEXT = {
  ownRefs: new Set<string>(),
  ownerTitles: new Map<string, string>(),
  failing: new Map<string, Set<string>>(),
};

// The same objects each time, as a query hands them out.
const SOME = [tenants.globex, tenants.acme];

function Table() {
  const query = useTenantsQuery();
  return <TenantsTable tenants={SOME} query={query} context={CONTEXT} />;
}

describe('TenantsTable, on a wide screen', () => {
  it('draws the last day of those that are shown', async () => {
    const path = `/?owner=${tenants.globex.owner}`;
    const api = renderInPortal(<Table />, { path });

    await screen.findByRole('img', { name: /^Held 0%, breached/ });
    expect(api.listTimelines).toHaveBeenCalledTimes(1);
    expect(api.listTimelines).toHaveBeenCalledWith(
      { from: expect.any(String), names: ['globex'], limit: 1 },
      expect.anything(),
    );
    // There is one cluster: a column that says so in each row would take room.
    expect(screen.queryByRole('columnheader', { name: 'Cluster' })).toBeNull();
    expect(screen.getByRole('columnheader', { name: 'Size' })).toBeVisible();
    await expect(violations()).resolves.toEqual([]);
  });
});
