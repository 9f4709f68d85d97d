import { ComponentType, useState } from 'react';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { tenants } from '../../__fixtures__';
import { mockTenantsApi } from '../../__testUtils__';
import { TenantEgressField } from './TenantEgress';
import { TenantNameField } from './TenantName';
import { TenantSizeField } from './TenantSize';

const status = (statusCode: number) =>
  Object.assign(new Error(`status ${statusCode}`), { statusCode });

/** Renders a field as a form does: its value comes back to it. */
function renderField(
  Field: ComponentType<any>,
  props: { schema: object; uiSchema?: object; owner?: string; value?: unknown },
  api = mockTenantsApi(),
) {
  const changes: unknown[] = [];
  function Form() {
    const [value, setValue] = useState(props.value);
    return (
      <Field
        uiSchema={{}}
        idSchema={{ $id: 'root_field' }}
        formContext={{ formData: { owner: props.owner } }}
        {...props}
        formData={value}
        onChange={(next: unknown) => {
          changes.push(next);
          setValue(next);
        }}
      />
    );
  }
  renderInTestApp(<Form />, { apis: [api] });
  return { last: () => changes[changes.length - 1] };
}

describe('TenantName', () => {
  const schema = { title: 'Name', description: 'Not to be changed later' };
  const owner = tenants.acme.owner;

  it('says what is wrong while it is typed, and asks nothing then', async () => {
    const api = mockTenantsApi();
    renderField(TenantNameField, { schema }, api);

    const input = await screen.findByLabelText(/Name/);
    expect(input).not.toBeInvalid();
    await userEvent.type(input, 'Acme');

    expect(await screen.findByText(/lower-case letters/)).toBeInTheDocument();
    expect(input).toBeInvalid();
    expect(api.getTenant).not.toHaveBeenCalled();
  });

  it('says that a name is free, and what it will be called', async () => {
    const api = mockTenantsApi();
    api.getTenant.mockRejectedValue(status(404));
    const { last } = renderField(TenantNameField, { schema, owner }, api);

    await userEvent.type(await screen.findByLabelText(/Name/), 'umbrella');

    expect(await screen.findByText('The name is free')).toBeInTheDocument();
    const preview = screen.getByRole('group', {
      name: 'What it will be called',
    });
    expect(within(preview).getByText('web-tenant-umbrella')).toBeVisible();
    expect(
      within(preview).getByText('secret/web-tenant-umbrella'),
    ).toBeVisible();
    expect(last()).toBe('umbrella');
    expect(api.getTenant).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['of somebody else', async () => tenants.globex],
    ['not to be seen', async () => Promise.reject(status(403))],
  ])('refuses the name of a tenant %s', async (_, getTenant) => {
    const api = mockTenantsApi({ getTenant });
    renderField(TenantNameField, { schema, owner, value: 'globex' }, api);

    expect(await screen.findByText(/globex is taken/)).toBeInTheDocument();
    expect(screen.getByLabelText(/Name/)).toBeInvalid();
  });

  it('lets an owner apply a tenant again', async () => {
    const api = mockTenantsApi({ getTenant: async () => tenants.acme });
    renderField(TenantNameField, { schema, owner, value: 'acme' }, api);

    expect(
      await screen.findByText(/There is a tenant acme of this owner/),
    ).toBeInTheDocument();
    expect(screen.getByLabelText(/Name/)).not.toBeInvalid();
  });

  it('does not stand in the way when the backend is away', async () => {
    const api = mockTenantsApi();
    api.getTenant.mockRejectedValue(status(503));
    renderField(TenantNameField, { schema, owner, value: 'acme' }, api);

    expect(await screen.findByText(/can not be told: .*503/)).toBeVisible();
    expect(screen.getByLabelText(/Name/)).not.toBeInvalid();
  });
});

describe('TenantSize', () => {
  const schema = {
    title: 'Size',
    enum: ['small', 'large'],
    enumNames: ['Small (1 CPU)', 'Large (4 CPU)'],
  };

  it('shows the numbers, and takes the card that is chosen', async () => {
    const small = {
      name: 'small',
      title: 'Small',
      cpu: ['1', '2'],
      memory: ['1 GiB', '2 GiB'],
      pods: 10,
      storage: '5 GiB',
    };
    const { last } = renderField(TenantSizeField, {
      schema,
      uiSchema: { 'ui:options': { sizes: [small] } },
      value: 'large',
    });

    const card = await screen.findByRole('radio', { name: /^Small/ });
    expect(card).toHaveAccessibleName(
      /CPU 1 kept for it, 2 at most.*Memory 1 GiB.*Pods 10.*Storage 5 GiB/,
    );
    expect(screen.getByRole('radio', { name: 'Large (4 CPU)' })).toBeChecked();
    await userEvent.click(card);
    expect(last()).toBe('small');
  });
});

describe('TenantEgress', () => {
  const schema = { title: 'Hosts' };
  const uiSchema = { 'ui:options': { kind: 'host' } };

  it('makes a list of the lines', async () => {
    const { last } = renderField(TenantEgressField, {
      schema,
      uiSchema,
      value: ['api.example.com'],
    });

    const input = await screen.findByLabelText('Hosts');
    await userEvent.type(input, '{Enter}{Enter} *.saas.test ');

    expect(last()).toEqual(['api.example.com', '*.saas.test']);
    expect(input).not.toBeInvalid();
  });

  it('names the line that is wrong, once it is done', async () => {
    renderField(TenantEgressField, { schema, uiSchema });

    const input = await screen.findByLabelText('Hosts');
    await userEvent.type(input, 'https://a.test');
    expect(input).not.toBeInvalid();
    await userEvent.type(input, '{Enter}b.test');

    expect(
      await screen.findByText(/https:\/\/a.test: Not a host name/),
    ).toBeInTheDocument();
    expect(input).toBeInvalid();
  });
});
