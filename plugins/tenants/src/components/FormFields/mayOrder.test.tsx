import { screen } from '@testing-library/react';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { mockTenantsApi, renderField } from '../../__testUtils__';
import { TenantNameField } from './TenantName';

// A file of its own: permissions are cached for as long as the tests run.
describe('TenantName', () => {
  it('says at the top to one who may not order', async () => {
    renderField(TenantNameField, {}, mockTenantsApi(), {
      authorize: async () => ({ result: AuthorizeResult.DENY }),
    });

    expect(await screen.findByRole('alert')).toHaveTextContent(
      /You can't order a tenant.*You need tenant.create/,
    );
  });
});
