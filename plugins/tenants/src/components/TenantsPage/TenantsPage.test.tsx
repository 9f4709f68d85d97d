import {
  act,
  configure,
  screen,
  waitFor,
  within,
} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Rollout } from '@threewalls/backstage-plugin-tenants-common';
import {
  degraded,
  matrixOf,
  onlyProved,
  minutesAgo,
  pageOf,
  tenantOf,
  tenants,
} from '../../__fixtures__';
import {
  alerted,
  fails,
  failsOnce,
  GROUP_TITLE,
  Portal,
  press,
  renderInPortal,
  violations,
} from '../../__testUtils__';
import { TenantsPage } from './TenantsPage';
import { TenantsWidget } from './TenantsWidget';

// Whether something is hidden is asked of each of its ancestors: on a page of this
// size that takes most of a test's time, and nothing here hides.
configure({ defaultHidden: true });

const items = Object.values(tenants);

/** The page in a portal; its matrix is small, since drawing it takes jsdom a while. */
const render = ({ api, ...portal }: Portal = {}) =>
  renderInPortal(<TenantsPage />, {
    ...portal,
    api: {
      getMatrix: async () => matrixOf(Object.keys(tenants).slice(0, 2)),
      ...api,
    },
  });

const nameOf = (row: HTMLElement) => row.dataset.key!;

/**
 * The rows of the table that are no skeletons. By their keys: what each role is
 * called takes jsdom seconds on a page of this size.
 */
function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('tr[data-key]')].filter(
    row => nameOf(row) in tenants,
  );
}

/** The names in the table. */
const names = () => rows().map(nameOf);

async function findNames(): Promise<string[]> {
  await waitFor(() => expect(rows()).not.toHaveLength(0));
  return names();
}

async function findRow(name: string): Promise<HTMLElement> {
  await findNames();
  return rows().find(row => nameOf(row) === name)!;
}

const select = async (name: string) =>
  userEvent.click(within(await findRow(name)).getByRole('checkbox'));

/** The page, with these tenants selected. */
async function renderSelected(selected: string[], portal?: Portal) {
  const api = render(portal);
  for (const name of selected) {
    await select(name);
  }
  return api;
}

describe('TenantsPage', () => {
  it('counts the tenants by status, and links to those', async () => {
    render();

    await screen.findByText('globex');
    const summary = screen.getByRole('group', { name: 'Summary' });
    expect(summary).toHaveTextContent(/4holds.*1breached.*2unproven.*1stale/);
    const breached = within(summary).getByRole('link', {
      name: /a wall that is breached/,
    });
    expect(breached).toHaveAttribute(
      'href',
      expect.stringContaining('?status=breached'),
    );
    await userEvent.click(breached);
    expect(await findNames()).toEqual(['globex']);
    // A second click shows all of them again.
    await press(/breached only: show all/, { role: 'link', inside: summary });
    await waitFor(() => expect(names()).toHaveLength(items.length));
  });

  it('groups failures by the check that decided, and shows the tenants of one', async () => {
    render();

    const failure = await screen.findByRole('link', {
      name: 'Reached the canary',
    });
    expect(failure.closest('li')).toHaveTextContent(/1 tenant on lab/);
    const doubt = screen.getByRole('link', {
      name: /Couldn't verify: Logs in to Vault/,
    });
    await userEvent.click(doubt);

    await waitFor(() => expect(names()).toEqual(['initech']));
    screen.getByRole('link', { name: /Logs in to Vault/, current: true });
    await press('Clear filters');
    await waitFor(() => expect(names()).toHaveLength(items.length));
  });

  it('shows the tenants that are mine, and knows what owners are called', async () => {
    render();

    await userEvent.type(
      await screen.findByRole('searchbox', { name: /Search/ }),
      GROUP_TITLE,
    );
    await waitFor(() => expect(names()).toEqual(['hooli']));
    await userEvent.clear(screen.getByRole('searchbox'));
    await press('Mine');
    await waitFor(() => expect(names()).toEqual(['acme']));
  });

  it('comes back to the worst first', async () => {
    render({ path: '/?sort=-name' });

    expect((await findNames())[0]).toBe('wonka');
    await press('Worst first');
    await waitFor(() => expect(names()[0]).toBe('globex'));
  });

  it('keeps a view by its name, shows it again, and forgets it', async () => {
    const user = userEvent.setup();
    render({ path: '/?status=stale&sort=name' });

    await press('Views');
    await press('Save this view…', { role: 'menuitem' });
    await user.type(await screen.findByLabelText(/Name/), 'Old ones');
    await press('Save');
    await screen.findByRole('button', { name: 'Old ones' });

    await press('Clear filters');
    await waitFor(() => expect(names()).toHaveLength(items.length));
    await press('Views');
    await press('Old ones', { role: 'menuitem' });
    await waitFor(() => expect(names()).toEqual(['hooli']));

    await press('Old ones');
    await press('Delete view Old ones', { role: 'menuitem' });
    await screen.findByRole('button', { name: 'Views' });
  });

  it('proves the selected tenants, as far as the user may', async () => {
    const api = await renderSelected(['globex', 'initech']);
    const bulk = screen.getByRole('group', { name: 'Selected tenants' });
    expect(bulk).toHaveTextContent('2 tenants selected');
    await expect(violations()).resolves.toEqual([]);
    await press('Prove 2 tenants', { inside: bulk });

    const order = { kind: 'prove', trigger: 'user' };
    await waitFor(() =>
      expect(api.startOperation.mock.calls.sort()).toEqual([
        ['globex', order],
        ['initech', order],
      ]),
    );
    await waitFor(() =>
      expect(
        screen.queryByRole('group', { name: 'Selected tenants' }),
      ).toBeNull(),
    );
  });

  it('restores and rolls out no tenant that is only proved', async () => {
    const some = [onlyProved(tenants.globex), tenants.acme];
    const api = await renderSelected(['globex'], {
      api: { listTenants: async () => pageOf(some) },
    });
    const bulk = screen.getByRole('group', { name: 'Selected tenants' });
    await within(bulk).findByRole('button', { name: 'Prove 1 tenant' });
    expect(bulk).not.toHaveTextContent(/Restore|Roll out|can't change/);

    await select('acme');
    await within(bulk).findByRole('button', { name: 'Prove 2 tenants' });
    expect(bulk).not.toHaveTextContent(/can't change/);
    await within(bulk).findByRole('button', { name: 'Restore 1 tenant' });
    await press(/Roll out/, { inside: bulk });
    await waitFor(() =>
      expect(api.startRollout).toHaveBeenCalledWith({
        kind: 'apply',
        filter: { names: ['acme'] },
      }),
    );
  });

  it('filters by what tenants are besides their walls', async () => {
    render({ path: '/?state=changed' });

    expect(await findNames()).toEqual(['globex']);
    expect(await findRow('globex')).toHaveTextContent(/^globexchanged/);
    await press('Clear filters');
    await waitFor(() => expect(names()).toHaveLength(items.length));
    expect(await findRow('hooli')).toHaveTextContent(/^hoolioutdated/);
  });

  it('restores the selected tenants, and has them proved', async () => {
    const api = await renderSelected(['globex']);
    await press('Restore 1 tenant');

    // Neither spec nor size: what was last applied.
    await waitFor(() =>
      expect(api.startOperation.mock.calls).toEqual([
        ['globex', { kind: 'apply' }],
        ['globex', { kind: 'prove', trigger: 'user' }],
      ]),
    );
  });

  it('rolls out to the selected tenants, and shows how far that is', async () => {
    const rollout: Rollout = {
      id: 'r1',
      state: 'stopped',
      request: { kind: 'apply', filter: {} },
      reason: 'globex: the network wall is breached',
      waves: [['globex'], ['hooli']],
      wave: 0,
      done: 1,
      total: 2,
      createdAt: minutesAgo(3),
    };
    const api = await renderSelected(['globex', 'hooli']);
    api.startRollout.mockImplementation(async () => {
      api.listRollouts.mockResolvedValue(pageOf([rollout]));
      return rollout;
    });
    await press('Roll out to 2 tenants');

    expect(api.startRollout).toHaveBeenCalledWith({
      kind: 'apply',
      filter: { names: expect.arrayContaining(['globex', 'hooli']) },
    });
    await screen.findByText('1 of 2 tenants, wave 1 of 2');
    screen.getByText('globex: the network wall is breached');
    await expect(violations()).resolves.toEqual([]);
    await press('Resume');
    expect(api.updateRollout).toHaveBeenCalledWith('r1', 'running');
  });

  it('shows what only looks like a tenant, to whom the backend shows it', async () => {
    const impostor = {
      uid: 'u',
      name: 'fake',
      cluster: 'lab',
      namespace: 'web-tenant-fake',
      problem: 'This portal did not make it',
      createdAt: minutesAgo(9),
    };
    const listTenants = async () => ({
      ...pageOf(items),
      impostors: [impostor],
    });
    render({ api: { listTenants } });

    await screen.findByRole('heading', { name: 'Not tenants of this portal' });
    expect(screen.getByText('web-tenant-fake')).toBeInTheDocument();
    expect(screen.getByText('This portal did not make it')).toBeInTheDocument();
  });

  it('lists the worst tenants first, and where they are', async () => {
    render();

    expect((await findNames()).slice(0, 3)).toEqual([
      'globex',
      'initech',
      'wonka',
    ]);
    const row = await findRow('globex');
    expect(row).toHaveTextContent(/\d minutes ago.*breached.*holds.*holds/);
    expect(row).toHaveAttribute(
      'data-href',
      '/catalog/default/resource/globex',
    );
    expect(
      await screen.findByRole('link', { name: 'Create a tenant' }),
    ).toHaveAttribute('href', '/create/templates/default/create-tenant');
  });

  it('sorts by a column', async () => {
    render();

    await screen.findByText('globex');
    await press(/Name/, { role: 'columnheader' });

    expect(await findNames()).toEqual(Object.keys(tenants).sort());
  });

  it('sorts by what each has used most of', async () => {
    render({ path: '/?sort=-use' });

    expect((await findNames()).slice(0, 3)).toEqual([
      'initech',
      'acme',
      'globex',
    ]);
  });

  it('has no violation, with the matrix', async () => {
    render();

    await screen.findByRole('link', { name: /^globex against acme: breached/ });
    await expect(violations()).resolves.toEqual([]);
  });

  it('says which cluster is not reached, above what was last known', async () => {
    render({ api: { getHealth: async () => degraded } });

    expect(
      await screen.findByText(/Can't reach cluster lab since/),
    ).toHaveTextContent(/\d:\d\d:\d\d.*UTC/);
    expect(screen.getByText(/ECONNREFUSED 127.0.0.1:6443/)).toBeInTheDocument();
    expect(screen.getByRole('group', { name: 'Summary' })).toBeInTheDocument();
    expect(await findNames()).toHaveLength(items.length);
    await expect(violations()).resolves.toEqual([]);
  });

  it('says what is not as it should be, and goes on', async () => {
    const warning = {
      part: 'confinement in lab',
      message: 'The portal may bind roles outside',
      since: degraded.problems[0].since,
    };
    const getHealth = async () => ({
      status: 'ok' as const,
      problems: [],
      warnings: [warning],
    });
    render({ api: { getHealth, listTenants: async () => pageOf([]) } });

    await screen.findByText(/confinement in lab since/);
    expect(screen.getByText(warning.message)).toBeInTheDocument();
    await screen.findByText('No tenants yet');
    await expect(violations()).resolves.toEqual([]);
  });

  it('does not say that there is no tenant while a cluster is away', async () => {
    const getHealth = async () => degraded;
    render({ api: { getHealth, listTenants: async () => pageOf([]) } });

    await screen.findByText(/Can't show any tenants/);
    expect(screen.queryByText('No tenants yet')).toBeNull();
    expect(screen.getByText(/Can't reach cluster lab/)).toBeInTheDocument();
    await expect(violations()).resolves.toEqual([]);
  });

  it("shows its tenants where health can't be read", async () => {
    render({ api: { getHealth: fails('not found') } });

    expect(await findNames()).toHaveLength(items.length);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it("marks as last known what it can't ask for again", async () => {
    jest.useFakeTimers({ advanceTimers: true });
    try {
      const api = render();
      await screen.findByText('globex');
      expect(screen.queryByText(/Showing the last known state/)).toBeNull();

      api.listTenants.mockRejectedValue(new Error('connection refused'));
      await act(() => jest.advanceTimersByTimeAsync(31_000));

      await screen.findByText(/Showing the last known state/);
      const summary = screen.getByRole('group', { name: 'Summary' });
      expect(summary).toHaveTextContent(/7stale/);
    } finally {
      jest.useRealTimers();
    }
  });

  it('shows what its address says', async () => {
    render({ path: '/?status=stale' });
    expect(await findNames()).toEqual(['hooli']);
  });

  it('finds tenants by words', async () => {
    render();

    await userEvent.type(
      await screen.findByRole('searchbox', { name: /Search/ }),
      'lab acme',
    );

    await waitFor(() => expect(names()).toEqual(['acme']));
  });

  it('goes through a list of many, page by page', async () => {
    const many = Array.from({ length: 45 }, (_, i) =>
      tenantOf(`t${String(i).padStart(2, '0')}`, undefined),
    );
    render({
      path: '/?sort=-name&status=unproven',
      api: { listTenants: async () => pageOf(many) },
    });

    await screen.findByText('1 - 20 of 45');
    const next = screen.getByRole('button', { name: 'Next table page' });
    await userEvent.click(next);
    await screen.findByText('21 - 40 of 45');
    expect(screen.getByText('t24')).toBeInTheDocument();
    await userEvent.click(next);
    await screen.findByText('41 - 45 of 45');
  });

  it('keeps what is typed while the table follows', async () => {
    render({ path: '/?q=globex' });
    const search = await screen.findByRole('searchbox', { name: /Search/ });
    expect(search).toHaveValue('globex');
    expect(await findNames()).toEqual(['globex']);

    await userEvent.clear(search);
    await userEvent.type(search, 'hooli', { delay: 150 });
    expect(search).toHaveValue('hooli');
    await waitFor(() => expect(names()).toEqual(['hooli']));
    expect(search).toHaveValue('hooli');
  });

  it('asks for all pages', async () => {
    const api = render({
      api: {
        listTenants: async ({ offset } = {}) =>
          pageOf(items, { limit: 4, offset }),
      },
    });

    expect(await findNames()).toHaveLength(items.length);
    expect(api.listTenants).toHaveBeenCalledTimes(2);
  });

  it('shows the error when the backend is away, and tries again', async () => {
    render({ api: { listTenants: failsOnce(pageOf(items)) } });

    await alerted('connection refused');
    await press('Try again');

    expect(await findNames()).toHaveLength(items.length);
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('TenantsWidget', () => {
  it('shows the walls of the tenants, and where the others are', async () => {
    renderInPortal(<TenantsWidget />);

    expect(await findNames()).toHaveLength(items.length);
    await expect(violations()).resolves.toEqual([]);
    expect(screen.getByRole('link', { name: 'All tenants' })).toHaveAttribute(
      'href',
      '/tenants',
    );
  });
});
