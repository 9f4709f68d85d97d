import { Route, Routes } from 'react-router-dom';
import { screen } from '@testing-library/react';
import {
  catalogApiRef,
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import {
  ScaffolderFieldExtensions,
  useCustomFieldExtensions,
} from '@backstage/plugin-scaffolder-react';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/test-utils';
import { TENANT_ANNOTATION } from '@threewalls/backstage-plugin-tenants-common';
import { pageOf, tenants } from './__fixtures__';
import { mockTenantsApi } from './__testUtils__';
import * as legacy from './legacy';

const { EntityWallsCard, isTenantAvailable, TenantsPage } = legacy;

const acme = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Resource',
  metadata: { name: 'acme', annotations: { [TENANT_ANNOTATION]: 'acme' } },
};

async function render(element: JSX.Element, path = '/') {
  const api = mockTenantsApi({
    listTenants: async () => pageOf([tenants.acme]),
  });
  await renderInTestApp(
    <TestApiProvider
      apis={[
        [legacy.tenantsApiRef, api],
        [catalogApiRef, catalogApiMock({ entities: [acme] })],
        [permissionApiRef, mockApis.permission()],
      ]}
    >
      {element}
    </TestApiProvider>,
    {
      routeEntries: [path],
      mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
    },
  );
}

describe('the plugin in an app on the old frontend system', () => {
  it('shows the walls on the page of an entity', async () => {
    await render(
      <EntityProvider entity={acme}>
        <EntityWallsCard />
      </EntityProvider>,
    );

    await screen.findByRole('button', { name: /Network wall.*holds/ });
    expect(isTenantAvailable(acme)).toBe(true);
    expect(isTenantAvailable({ ...acme, metadata: { name: 'acme' } })).toBe(
      false,
    );
  });

  it('shows all tenants, with a link to their report', async () => {
    // An app's FlatRoutes mount what is beneath a page, too; these routes warn of it.
    jest.spyOn(console, 'warn').mockImplementation();
    await render(
      <Routes>
        <Route path="/tenants" element={<TenantsPage />} />
      </Routes>,
      '/tenants',
    );

    expect(
      await screen.findByRole('link', { name: 'Report on all' }),
    ).toHaveAttribute('href', expect.stringMatching(/^\/tenants\/report/));
  });

  it('registers no API but its own, of which an app would refuse a second', () => {
    const apis = [...legacy.tenantsPlugin.getApis()].map(({ api }) => api.id);
    expect(apis).toEqual([legacy.tenantsApiRef.id]);
  });

  it('has each field of the forms', async () => {
    const extensions = Object.entries(legacy).flatMap(([name, Extension]) =>
      name.endsWith('FieldExtension') ? [Extension as () => null] : [],
    );
    function Fields() {
      const fields = useCustomFieldExtensions(
        <ScaffolderFieldExtensions>
          {extensions.map((Extension, i) => (
            <Extension key={i} />
          ))}
        </ScaffolderFieldExtensions>,
      );
      return (
        <>
          {fields
            .map(({ name }) => name)
            .sort()
            .join(' ')}
        </>
      );
    }
    await render(<Fields />);

    await screen.findByText(
      'TenantCluster TenantEgress TenantName TenantOwner TenantPicker TenantPreview TenantRemoval TenantSize',
    );
  });
});
