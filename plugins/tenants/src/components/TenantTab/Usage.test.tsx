import { screen, within } from '@testing-library/react';
import { TenantsApi } from '@threewalls/backstage-plugin-tenants-common';
import { usage } from '../../__fixtures__';
import {
  alerted,
  failsOnce,
  never,
  press,
  renderInPortal,
  violations,
} from '../../__testUtils__';
import { useUsage } from '../../queries';
import { UsageCard } from './Usage';

function Card() {
  return <UsageCard usage={useUsage('acme')} />;
}

const render = (getUsage: TenantsApi['getUsage'] = async () => usage) =>
  renderInPortal(<Card />, { api: { getUsage } });

describe('UsageCard', () => {
  it('shows each resource as a bar with its figures', async () => {
    render();

    const quota = await screen.findByRole('group', { name: 'tenant-quota' });
    const cpu = within(quota).getByRole('meter', { name: 'CPU limits' });
    expect(cpu).toHaveAttribute('aria-valuenow', '50');
    expect(cpu).toHaveAttribute('aria-valuetext', '1 of 2, 50%');
    expect(cpu.parentElement).toHaveTextContent('CPU limits1 of 250%');
    await expect(violations()).resolves.toEqual([]);
  });

  it('marks in words what is nearly used up, and what is', async () => {
    render();

    const memory = await screen.findByRole('meter', {
      name: 'Memory limits',
      description: '',
      value: { now: 94 },
    } as object);
    expect(memory.parentElement).toHaveTextContent(
      '1.9 GiB of 2 GiB94%nearly full',
    );
    expect(
      screen.getByRole('meter', { name: 'Storage' }).parentElement,
    ).toHaveTextContent('5 GiB of 5 GiB100%full');
    expect(screen.getAllByText(/full/)).toHaveLength(2);
  });

  it('shows no bar of what a tenant may not have at all', async () => {
    render();

    const objects = await screen.findByRole('group', {
      name: 'tenant-objects',
    });
    expect(objects).toHaveTextContent(/Load balancersnot allowed/);
    expect(
      within(objects).queryByRole('meter', { name: 'Load balancers' }),
    ).toBeNull();
  });

  it('shows a quota that is not of ours, as it is called', async () => {
    const other = {
      quota: 'other',
      resource: 'count/jobs.batch',
      used: '1',
      hard: '4',
      ratio: 0.25,
    };
    render(async () => ({ quotas: [other, ...usage.quotas] }));

    const bar = await screen.findByRole('meter', { name: 'count/jobs.batch' });
    expect(bar).toHaveAttribute('aria-valuetext', '1 of 4, 25%');
    const groups = screen.getAllByRole('group').map(g => g.ariaLabel);
    // The quota of proof pods is the portal's own affair.
    expect(groups).toEqual(['tenant-quota', 'tenant-objects', 'other']);
  });

  it('keeps its place while the cluster is asked', async () => {
    render(never);

    await screen.findByText('Loading…');
    await expect(violations()).resolves.toEqual([]);
  });

  it('says why nothing is known, and tries again', async () => {
    render(failsOnce(usage, 'The cluster is away'));

    await alerted('The cluster is away');
    await expect(violations()).resolves.toEqual([]);
    await press('Try again');
    await screen.findByText('nearly full');
  });

  it('says that there is no quota', async () => {
    render(async () => ({ quotas: [] }));
    await screen.findByText('This tenant has no quota');
  });
});
