import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { TenantsApi } from '@threewalls/backstage-plugin-tenants-common';
import { answersOf, matrixOf, tenantOf, tenants } from '../../__fixtures__';
import { alerted, fails, press, renderInPortal } from '../../__testUtils__';
import MatrixCard from './MatrixCard';
import Neighbours from '../TenantTab/Neighbours';

const NAMES = ['acme', 'globex', 'initech'];
const STATUSES = new Map([
  ['acme', 'holds'],
  ['globex', 'breached'],
  ['initech', 'unproven'],
] as const);

const render = (
  element = <MatrixCard statuses={STATUSES} />,
  getMatrix: TenantsApi['getMatrix'] = async () => matrixOf(NAMES),
) => renderInPortal(element, { api: { getMatrix } });

describe('MatrixCard', () => {
  it('shows each pair by a sign, and leads to its receipts', async () => {
    render();

    const cell = await screen.findByRole('link', {
      name: /^globex against acme: breached, proved .*\d/,
    });
    expect(cell).toHaveTextContent('!');
    expect(cell).toHaveAttribute(
      'href',
      '/catalog/default/resource/globex/tenant?proof=globex-acme',
    );
    const held = screen.getByRole('link', { name: /^acme against globex/ });
    expect(held).toHaveTextContent('✓');
    // The pair of acme and initech has not been tried.
    const row = screen.getByRole('row', { name: /^acme acme/ });
    expect(within(row).getByTitle('not proved yet')).toHaveTextContent('·');
  });

  it('marks a tenant whose own walls do not hold, whatever its pairs', async () => {
    render();

    for (const role of ['rowheader', 'columnheader']) {
      expect(
        (await screen.findAllByRole(role)).map(head => head.textContent),
      ).toEqual(['acme', '! globex breached', '? initech unproven']);
    }
  });

  it('says how many pairs are covered, and names the breached', async () => {
    render();

    await screen.findByText(
      '5 of 6 pairs proved. Each pair is tried every 10 min',
    );
    expect(screen.getByText('1 pair breached:')).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'globex against acme' }),
    ).toHaveAttribute('href', expect.stringContaining('?proof=globex-acme'));
  });

  it('is one stop for the Tab key, with the arrows inside', async () => {
    render();

    const table = await screen.findByRole('table');
    const links = within(table).getAllByRole('link');
    expect(links.filter(link => link.tabIndex === 0)).toHaveLength(1);
    screen.getByRole('link', { name: /^acme against globex:/ }).focus();
    // Past the tenant itself.
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(document.activeElement).toHaveAccessibleName(
      /^initech against globex/,
    );
    await userEvent.keyboard('{ArrowLeft}{ArrowUp}');
    expect(document.activeElement).toHaveAccessibleName(/^globex against acme/);
    expect(document.activeElement).toHaveAttribute('tabindex', '0');
    await userEvent.keyboard('{ArrowUp}{ArrowLeft}');
    expect(document.activeElement).toHaveAccessibleName(/^globex against acme/);
  });

  it('stays in the app at a click, and leaves others to the browser', async () => {
    render();

    const cell = await screen.findByRole('link', {
      name: /^acme against globex/,
    });
    const isPrevented: boolean[] = [];
    document.addEventListener('click', event => {
      isPrevented.push(event.defaultPrevented);
      // jsdom can't load a page.
      event.preventDefault();
    });
    fireEvent.click(cell, { ctrlKey: true });
    fireEvent.click(cell);
    expect(isPrevented).toEqual([false, true]);
  });

  it('shows 50 attackers and 50 targets at a time, each by pages of their own', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `t${i}`);
    const { getMatrix } = answersOf(
      Object.fromEntries(names.map(name => [name, tenantOf(name, undefined)])),
    );
    const api = render(
      <MatrixCard cluster="lab" statuses={new Map()} />,
      getMatrix,
    );

    await screen.findByText('Targets 1 to 50 of 60');
    await press('Next Targets');

    expect(await screen.findByText('Targets 51 to 60 of 60')).toBeVisible();
    expect(screen.getByText('Attackers 1 to 50 of 60')).toBeVisible();
    expect(
      await screen.findByRole('columnheader', { name: 't59' }),
    ).toBeVisible();
    expect(screen.getByRole('rowheader', { name: 't0' })).toBeVisible();
    expect(api.getMatrix).toHaveBeenLastCalledWith(
      { cluster: 'lab', limit: 50, offset: 0, targetsOffset: 50 },
      expect.anything(),
    );
  });

  it('shows why there is no matrix', async () => {
    render(undefined, fails('connection refused'));

    await alerted(/Couldn't load the matrix: connection refused/);
  });
});

describe('Neighbours', () => {
  it('shows a tenant’s row and column', async () => {
    const api = render(<Neighbours tenant={tenants.acme} />);

    const globex = await screen.findByRole('row', { name: /^globex/ });
    expect(api.getMatrix).toHaveBeenCalledWith(
      { tenant: 'acme', limit: 1_000 },
      expect.anything(),
    );
    expect(globex).toHaveTextContent(
      /globex.*holds.*3 minutes ago.*breached.*3 minutes ago/,
    );
    const [outward, inward] = within(globex).getAllByRole('link');
    expect(outward).toHaveAttribute(
      'href',
      '/catalog/default/resource/acme/tenant?proof=acme-globex',
    );
    expect(inward).toHaveAttribute(
      'href',
      '/catalog/default/resource/globex/tenant?proof=globex-acme',
    );
    expect(screen.getByRole('row', { name: /^initech/ })).toHaveTextContent(
      /not proved yet.*holds/,
    );
  });

  it('puts the breached first', async () => {
    const matrix = matrixOf(['acme', 'globex', 'hooli', 'initech']);
    const getMatrix = async () => ({
      ...matrix,
      cells: matrix.cells.map(cell => ({
        ...cell,
        status:
          cell.tenant === 'initech'
            ? ('breached' as const)
            : ('holds' as const),
      })),
    });
    render(<Neighbours tenant={tenants.acme} />, getMatrix);

    await screen.findByRole('row', { name: /^initech/ });
    expect(
      screen.getAllByRole('rowheader').map(cell => cell.textContent),
    ).toEqual(['initech', 'globex', 'hooli']);
  });
});
