import { screen, waitFor } from '@testing-library/react';
import { fetchApiRef } from '@backstage/frontend-plugin-api';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { LabStatus } from './lab';
import { LabWidget } from './LabWidget';

function renderLab(status: () => LabStatus | Error) {
  const fetch = jest.fn(async () => {
    const answer = status();
    if (answer instanceof Error) {
      throw answer;
    }
    return new Response(JSON.stringify(answer));
  });
  renderInTestApp(<LabWidget />, { apis: [[fetchApiRef, { fetch }]] });
  return fetch;
}

const parts: LabStatus['parts'] = [
  { id: 'etcd', title: 'etcd', state: 'done', seconds: 61.4 },
  {
    id: 'kubernetes',
    title: 'Kubernetes',
    state: 'running',
    detail: 'compiling the kubelet',
    startedAt: new Date(Date.now() - 95_000).toISOString(),
  },
  { id: 'vault', title: 'Vault', state: 'waiting' },
];

describe('LabWidget', () => {
  it('shows each part, its state and how long it takes', async () => {
    renderLab(() => ({ configured: true, ready: false, parts }));

    const [etcd, kubernetes, vault] = await screen.findAllByRole('listitem');
    expect(etcd).toHaveTextContent(/etcd.*done.*1 min 1 s/);
    expect(kubernetes).toHaveTextContent(
      /Kubernetes.*running.*compiling the kubelet.*1 min 3\d s/,
    );
    expect(vault).toHaveTextContent(/Vault.*waiting/);
    expect(screen.getByText('1 of 3 parts are ready')).toBeInTheDocument();
  });

  it('goes away once the lab is there, and asks no more', async () => {
    let ready = false;
    const fetch = renderLab(() => ({ configured: true, ready, parts }));
    await screen.findByText('The lab');

    ready = true;
    await waitFor(
      () => expect(screen.queryByText('The lab')).not.toBeInTheDocument(),
      { timeout: 4_000 },
    );
    const calls = fetch.mock.calls.length;
    await new Promise(resolve => setTimeout(resolve, 2_500));
    expect(fetch).toHaveBeenCalledTimes(calls);
  });

  it('says why the lab did not come up', async () => {
    renderLab(() => ({
      configured: true,
      ready: false,
      parts,
      error: 'no space left on device',
    }));

    expect(await screen.findByRole('alert')).toHaveTextContent(
      'no space left on device',
    );
  });

  it('keeps what was last known while the backend is away', async () => {
    let away = false;
    const fetch = renderLab(() =>
      away ? new Error('away') : { configured: true, ready: false, parts },
    );
    await screen.findByText('Kubernetes');

    away = true;
    await waitFor(() => expect(fetch.mock.calls.length).toBeGreaterThan(1), {
      timeout: 4_000,
    });
    expect(screen.getByText('Kubernetes')).toBeInTheDocument();
  });

  it('is not there in a portal without a lab', async () => {
    const fetch = renderLab(() => ({ configured: false }));

    await waitFor(() => expect(fetch).toHaveBeenCalledTimes(1));
    expect(screen.queryByText('The lab')).not.toBeInTheDocument();
  });
});
