import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef, entityRouteRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { rootRouteRef, templateRouteRef } from '../../routes';
import { tenants } from '../../__fixtures__';
import { mockTenantsApi } from '../../__testUtils__';
import { TenantsWidget } from '../TenantsWidget';
import { TenantsPage } from './TenantsPage';

const items = Object.values(tenants);

function render(
  element: JSX.Element,
  options: { path?: string; api?: ReturnType<typeof mockTenantsApi> } = {},
) {
  const { path = '/', api = mockTenantsApi() } = options;
  if (!options.api) {
    api.listTenants.mockResolvedValue({ items, totalItems: items.length });
  }
  renderInTestApp(element, {
    initialRouteEntries: [path],
    apis: [
      api,
      mockApis.permission(),
      [
        catalogApiRef,
        catalogApiMock({
          entities: [
            {
              apiVersion: 'scaffolder.backstage.io/v1beta3',
              kind: 'Template',
              metadata: { name: 'create-tenant', namespace: 'default' },
              spec: {},
            },
          ],
        }),
      ],
    ],
    mountedRoutes: {
      '/catalog/:namespace/:kind/:name': entityRouteRef as any,
      '/create/templates/:namespace/:templateName': templateRouteRef,
      '/tenants': rootRouteRef,
    },
  });
  return api;
}

/** The names in the table, once there are more than its skeleton's rows. */
async function findNames(): Promise<(string | undefined)[]> {
  const rows = await screen.findAllByRole('row', { name: /ago|never proved/ });
  return rows.map(row =>
    Object.keys(tenants).find(name => within(row).queryByText(name)),
  );
}

describe('TenantsPage', () => {
  it('counts the tenants by status, and links to those', async () => {
    render(<TenantsPage />);

    await screen.findByText('globex');
    const summary = screen.getByRole('group', { name: 'Summary' });
    expect(summary).toHaveTextContent(/4holds.*1breached.*2unproven.*1stale/);
    expect(
      within(summary).getByRole('link', { name: /a wall is breached/ }),
    ).toHaveAttribute('href', expect.stringContaining('?status=breached'));
  });

  it('lists the worst tenants first, and where they are', async () => {
    render(<TenantsPage />);

    expect((await findNames()).slice(0, 3)).toEqual([
      'globex',
      'initech',
      'wonka',
    ]);
    const row = screen.getByRole('row', { name: /globex/ });
    expect(row).toHaveTextContent(/2 minutes ago.*breached.*holds.*holds/);
    expect(row).toHaveAttribute(
      'data-href',
      '/catalog/default/resource/globex',
    );
    expect(
      await screen.findByRole('link', { name: 'Create a tenant' }),
    ).toHaveAttribute('href', '/create/templates/default/create-tenant');
  });

  it('sorts by a column', async () => {
    render(<TenantsPage />);

    await screen.findByText('globex');
    await userEvent.click(screen.getByRole('columnheader', { name: /Name/ }));

    expect(await findNames()).toEqual(Object.keys(tenants).sort());
  });

  it('shows what its address says', async () => {
    render(<TenantsPage />, { path: '/?status=stale' });
    expect(await findNames()).toEqual(['hooli']);
  });

  it('finds tenants by words', async () => {
    render(<TenantsPage />);

    await userEvent.type(
      await screen.findByRole('searchbox', { name: /Search/ }),
      'lab acme',
    );

    expect(await findNames()).toEqual(['acme']);
  });

  it('asks for all pages', async () => {
    const api = mockTenantsApi();
    api.listTenants.mockImplementation(async ({ offset = 0 } = {}) => ({
      items: items.slice(offset, offset + 4),
      totalItems: items.length,
    }));
    render(<TenantsPage />, { api });

    expect(await findNames()).toHaveLength(items.length);
    expect(api.listTenants).toHaveBeenCalledTimes(2);
  });

  it('says that there is no tenant', async () => {
    const api = mockTenantsApi();
    api.listTenants.mockResolvedValue({ items: [], totalItems: 0 });
    render(<TenantsPage />, { api });

    expect(
      await screen.findByText('There is no tenant yet'),
    ).toBeInTheDocument();
  });

  it('shows the error when the backend is away', async () => {
    const api = mockTenantsApi();
    api.listTenants.mockRejectedValue(new Error('connection refused'));
    render(<TenantsPage />, { api });

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'connection refused',
    );
  });
});

describe('TenantsWidget', () => {
  it('shows the walls of the tenants, and where the others are', async () => {
    render(<TenantsWidget />);

    expect(await findNames()).toHaveLength(items.length);
    expect(screen.getByRole('link', { name: 'All tenants' })).toHaveAttribute(
      'href',
      '/tenants',
    );
  });
});
