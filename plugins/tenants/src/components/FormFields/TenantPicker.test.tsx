import { screen } from '@testing-library/react';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { PermissionApi } from '@backstage/plugin-permission-react';
import { onlyProved, pageOf, tenants } from '../../__fixtures__';
import {
  alerted,
  deny,
  press,
  renderField,
  violations,
} from '../../__testUtils__';
import { TenantPickerField } from './TenantPicker';

const to = (permission: string, value?: string) => ({
  schema: { title: 'Tenant' },
  uiSchema: { 'ui:options': { permission } },
  value,
});

/** Lets the user do it with these tenants. */
const allow =
  (...names: string[]): PermissionApi['authorize'] =>
  async ({ resourceRef }) => ({
    result: names.includes(resourceRef!)
      ? AuthorizeResult.ALLOW
      : AuthorizeResult.DENY,
  });

const offered = async () =>
  (await screen.findAllByRole('option')).map(option => option.textContent);

describe('TenantPicker', () => {
  it('offers the tenants that the user may change, and no other', async () => {
    const authorize = jest.fn(allow('acme', 'hooli', 'stark'));
    const { last } = renderField(TenantPickerField, to('resize'), {
      authorize,
    });

    await press(/Choose a tenant/);
    // One that is being removed is not to be changed, whoever asks.
    expect(await offered()).toEqual([
      'acme (on lab, small)',
      'hooli (on lab, small)',
    ]);
    expect(
      new Set(authorize.mock.calls.map(([{ permission }]) => permission.name)),
    ).toEqual(new Set(['tenant.resize']));
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
    async (permission, expected) => {
      const items = [
        tenants.acme,
        { ...tenants.hooli, phase: 'lost' as const },
        onlyProved(tenants.globex),
      ];
      renderField(TenantPickerField, to(permission), {
        api: { listTenants: async () => pageOf(items) },
      });
      await press(/Choose a tenant/);
      expect(await offered()).toEqual(expected);
    },
  );

  it('says what is missing where there is none', async () => {
    renderField(TenantPickerField, to('remove'), { authorize: deny });

    await alerted(/no tenant that you can change.*You need tenant.remove/);
    await expect(violations()).resolves.toEqual([]);
  });

  it('shows no tenant that a link names and the user may not change', async () => {
    const { last } = renderField(TenantPickerField, to('resize', 'globex'), {
      authorize: allow('acme'),
    });

    await screen.findByRole('button', { name: /Choose a tenant/ });
    expect(last()).toBeUndefined();
  });
});
