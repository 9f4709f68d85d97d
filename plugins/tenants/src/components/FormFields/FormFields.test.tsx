import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { platform, tenants } from '../../__fixtures__';
import { alerted, renderField, violations } from '../../__testUtils__';
import { TenantEgressField } from './TenantEgress';
import { TenantNameField } from './TenantName';

/** What is answered where a tenant can't be read. */
const status = (statusCode: number) => () =>
  Promise.reject(
    Object.assign(new Error(`status ${statusCode}`), { statusCode }),
  );

describe('TenantName', () => {
  const schema = { title: 'Name', description: 'Not to be changed later' };
  const owner = tenants.acme.owner;

  it('says what is wrong while it is typed, and asks nothing then', async () => {
    const { api } = renderField(TenantNameField, { schema });

    const input = await screen.findByLabelText(/Name/);
    expect(input).not.toBeInvalid();
    await userEvent.type(input, 'Acme');

    await screen.findByText(/lower-case letters/);
    expect(input).toBeInvalid();
    expect(api.getTenant).not.toHaveBeenCalled();
  });

  it('says that a name is free, and what it will be called', async () => {
    const { api, last } = renderField(TenantNameField, {
      schema,
      form: { owner },
    });

    await userEvent.type(await screen.findByLabelText(/Name/), 'cyberdyne');

    await screen.findByText('The name is available');
    const preview = screen.getByRole('group', { name: 'Resulting names' });
    expect(within(preview).getByText('web-tenant-cyberdyne')).toBeVisible();
    expect(last()).toBe('cyberdyne');
    expect(api.getTenant).toHaveBeenCalledTimes(1);
    await expect(violations()).resolves.toEqual([]);
  });

  it.each([
    ['of another owner', async () => tenants.globex],
    ['not to be seen', status(403)],
  ])('refuses the name of a tenant %s', async (_, getTenant) => {
    renderField(
      TenantNameField,
      { schema, form: { owner }, value: 'globex' },
      { api: { getTenant } },
    );

    await screen.findByText(/globex is taken/);
    expect(screen.getByLabelText(/Name/)).toBeInvalid();
  });

  it('knows the prefix that the backend has', async () => {
    const getPlatform = async () => ({ ...platform, namespacePrefix: 'n8n-' });
    renderField(
      TenantNameField,
      { schema, value: 'cyberdyne' },
      { api: { getPlatform } },
    );

    expect(await screen.findByText('n8n-cyberdyne')).toBeInTheDocument();
  });

  it('lets an owner apply a tenant again', async () => {
    renderField(TenantNameField, { schema, form: { owner }, value: 'acme' });

    await screen.findByText(/This owner has acme already/);
    expect(screen.getByLabelText(/Name/)).not.toBeInvalid();
  });

  it('says at the top to one who is in no group', async () => {
    renderField(
      TenantNameField,
      { schema },
      { ownRefs: ['user:default/guest'] },
    );

    await alerted(/You can't order a tenant.*You are in no group/);
    await expect(violations()).resolves.toEqual([]);
  });

  it('does not stand in the way when the backend is away', async () => {
    renderField(
      TenantNameField,
      { schema, form: { owner }, value: 'acme' },
      { api: { getTenant: status(503) } },
    );

    expect(
      await screen.findByText(/Couldn't check availability: .*503/),
    ).toBeVisible();
    expect(screen.getByLabelText(/Name/)).not.toBeInvalid();
  });
});

describe('TenantEgress', () => {
  const schema = { title: 'Hosts' };
  const uiSchema = { 'ui:options': { kind: 'host' } };
  /** A platform whose policies know no host names. */
  const withoutHosts = {
    getPlatform: async () => ({
      ...platform,
      clusters: [
        { ...platform.clusters[0], networkProvider: 'kubernetes' as const },
      ],
    }),
  };

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

    await screen.findByText(/https:\/\/a.test: Not a host name/);
    expect(input).toBeInvalid();
  });

  it('refuses hosts at once where the platform knows none', async () => {
    renderField(TenantEgressField, { schema, uiSchema }, { api: withoutHosts });

    await screen.findByText(/Use IPv4 ranges/);
    const input = screen.getByLabelText('Hosts');
    expect(input).not.toBeInvalid();
    await userEvent.type(input, 'a');

    await waitFor(() => expect(input).toBeInvalid());
    screen.getByText(/can't allow host names. Use IPv4 ranges$/);
    await expect(violations()).resolves.toEqual([]);
  });

  it('takes ranges whatever the platform', async () => {
    renderField(
      TenantEgressField,
      { schema, uiSchema: { 'ui:options': { kind: 'cidr' } } },
      { api: withoutHosts },
    );

    const input = await screen.findByLabelText('Hosts');
    await userEvent.type(input, '203.0.113.0/24{Enter}');
    expect(input).not.toBeInvalid();
  });
});
