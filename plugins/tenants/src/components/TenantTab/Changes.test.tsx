import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { drift } from '../../__fixtures__';
import { mockTenantsApi } from '../../__testUtils__';
import { Changes } from './Changes';

describe('Changes', () => {
  it('shows what is missing, and the fields of what differs', async () => {
    const getDrift = async () => ({ items: drift });
    renderInTestApp(<Changes tenantName="acme" />, {
      apis: [mockTenantsApi({ getDrift })],
    });

    expect(
      await screen.findByText(/^Differs from the plan/),
    ).toBeInTheDocument();
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

  it('says that everything is as planned, and asks again', async () => {
    const api = mockTenantsApi();
    api.getDrift.mockResolvedValueOnce({ items: drift });
    api.getDrift.mockResolvedValueOnce({ items: [] });
    renderInTestApp(<Changes tenantName="acme" />, { apis: [api] });

    await screen.findByText(/Differs from the plan/);
    await userEvent.click(screen.getByRole('button', { name: 'Check again' }));

    expect(
      await screen.findByText('Everything matches the plan'),
    ).toBeInTheDocument();
  });

  it('shows why nobody knows', async () => {
    const api = mockTenantsApi();
    api.getDrift.mockRejectedValue(new Error('The cluster is away'));
    renderInTestApp(<Changes tenantName="acme" />, { apis: [api] });

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The cluster is away',
    );
  });
});
