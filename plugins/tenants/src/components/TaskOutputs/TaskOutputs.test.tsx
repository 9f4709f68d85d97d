import { ComponentProps } from 'react';
import { screen } from '@testing-library/react';
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { tenants } from '../../__fixtures__';
import { mockTenantsApi } from '../../__testUtils__';
import { TaskOutputs } from './TaskOutputs';

function render(output: ComponentProps<typeof TaskOutputs>['output']) {
  const api = mockTenantsApi({ getTenant: async () => tenants.acme });
  renderInTestApp(<TaskOutputs output={output} />, {
    apis: [api, mockApis.permission()],
    mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef as any },
  });
  return api;
}

describe('TaskOutputs', () => {
  it('shows the walls of the tenant, and the links of the template', async () => {
    const api = render({
      links: [
        { title: 'Tenant in the catalog', entityRef: 'resource:default/acme' },
        { title: 'All tenants', url: '/tenants' },
      ],
    });

    await screen.findByRole('button', { name: /Network wall.*holds/ });
    expect(api.getTenant).toHaveBeenCalledWith('acme', expect.anything());
    expect(
      screen.getByRole('link', { name: /Tenant in the catalog/ }),
    ).toHaveAttribute('href', '/catalog/default/resource/acme');
  });

  it('asks for no tenant where the output names none', async () => {
    const api = render({ links: [{ title: 'All tenants', url: '/tenants' }] });

    await screen.findByRole('link', { name: /All tenants/ });
    expect(api.getTenant).not.toHaveBeenCalled();
  });
});
