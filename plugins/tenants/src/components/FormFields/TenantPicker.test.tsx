import { screen } from '@testing-library/react';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { onlyProved, tenants } from '../../__fixtures__';
import {
  mockTenantsApi,
  press,
  renderField,
  violations,
} from '../../__testUtils__';
import { TenantPickerField } from './TenantPicker';

const uiSchema = { 'ui:options': { permission: 'resize' } };
const schema = { title: 'Tenant' };

function apiOf() {
  const items = Object.values(tenants);
  return mockTenantsApi({
    listTenants: async () => ({ items, totalItems: items.length }),
  });
}

describe('TenantPicker', () => {
  it('offers the tenants that the user may change, and no other', async () => {
    const asked: unknown[] = [];
    const { last } = renderField(
      TenantPickerField,
      { schema, uiSchema },
      apiOf(),
      {
        authorize: async ({ permission, resourceRef }) => {
          asked.push(permission.name);
          return {
            result: ['acme', 'hooli', 'stark'].includes(resourceRef!)
              ? AuthorizeResult.ALLOW
              : AuthorizeResult.DENY,
          };
        },
      },
    );

    await press(/Choose a tenant/);
    // One that is being removed is not to be changed, whoever asks.
    expect(
      (await screen.findAllByRole('option')).map(o => o.textContent),
    ).toEqual(['acme (on lab, small)', 'hooli (on lab, small)']);
    expect(new Set(asked)).toEqual(new Set(['tenant.resize']));
    await press(/hooli/, { role: 'option' });
    expect(last()).toBe('hooli');
    await expect(violations()).resolves.toEqual([]);
  });

  it.each([
    ['restore', ['acme (on lab, small)', 'hooli (on lab, small)']],
    ['resize', ['acme (on lab, small)']],
    ['remove', ['acme (on lab, small)']],
  ])(
    'to %s offers %j, of which one is lost and one only proved',
    async (permission, offered) => {
      const items = [
        tenants.acme,
        { ...tenants.hooli, phase: 'lost' as const },
        onlyProved(tenants.globex),
      ];
      renderField(
        TenantPickerField,
        { schema, uiSchema: { 'ui:options': { permission } } },
        mockTenantsApi({
          listTenants: async () => ({ items, totalItems: items.length }),
        }),
        { authorize: async () => ({ result: AuthorizeResult.ALLOW }) },
      );
      await press(/Choose a tenant/);
      expect(
        (await screen.findAllByRole('option')).map(o => o.textContent),
      ).toEqual(offered);
    },
  );

  it('says what is missing where there is none', async () => {
    renderField(
      TenantPickerField,
      { schema, uiSchema: { 'ui:options': { permission: 'remove' } } },
      apiOf(),
      { authorize: async () => ({ result: AuthorizeResult.DENY }) },
    );

    expect(await screen.findByRole('alert')).toHaveTextContent(
      /no tenant that you can change.*You need tenant.remove/,
    );
    await expect(violations()).resolves.toEqual([]);
  });

  it('shows no tenant that a link names and the user may not change', async () => {
    const { last } = renderField(
      TenantPickerField,
      { schema, uiSchema, value: 'globex' },
      apiOf(),
      {
        authorize: async ({ resourceRef }) => ({
          result:
            resourceRef === 'acme'
              ? AuthorizeResult.ALLOW
              : AuthorizeResult.DENY,
        }),
      },
    );

    await screen.findByRole('button', { name: /Choose a tenant/ });
    expect(last()).toBeUndefined();
  });
});
