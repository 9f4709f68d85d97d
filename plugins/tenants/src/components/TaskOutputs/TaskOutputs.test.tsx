import { ComponentProps } from 'react';
import { screen } from '@testing-library/react';
import { renderInPortal } from '../../__testUtils__';
import TaskOutputs from './TaskOutputs';

const render = (output: ComponentProps<typeof TaskOutputs>['output']) =>
  renderInPortal(<TaskOutputs output={output} />);

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
