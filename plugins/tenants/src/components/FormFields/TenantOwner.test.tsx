import { screen, waitFor } from '@testing-library/react';
import {
  mockTenantsApi,
  press,
  renderField,
  violations,
} from '../../__testUtils__';
import { TenantOwnerField } from './TenantOwner';

const render = (ownRefs: string[], value?: string) =>
  renderField(
    TenantOwnerField,
    { schema: { title: 'Owner' }, value },
    mockTenantsApi(),
    { ownRefs },
  );

describe('TenantOwner', () => {
  it('is chosen already where the user is in one group', async () => {
    const { last } = render(['user:default/jane', 'group:default/acme-team']);

    await waitFor(() => expect(last()).toBe('group:default/acme-team'));
    await screen.findByRole('button', { name: /acme-team.*Owner/ });
    await expect(violations()).resolves.toEqual([]);
  });

  it('is asked for where there are several', async () => {
    const { last } = render(['group:default/acme-team', 'group:default/b']);

    await press(/Choose a group/);
    expect(last()).toBeUndefined();
    await press('b', { role: 'option' });
    expect(last()).toBe('group:default/b');
  });

  it('says that there is none', async () => {
    const { last } = render(['user:default/jane']);
    expect(
      await screen.findByRole('button', { name: /You are in no group/ }),
    ).toBeDisabled();
    expect(last()).toBeUndefined();
  });
});
