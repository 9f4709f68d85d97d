import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { platform, tenants } from '../../__fixtures__';
import {
  alerted,
  failsOnce,
  never,
  press,
  renderField,
  violations,
} from '../../__testUtils__';
import { TenantSizeField } from './TenantSize';

describe('TenantSize', () => {
  const schema = { title: 'Size' };

  it('shows the sizes of the backend, and takes the card that is chosen', async () => {
    const { last } = renderField(TenantSizeField, { schema, value: 'large' });

    const card = await screen.findByRole('radio', { name: /^Small/ });
    expect(card).toHaveAccessibleName(
      /CPU 1 requested, up to 2.*Memory 1 GiB requested, up to 2 GiB.*Pods 10.*Storage 5 GiB/,
    );
    expect(screen.getByRole('radio', { name: /^Large/ })).toBeChecked();
    await expect(violations()).resolves.toEqual([]);
    await userEvent.click(card);
    expect(last()).toBe('small');
  });

  it('shows only those that the template allows', async () => {
    renderField(TenantSizeField, {
      schema: { ...schema, enum: ['medium', 'large'] },
    });

    await screen.findByRole('radio', { name: /^Medium.*Pods 20/ });
    expect(screen.queryByRole('radio', { name: /^Small/ })).toBeNull();
  });

  it('marks the size that a tenant has', async () => {
    const form = { tenant: 'resource:default/acme' };
    renderField(TenantSizeField, { schema, value: 'large', form });

    expect(
      await screen.findByRole('radio', { name: /^Small current/ }),
    ).not.toBeChecked();
    expect(screen.getByRole('radio', { name: /^Large/ })).toBeChecked();
  });

  it('keeps the place of the cards while they load', async () => {
    renderField(TenantSizeField, { schema }, { api: { getPlatform: never } });

    await screen.findByText('Loading…');
    expect(screen.queryByRole('radio')).toBeNull();
    await expect(violations()).resolves.toEqual([]);
  });

  it('says why there are none, and tries again', async () => {
    const getPlatform = failsOnce(platform);
    renderField(TenantSizeField, { schema }, { api: { getPlatform } });

    await alerted(/Couldn't load the sizes.*connection refused/);
    await expect(violations()).resolves.toEqual([]);
    await press('Try again');

    await screen.findByRole('radio', { name: /^Small/ });
  });

  it('shows those of the cluster that is chosen, or that the tenant is on', async () => {
    const [lab] = platform.clusters;
    const other = {
      ...lab,
      name: 'other',
      sizes: [{ ...lab.sizes[0], name: 'tiny', title: 'Tiny' }],
    };
    const spec = { ...tenants.acme.spec, cluster: 'other', size: 'tiny' };
    const api = {
      getPlatform: async () => ({ ...platform, clusters: [lab, other] }),
      getTenant: async () => ({ ...tenants.acme, spec }),
    };
    const { setForm } = renderField(TenantSizeField, { schema }, { api });

    await screen.findByRole('radio', { name: /^Small/ });
    act(() => setForm({ cluster: 'other' }));
    await screen.findByRole('radio', { name: /^Tiny/ });
    expect(screen.queryByRole('radio', { name: /^Small/ })).toBeNull();
    act(() => setForm({ cluster: 'lab', tenant: 'resource:default/acme' }));
    await screen.findByRole('radio', { name: /^Tiny current/ });
  });

  it('says that the portal offers none', async () => {
    const clusters = [{ ...platform.clusters[0], sizes: [] }];
    const getPlatform = async () => ({ ...platform, clusters });
    renderField(TenantSizeField, { schema }, { api: { getPlatform } });

    await screen.findByText(/No sizes are configured/);
  });
});
