import { screen, waitFor } from '@testing-library/react';
import { press, renderField, violations } from '../../__testUtils__';
import { TenantOwnerField } from './TenantOwner';

const render = (ownRefs: string[], value?: string) =>
  renderField(
    TenantOwnerField,
    { schema: { title: 'Owner' }, value },
    { ownRefs },
  );

describe('TenantOwner', () => {
  it('is chosen already where the user is in one group', async () => {
    const { last } = render(['user:default/jane', 'group:default/acme-team']);

    await waitFor(() => expect(last()).toBe('acme-team'));
    await screen.findByRole('button', { name: /acme-team.*Owner/ });
    await expect(violations()).resolves.toEqual([]);
  });

  it('is asked for where there are several', async () => {
    const { last } = render(['group:default/acme-team', 'group:default/b']);

    await press(/Choose a group/);
    expect(last()).toBeUndefined();
    await press('b', { role: 'option' });
    expect(last()).toBe('b');
  });

  it.each([
    ['group:default/acme-team', 'acme-team', /acme-team/],
    ['Group:acme-team', 'acme-team', /acme-team/],
    ['group:red/b', 'red/b', /red\/b/],
    ['red/b', undefined, /red\/b/],
    ['group:default/c', 'c', /Choose a group/],
  ])("has a link's %s as short as can be: %s", async (value, text, shown) => {
    const { last } = render(['group:default/acme-team', 'group:red/b'], value);

    await screen.findByRole('button', { name: shown });
    expect(last()).toBe(text);
  });

  it('says that there is none', async () => {
    const { last } = render(['user:default/jane']);
    expect(
      await screen.findByRole('button', { name: /You are in no group/ }),
    ).toBeDisabled();
    expect(last()).toBeUndefined();
  });
});
