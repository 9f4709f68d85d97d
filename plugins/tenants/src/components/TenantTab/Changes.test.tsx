import { useState } from 'react';
import { act, screen, within } from '@testing-library/react';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { drift, minutesAgo } from '../../__fixtures__';
import { mockTenantsApi, press } from '../../__testUtils__';
import { Changes } from './Changes';

describe('Changes', () => {
  it('shows what is missing, and the fields of what differs', async () => {
    const getDrift = async () => ({ items: drift });
    renderInTestApp(<Changes tenantName="acme" isApplying={false} />, {
      apis: [mockTenantsApi({ getDrift })],
    });

    await screen.findByText(/^Differs from what was last applied/);
    expect(
      screen.getByRole('group', { name: 'NetworkPolicy tenant-isolation' }),
    ).toHaveTextContent(/is missing$/);
    const quota = screen.getByRole('group', {
      name: 'ResourceQuota tenant-quota',
    });
    expect(
      within(quota).getByRole('row', { name: /spec.hard.pods/ }),
    ).toHaveTextContent(/50.*10/);
  });

  it('tells what others changed from what the plan of today has otherwise', async () => {
    const [missing, differing] = drift;
    const since = minutesAgo(12);
    const [field] = differing.fields;
    const getDrift = async () => ({
      items: [
        { ...missing, outdated: true },
        {
          ...differing,
          fields: [{ ...field, manager: 'kubectl-edit', since }],
        },
      ],
    });
    renderInTestApp(<Changes tenantName="acme" isApplying={false} />, {
      apis: [mockTenantsApi({ getDrift })],
    });

    await screen.findByText(/Today's plan differs from what was last/);
    const row = screen.getByRole('row', { name: /spec.hard.pods/ });
    expect(row).toHaveTextContent(/kubectl-edit 12 minutes ago/);
  });

  it('says that nobody changed anything, and asks again', async () => {
    const api = mockTenantsApi();
    api.getDrift.mockResolvedValueOnce({ items: drift });
    api.getDrift.mockResolvedValueOnce({ items: [] });
    renderInTestApp(<Changes tenantName="acme" isApplying={false} />, {
      apis: [api],
    });

    await screen.findByText(/Differs from what was last applied/);
    await press('Check again');

    expect(
      await screen.findByText('Nobody changed this tenant'),
    ).toBeInTheDocument();
  });

  it('compares again when an apply has ended', async () => {
    const api = mockTenantsApi();
    api.getDrift.mockResolvedValueOnce({ items: drift });
    api.getDrift.mockResolvedValueOnce({ items: [] });
    let end = () => {};
    function Restored() {
      const [isApplying, setApplying] = useState(true);
      end = () => setApplying(false);
      return <Changes tenantName="acme" isApplying={isApplying} />;
    }
    renderInTestApp(<Restored />, { apis: [api] });

    await screen.findByText(/Differs from what was last applied/);
    act(() => end());
    expect(
      await screen.findByText('Nobody changed this tenant'),
    ).toBeInTheDocument();
  });

  it('shows why nobody knows', async () => {
    const api = mockTenantsApi();
    api.getDrift.mockRejectedValue(new Error('The cluster is away'));
    renderInTestApp(<Changes tenantName="acme" isApplying={false} />, {
      apis: [api],
    });

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The cluster is away',
    );
  });
});
