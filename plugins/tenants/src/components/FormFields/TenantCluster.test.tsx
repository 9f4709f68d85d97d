import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { platform } from '../../__fixtures__';
import {
  alerted,
  failsOnce,
  never,
  press,
  renderField,
  violations,
} from '../../__testUtils__';
import { TenantClusterField } from './TenantCluster';

const edge = {
  ...platform.clusters[0],
  name: 'edge',
  title: 'Edge (Frankfurt)',
};

const BOTH = [...platform.clusters, edge];

/** Renders the field where these are the clusters. */
const render = (clusters: typeof platform.clusters, value?: string) =>
  renderField(
    TenantClusterField,
    { schema: { title: 'Cluster' }, value },
    { api: { getPlatform: async () => ({ ...platform, clusters }) } },
  );

describe('TenantCluster', () => {
  it('takes the only cluster, and shows nothing', async () => {
    const { last } = render(platform.clusters);

    await waitFor(() => expect(last()).toBe('lab'));
    expect(screen.queryByText('Cluster')).not.toBeInTheDocument();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('lets one be chosen where there are more', async () => {
    const { last } = render(BOTH);

    const select = await screen.findByRole('button', { name: /Cluster/ });
    expect(select).toHaveTextContent('Choose a cluster');
    // So that the form asks the field's validation, which wants one chosen.
    expect(last()).toBe('');
    await expect(violations()).resolves.toEqual([]);
    await userEvent.click(select);
    await press('Edge (Frankfurt)', { role: 'option' });
    expect(last()).toBe('edge');
  });

  it('says that a cluster is no more, and takes no other by itself', async () => {
    const { last } = render(platform.clusters, 'old');

    await alerted('Cluster old is gone: choose another');
    expect(last()).toBeUndefined();
    await expect(violations()).resolves.toEqual([]);
  });

  it('says that no cluster is configured', async () => {
    render([]);

    await alerted(/No cluster is configured.*tenants.clusters/);
    await expect(violations()).resolves.toEqual([]);
  });

  it('says why it does not know, and tries again', async () => {
    const getPlatform = failsOnce({ ...platform, clusters: BOTH });
    renderField(TenantClusterField, {}, { api: { getPlatform } });

    await alerted(/Couldn't load the clusters.*connection refused/);
    await press('Try again');
    await screen.findByRole('button', { name: /Cluster/ });
  });

  it('keeps its place while it loads', async () => {
    renderField(TenantClusterField, {}, { api: { getPlatform: never } });
    expect(await screen.findByText('Loading…')).toBeInTheDocument();
  });
});
