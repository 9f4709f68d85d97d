import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { tenants } from '../../__fixtures__';
import {
  alerted,
  fails,
  failsOnce,
  press,
  renderField,
  violations,
} from '../../__testUtils__';
import { TenantRemovalField } from './TenantRemoval';

const form = { tenant: 'resource:default/acme', keepData: false };

describe('TenantRemoval', () => {
  it('shows what will be lost', async () => {
    renderField(TenantRemovalField, { form });

    await screen.findByText('acme and all its data will be deleted');
    await screen.findByText('5 GiB');
    expect(screen.getByText('Entry with all versions')).toBeInTheDocument();
    // All of the plan but the one that is missing.
    await screen.findByText('18');
    expect(screen.getAllByText('deleted')).toHaveLength(3);
    expect(screen.getByText('2 minutes ago')).toBeInTheDocument();
    await expect(violations()).resolves.toEqual([]);
  });

  it('says what stays when the data is kept', async () => {
    const { setForm } = renderField(TenantRemovalField, { form });

    await screen.findByText('acme and all its data will be deleted');
    act(() => setForm({ ...form, keepData: true }));

    await screen.findByText('acme will be removed, and its data kept');
    expect(screen.getAllByText('kept')).toHaveLength(2);
    expect(screen.getByText(/n8n and its access to Vault/)).toBeVisible();
    expect(screen.getAllByText('deleted')).toHaveLength(1);
    expect(screen.queryByText('18')).toBeNull();
  });

  it('wants the name typed, and says at once when it is another', async () => {
    const { last } = renderField(TenantRemovalField, { form });

    const input = await screen.findByLabelText(/Type the tenant's name/);
    await userEvent.type(input, 'ac');
    expect(input).not.toBeInvalid();
    await userEvent.type(input, 'n');
    await screen.findByText("acn doesn't match the tenant's name, acme");
    expect(input).toBeInvalid();
    await expect(violations()).resolves.toEqual([]);
    await userEvent.type(input, '{Backspace}me');
    expect(input).not.toBeInvalid();
    expect(last()).toBe('acme');
  });

  it('waits until a tenant is chosen', async () => {
    const { api } = renderField(TenantRemovalField, { form: {} });

    await screen.findByText(/Choose a tenant/);
    expect(api.getTenant).not.toHaveBeenCalled();
  });

  it("says why it can't show it, and tries again", async () => {
    const getTenant = failsOnce(tenants.acme);
    renderField(TenantRemovalField, { form }, { api: { getTenant } });

    await alerted(/Couldn't load acme.*connection refused/);
    await press('Try again');
    await screen.findByText('acme and all its data will be deleted');
  });

  it('says what is not known, and shows the rest', async () => {
    // Who may remove a tenant may not always create one.
    const api = { getUsage: fails('away'), previewTenant: fails('forbidden') };
    renderField(TenantRemovalField, { form }, { api });

    await screen.findByText('Entry with all versions');
    await waitFor(() => expect(screen.getAllByText('unknown')).toHaveLength(2));
  });
});
