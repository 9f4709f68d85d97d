import { screen, waitFor } from '@testing-library/react';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import {
  answersOf,
  matrixOf,
  onlyProved,
  proofOf,
  proofs,
  summaryOf,
  tenants,
  usage,
} from '../../__fixtures__';
import {
  alerted,
  deny,
  fails,
  Portal,
  press,
  renderInPortal,
  violations,
} from '../../__testUtils__';
import { TenantTab } from './TenantTab';

const HISTORY = [
  proofs.globex,
  proofOf('globex', { minutes: 9, verdicts: [{}, { status: 'unproven' }] }),
  ...[14, 19, 24, 29, 34, 39].map(minutes => proofOf('globex', { minutes })),
];

function renderTab(tenant: Tenant, { api, ...portal }: Portal = {}) {
  const all = { ...tenants, [tenant.name]: tenant };
  return renderInPortal(<TenantTab tenantName={tenant.name} />, {
    ...portal,
    api: {
      ...answersOf(all, () => HISTORY.map(summaryOf)),
      getProof: async (_, id) => HISTORY.find(proof => proof.id === id)!,
      getMatrix: async () => matrixOf(['acme', 'globex', 'initech']),
      ...api,
    },
  });
}

describe('TenantTab', () => {
  it('shows what the tenant consists of', async () => {
    renderTab(tenants.globex);

    await screen.findByText('web-tenant-globex');
    // Names as the API has them, with the mount.
    expect(screen.getByText('secret/web-tenant-globex')).toBeInTheDocument();
    expect(screen.getByText('n8n-globex, n8n')).toBeInTheDocument();
    screen.getByRole('link', { name: 'https://globex.n8n.example.com' });
    expect(screen.getByText('api.saas.test')).toBeInTheDocument();
    expect(
      await screen.findByRole('link', { name: 'globex-team' }),
    ).toHaveAttribute('href', '/catalog/default/group/globex-team');
  });

  it('shows who did what, and what came of it', async () => {
    const api = renderTab(tenants.globex);

    const failed = await screen.findByRole('row', { name: /Vault is sealed/ });
    expect(failed).toHaveTextContent(/Restore.*jane.*49 minutes ago.*failed/);
    expect(
      screen.getByRole('row', { name: /31 created, 0 changed, 0 unchanged/ }),
    ).toHaveTextContent(/succeeded/);
    expect(api.listOperations).toHaveBeenCalledWith(
      'globex',
      { kinds: ['apply', 'remove'], limit: 5, offset: 0 },
      expect.anything(),
    );
  });

  it.each([
    ['listOperations', /Vault is sealed/],
    ['listProofs', /^9 minutes ago/],
  ] as const)('says why %s fails, and tries again', async (list, row) => {
    const answers = answersOf(tenants, () => HISTORY.map(summaryOf));
    const answer = jest.fn(fails('connection refused') as () => never);
    renderTab(tenants.globex, { api: { [list]: answer } });

    await alerted('connection refused');
    answer.mockImplementation(answers[list] as () => never);
    await press('Try again');

    await screen.findByRole('row', { name: row });
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('shows which n8n it runs, and whether that is ready', async () => {
    renderTab(tenants.globex, {
      api: {
        getUsage: async () => ({
          ...usage,
          n8n: { ...usage.n8n!, ready: false },
        }),
      },
    });

    const version = await screen.findByTitle('docker.n8n.io/n8nio/n8n:2.41.1');
    expect(version).toHaveTextContent('2.41.1 (not ready)');
  });

  it('is a page without a violation, with the receipts open too', async () => {
    renderTab(tenants.globex);

    await screen.findByText('nearly full');
    await screen.findByText('spec.hard.pods');
    await screen.findByRole('row', { name: /^acme/ });
    await screen.findByRole('link', { name: /network breached/ });
    await expect(violations()).resolves.toEqual([]);

    const [newest] = screen.getAllByRole('row', { name: /minutes ago/ });
    await press(/2 minutes ago/, { role: 'rowheader', inside: newest });
    const receipt = await screen.findByRole('button', {
      name: /^breached Reached the canary/,
    });
    // The rest is as it was: a page with everything on it takes axe seconds.
    await expect(violations(receipt.closest('.bui-Card')!)).resolves.toEqual(
      [],
    );
  });

  it('leads to a report', async () => {
    renderTab(tenants.globex);

    expect(await screen.findByRole('link', { name: 'Report' })).toHaveAttribute(
      'href',
      '/tenants/report?tenant=globex',
    );
  });

  it("shows what is wrong where the tenant can't be read", async () => {
    renderTab(tenants.globex, {
      api: { getTenant: fails('connection refused') },
    });

    await alerted('connection refused');
    await expect(violations()).resolves.toEqual([]);
  });

  it('links to the templates that there are, filled in', async () => {
    renderTab(tenants.globex);

    const resize = await screen.findByRole('link', { name: 'Resize' });
    const url = new URL(resize.getAttribute('href')!, 'http://localhost');
    expect(url.pathname).toBe('/create/templates/default/resize-tenant');
    expect(JSON.parse(url.searchParams.get('formData')!)).toEqual({
      tenant: 'globex',
      size: 'small',
    });
    // This portal has no template to offboard with.
    expect(screen.queryByRole('link', { name: 'Offboard' })).toBeNull();
  });

  it('offers nothing that changes a tenant which is only proved', async () => {
    const templates = ['resize-tenant', 'offboard-tenant'];
    const api = renderTab(onlyProved(tenants.globex), { templates });

    // Who may mute it may do the rest with others.
    await screen.findByRole('button', { name: /^Mute/ });
    await screen.findByText('proof-only');
    await waitFor(() => expect(api.listOperations).toHaveBeenCalled());
    const links = screen.getAllByRole('link').map(link => link.textContent);
    expect(links).toContain('Report');
    expect(links).not.toContain('Resize');
    expect(links).not.toContain('Offboard');
    expect(screen.queryByRole('button', { name: 'Restore' })).toBeNull();
    expect(api.getDrift).not.toHaveBeenCalled();
  });

  it('shows no link that the user may not follow', async () => {
    renderTab({ ...tenants.globex, name: 'foreign' }, { authorize: deny });

    await screen.findByText('Network wall breached');
    expect(screen.queryByRole('link', { name: 'Resize' })).toBeNull();
  });

  it('opens the receipts of a past proof, and closes them', async () => {
    renderTab(tenants.globex);

    const [newest, older] = await screen.findAllByRole('row', {
      name: /minutes ago/,
    });
    expect(newest).toHaveTextContent(/2 minutes ago.*breached.*holds.*holds/);
    expect(older).toHaveTextContent(/9 minutes ago.*holds.*unproven.*holds/);
    await press(/2 minutes ago/, { role: 'rowheader', inside: newest });

    await screen.findByRole('button', {
      name: /^breached Reached the canary.*Attack/,
    });

    await press('Close the receipts');
    expect(
      screen.queryByRole('button', { name: /^breached Reached the canary/ }),
    ).not.toBeInTheDocument();
  });

  it('draws the walls over time', async () => {
    renderTab(tenants.globex);

    expect(
      await screen.findByRole('link', {
        name: /network breached, secret (holds|unproven), resource holds/,
      }),
    ).toHaveAttribute('href', expect.stringContaining('?proof=globex-2'));
  });
});
