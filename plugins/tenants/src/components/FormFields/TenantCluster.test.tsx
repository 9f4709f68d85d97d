import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { platform } from '../../__fixtures__';
import {
  mockTenantsApi,
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

function apiWith(clusters: typeof platform.clusters) {
  return mockTenantsApi({
    getPlatform: async () => ({ ...platform, clusters }),
  });
}

describe('TenantCluster', () => {
  const schema = { title: 'Cluster' };

  it('takes the only cluster, and shows nothing', async () => {
    const { last } = renderField(
      TenantClusterField,
      { schema },
      apiWith(platform.clusters),
    );

    await waitFor(() => expect(last()).toBe('lab'));
    expect(screen.queryByText('Cluster')).not.toBeInTheDocument();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('lets one be chosen where there are more', async () => {
    const { last } = renderField(
      TenantClusterField,
      { schema },
      apiWith([...platform.clusters, edge]),
    );

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
    const { last } = renderField(
      TenantClusterField,
      { schema, value: 'old' },
      apiWith(platform.clusters),
    );

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Cluster old is gone: choose another',
    );
    expect(last()).toBeUndefined();
    await expect(violations()).resolves.toEqual([]);
  });

  it('says that no cluster is configured', async () => {
    renderField(TenantClusterField, { schema }, apiWith([]));

    expect(await screen.findByRole('alert')).toHaveTextContent(
      /No cluster is configured.*tenants.clusters/,
    );
    await expect(violations()).resolves.toEqual([]);
  });

  it('says why it does not know, and tries again', async () => {
    const api = apiWith([...platform.clusters, edge]);
    api.getPlatform.mockRejectedValueOnce(new Error('connection refused'));
    renderField(TenantClusterField, { schema }, api);

    expect(await screen.findByRole('alert')).toHaveTextContent(
      /Couldn't load the clusters.*connection refused/,
    );
    await press('Try again');
    await screen.findByRole('button', { name: /Cluster/ });
  });

  it('keeps its place while it loads', async () => {
    const api = mockTenantsApi({ getPlatform: () => new Promise(() => {}) });
    renderField(TenantClusterField, { schema }, api);
    expect(await screen.findByText('Loading…')).toBeInTheDocument();
  });
});
