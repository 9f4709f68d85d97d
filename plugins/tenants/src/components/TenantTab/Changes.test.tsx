import { useState } from 'react';
import { act, screen, within } from '@testing-library/react';
import { DriftItem } from '@threewalls/backstage-plugin-tenants-common';
import { drift, minutesAgo } from '../../__fixtures__';
import { alerted, fails, press, renderInPortal } from '../../__testUtils__';
import { Changes } from './Changes';

/** Renders what is changed, as the backend says it one time after the other. */
function render(...answers: DriftItem[][]) {
  const getDrift = jest.fn();
  answers.forEach(items => getDrift.mockResolvedValueOnce({ items }));
  renderInPortal(<Changes tenantName="acme" isApplying={false} />, {
    api: { getDrift },
  });
}

describe('Changes', () => {
  it('shows what is missing, and the fields of what differs', async () => {
    render(drift);

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
    render([
      { ...missing, outdated: true },
      { ...differing, fields: [{ ...field, manager: 'kubectl-edit', since }] },
    ]);

    await screen.findByText(/Today's plan differs from what was last/);
    const row = screen.getByRole('row', { name: /spec.hard.pods/ });
    expect(row).toHaveTextContent(/kubectl-edit 12 minutes ago/);
  });

  it('says that nobody changed anything, and asks again', async () => {
    render(drift, []);

    await screen.findByText(/Differs from what was last applied/);
    await press('Check again');

    await screen.findByText('Nobody changed this tenant');
  });

  it('compares again when an apply has ended', async () => {
    const getDrift = jest.fn();
    getDrift.mockResolvedValueOnce({ items: drift });
    getDrift.mockResolvedValueOnce({ items: [] });
    let end = () => {};
    function Restored() {
      const [isApplying, setApplying] = useState(true);
      end = () => setApplying(false);
      return <Changes tenantName="acme" isApplying={isApplying} />;
    }
    renderInPortal(<Restored />, { api: { getDrift } });

    await screen.findByText(/Differs from what was last applied/);
    act(() => end());
    await screen.findByText('Nobody changed this tenant');
  });

  it('shows why nobody knows', async () => {
    renderInPortal(<Changes tenantName="acme" isApplying={false} />, {
      api: { getDrift: fails('The cluster is away') },
    });

    await alerted('The cluster is away');
  });
});
