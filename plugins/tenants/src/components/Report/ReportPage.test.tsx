import { screen, waitFor } from '@testing-library/react';
import { tenants } from '../../__fixtures__';
import { press, renderInPortal, violations } from '../../__testUtils__';
import ReportPage from './ReportPage';

const render = (path: string) => renderInPortal(<ReportPage />, { path });

describe('ReportPage', () => {
  it('is a document with the receipts of the last proof', async () => {
    const api = render('/?tenant=globex');

    await screen.findByRole('heading', { name: 'globex' });
    screen.getByRole('row', { name: /globex Network breached/ });
    screen.getByRole('heading', {
      name: 'Reached the canary (net.canary-egress): breached',
    });
    expect(screen.getByRole('row', { name: 'lab vault 1.21.4' })).toBeVisible();
    expect(
      screen.getByRole('row', { name: /Apply user:default\/jane succeeded/ }),
    ).toHaveTextContent('31 created, 0 changed');
    // It leaves a trace on the backend's record.
    expect(api.getReport).toHaveBeenCalledTimes(1);
    await expect(violations()).resolves.toEqual([]);

    await press(/receipts/, { role: 'checkbox' });
    await waitFor(() =>
      expect(screen.queryByText(/net.canary-egress/)).toBeNull(),
    );
  });

  it('compares several tenants, without their receipts', async () => {
    const api = render('/?tenant=acme&tenant=globex&span=month');

    await screen.findByRole('heading', { name: 'acme' });
    expect(screen.getByRole('heading', { name: 'globex' })).toBeInTheDocument();
    expect(screen.queryByRole('checkbox')).toBeNull();
    expect(api.getProof).not.toHaveBeenCalled();
  });

  it('can be kept as it is', async () => {
    const files: Blob[] = [];
    URL.createObjectURL = blob => {
      files.push(blob as Blob);
      return 'blob:x';
    };
    URL.revokeObjectURL = () => {};
    // jsdom can't download.
    HTMLAnchorElement.prototype.click = () => {};
    render('/?tenant=acme');

    await screen.findByRole('heading', { name: 'acme' });
    await press('Markdown');
    await press('JSON');
    expect(files.map(({ type }) => type)).toEqual([
      'text/markdown',
      'application/json',
    ]);
  });

  it('is about all tenants where none is named', async () => {
    const api = render('/');

    await screen.findByRole('heading', { name: 'globex' });
    for (const name of Object.keys(tenants)) {
      expect(screen.getByRole('heading', { name })).toBeInTheDocument();
    }
    screen.getByText('Pairs of tenants proved: 41 of 42');
    // One version report a cluster, and few time lines at a time.
    expect(api.getReport).toHaveBeenCalledTimes(1);
    expect(api.listTimelines).toHaveBeenCalledTimes(1);
  });
});
