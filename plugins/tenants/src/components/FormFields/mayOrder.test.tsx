import { alerted, deny, renderField } from '../../__testUtils__';
import { TenantNameField } from './TenantName';

// A file of its own: permissions are cached for as long as the tests run.
describe('TenantName', () => {
  it('says at the top to one who may not order', async () => {
    renderField(
      TenantNameField,
      { schema: { title: 'Name' } },
      { authorize: deny },
    );

    await alerted(/You can't order a tenant.*You need tenant.create/);
  });
});
