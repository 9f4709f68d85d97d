import { act, screen, within } from '@testing-library/react';
import { previewOfNew, previewOfResize, tenants } from '../../__fixtures__';
import {
  alerted,
  failsOnce,
  press,
  renderField,
  violations,
} from '../../__testUtils__';
import { TenantPreviewField } from './TenantPreview';

const create = {
  name: 'cyberdyne',
  owner: 'group:default/cyberdyne-team',
  cluster: 'lab',
  size: 'small',
  egressHosts: ['api.saas.test'],
  email: '',
  ownerPassword: 'hunter2',
};

describe('TenantPreview', () => {
  it('shows what is created, stage by stage, and sends no password', async () => {
    const { api } = renderField(TenantPreviewField, { form: create });

    await screen.findByText(/19 objects to create/);
    const walls = screen.getByRole('group', { name: 'Walls' });
    expect(
      within(walls)
        .getAllByRole('listitem')
        .map(item => item.textContent),
    ).toContain('NetworkPolicy tenant-isolationto create');
    expect(screen.queryByRole('table')).toBeNull();
    expect(api.previewTenant).toHaveBeenCalledTimes(1);
    expect(api.previewTenant).toHaveBeenCalledWith(
      {
        name: 'cyberdyne',
        owner: 'group:default/cyberdyne-team',
        cluster: 'lab',
        size: 'small',
        egress: { hosts: ['api.saas.test'], cidrs: [] },
      },
      expect.anything(),
    );
    await expect(violations()).resolves.toEqual([]);
  });

  it('shows what changes of a tenant that there is, field by field', async () => {
    const { api } = renderField(TenantPreviewField, {
      form: { tenant: 'resource:default/acme', size: 'medium' },
    });

    await screen.findByText(/1 to create, 1 to change, 17 unchanged/);
    const fields = screen.getByRole('region', {
      name: 'ResourceQuota tenant-quota',
    });
    expect(
      within(fields).getByRole('row', { name: /spec.hard.pods/ }),
    ).toHaveTextContent(/10.*20/);
    // What the form leaves out stays as the tenant has it.
    expect(api.previewTenant).toHaveBeenCalledWith(
      { ...tenants.acme.spec, size: 'medium' },
      expect.anything(),
    );
    await expect(violations()).resolves.toEqual([]);
  });

  it('says that nothing would change', async () => {
    const preview = previewOfResize('acme');
    const resources = preview.resources.filter(r => r.change === 'none');
    renderField(
      TenantPreviewField,
      { form: { tenant: 'acme' } },
      { api: { previewTenant: async () => ({ ...preview, resources }) } },
    );

    await screen.findByText(/web-tenant-acme on lab: no changes/);
  });

  it('says first of all that it would be refused', async () => {
    const preview = previewOfNew('cyberdyne');
    const previewTenant = async () => ({
      ...preview,
      refusal: 'The nodes have 8 GiB',
    });
    const { last } = renderField(
      TenantPreviewField,
      { form: create },
      { api: { previewTenant } },
    );

    await alerted(/This request would be refused.*The nodes have 8 GiB/);
    expect(last()).toBe('The nodes have 8 GiB');
    await expect(violations()).resolves.toEqual([]);
  });

  it('waits for what the form does not say yet, and for a pause', async () => {
    const { api, setForm } = renderField(TenantPreviewField, {
      form: { name: 'cyberdyne' },
    });

    await screen.findByText(/Complete the earlier steps/);
    act(() => setForm({ ...create, size: 'medium' }));
    expect(screen.getByText(/Loading/)).toBeVisible();
    // Somebody who types: letters come closer together than the pause.
    await act(() => new Promise(resolve => setTimeout(resolve, 150)));
    act(() => setForm({ ...create, size: 'large' }));

    await screen.findByText(/objects to create/);
    expect(api.previewTenant).toHaveBeenCalledTimes(1);
    expect(api.previewTenant).toHaveBeenCalledWith(
      expect.objectContaining({ size: 'large' }),
      expect.anything(),
    );
  });

  it("says why it can't show it, and tries again", async () => {
    const previewTenant = failsOnce(previewOfNew('cyberdyne'));
    renderField(
      TenantPreviewField,
      { form: create },
      { api: { previewTenant } },
    );

    await alerted(/Couldn't load the preview.*connection refused/);
    await expect(violations()).resolves.toEqual([]);
    await press('Try again');
    await screen.findByText(/objects to create/);
  });
});
