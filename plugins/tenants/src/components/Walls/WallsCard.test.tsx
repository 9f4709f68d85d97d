import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  NOT_COVERED,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  minutesAgo,
  onlyProved,
  operationsOf,
  proofs,
  runningProof,
  tenants,
} from '../../__fixtures__';
import {
  alerted,
  deny,
  fails,
  never,
  press,
  renderCard,
  violations,
} from '../../__testUtils__';

const PROVE = { kind: 'prove', trigger: 'user' };

/** A tenant of which no wall could be verified. */
const UNPROVEN: Tenant = {
  ...tenants.acme,
  walls: tenants.acme.walls.map(wall => ({ ...wall, status: 'unproven' })),
};

/** A proof in which, beside the canary's, an attack of a check got through. */
function breachOf(check: string) {
  const [first, ...others] = proofs.globex.receipts;
  const receipts = [
    ...others,
    { ...first, check, outcome: 'breached' as const },
  ];
  return { getProof: async () => ({ ...proofs.globex, receipts }) };
}

async function findRow(name: RegExp) {
  return screen.findByRole('button', { name });
}

async function findProve() {
  return screen.findByRole('button', { name: 'Prove now' });
}

describe('WallsCard', () => {
  it('says that all three walls hold, and since when', async () => {
    renderCard(tenants.acme);

    await findRow(/Network wall.*holds.*All 9 attacks blocked.*2 minutes ago/);
    expect(await findRow(/Secret wall.*holds/)).toBeInTheDocument();
    expect(await findRow(/Resource wall.*holds/)).toBeInTheDocument();
    expect(screen.getByText('All three walls hold')).toBeInTheDocument();
    expect(screen.queryByRole('group', { name: 'What to do' })).toBeNull();
    expect(screen.queryByText('breached')).not.toBeInTheDocument();
    expect(screen.queryByText('stale')).not.toBeInTheDocument();
    expect(
      screen.getByText('Proved 2 minutes ago in 7.4 s, against globex'),
    ).toHaveAttribute('title', expect.stringMatching(/\d:\d\d:\d\d/));
    await expect(violations()).resolves.toEqual([]);
  });

  it('keeps the place of the walls while they load', async () => {
    renderCard(never);

    await screen.findByText('Loading…');
    expect(await findProve()).toBeDisabled();
    await expect(violations()).resolves.toEqual([]);
  });

  it('opens its receipts by the keyboard alone', async () => {
    const user = userEvent.setup();
    renderCard(tenants.globex);
    await findRow(/Network wall/);

    /** Presses Tab until it comes to what has the label; as often as needed. */
    async function tabTo(label: RegExp) {
      for (let presses = 0; presses < 12; presses++) {
        await user.tab();
        const focused = document.activeElement!;
        const text = focused.getAttribute('aria-label') ?? focused.textContent;
        if (label.test(text ?? '')) {
          return true;
        }
      }
      return false;
    }
    // Breached, it is open, and so is its first failure.
    expect(await tabTo(/Network wall/)).toBe(true);
    await screen.findAllByLabelText('Result');
    expect(await tabTo(/Reached the canary/)).toBe(true);
    // What was asked and answered scrolls, and can be copied.
    expect(await tabTo(/^Request$/)).toBe(true);
    expect(await tabTo(/^Copy: Request$/)).toBe(true);
    expect(await tabTo(/^Result$/)).toBe(true);
    expect(await tabTo(/1 more attack got through/)).toBe(true);
    await user.keyboard('{Enter}');
    expect(await tabTo(/Was reached from the canary/)).toBe(true);
    expect(await tabTo(/Secret wall/)).toBe(true);
    await user.keyboard('{Enter}');
    expect(await tabTo(/Can't read the neighbour's secrets/)).toBe(true);
  });

  it('opens a breached wall at its first failure, and folds the rest', async () => {
    renderCard(tenants.globex);

    expect(
      await findRow(
        /Network wall.*breached.*2 of 9 attacks got through. First: reached the canary/,
      ),
    ).toHaveAttribute('aria-expanded', 'true');
    expect(screen.getByText('Network wall breached')).toBeInTheDocument();
    const failure = await screen.findByRole('button', {
      name: /^breached Reached the canary/,
    });
    expect(failure).toHaveAttribute('aria-expanded', 'true');
    // A code alone reads as success: words say what was expected.
    expect(failure).toHaveTextContent(
      'Expected: blocked (timeout). Got: connected.',
    );
    expect(failure).toHaveTextContent('Attack');
    expect(screen.getByLabelText('Result')).toHaveTextContent(
      'OK connected to 10.96.20.7:8080',
    );
    screen.getByText(/Only the tenant's own egress policy can block this/);
    expect(
      screen.getByText(/pod web-tenant-acme\/threewalls-proof-x7k2p/),
    ).toHaveTextContent(/, Node worker-1$/);
    expect(screen.getAllByText('blocked (timeout)')).not.toHaveLength(0);
    // The exact time has a zone.
    expect(screen.getByText(/\d:\d\d:\d\d.*UTC/)).toHaveTextContent(
      /\(2 minutes ago\)/,
    );
    expect(
      screen.getByRole('link', { name: 'Link to this receipt' }),
    ).toHaveAttribute(
      'href',
      '/tenant?proof=globex-2&receipt=net.canary-egress',
    );
    for (const group of [/1 more attack got through/, /8 as expected/]) {
      expect(screen.getByRole('button', { name: group })).toHaveAttribute(
        'aria-expanded',
        'false',
      );
    }
    expect(screen.getByText(/7 of 9 attacks blocked/)).toBeInTheDocument();
    await expect(violations()).resolves.toEqual([]);
  });

  it('says what to do about a breach, with the buttons that help', async () => {
    const { api } = renderCard({ ...tenants.globex, changed: undefined });

    const advice = await screen.findByRole('group', { name: 'What to do' });
    await within(advice).findByText('Reached the canary');
    expect(advice).toHaveTextContent(/The plan is not enforced/);
    expect(
      within(advice).getByRole('link', { name: 'See changes' }),
    ).toHaveAttribute('href', '/tenant#changes');
    await press('Prove again', { inside: advice });
    expect(api.startOperation).toHaveBeenCalledWith('globex', PROVE);
  });

  it.each([
    [minutesAgo(300), 'The prover last caught a breach 5 hours ago'],
    [undefined, 'The prover has not been tried on a breach yet'],
  ])('says when the prover itself was proved (%#)', async (caughtAt, text) => {
    renderCard({ ...tenants.acme, prover: { caughtAt } });
    expect(await screen.findByText(text)).toBeInTheDocument();
  });

  it('says who changed what and when, and restores it', async () => {
    const { walls } = tenants.acme;
    const { api } = renderCard({ ...tenants.globex, walls });

    const advice = await screen.findByRole('group', { name: 'What to do' });
    expect(advice).toHaveTextContent(
      /An object of this tenant was changed.*NetworkPolicy tenant-isolation spec.egress by kubectl-edit 12 minutes ago/,
    );
    await expect(violations()).resolves.toEqual([]);
    await press('Restore', { inside: advice });
    expect(api.startOperation).toHaveBeenCalledWith('globex', {
      kind: 'apply',
    });
    await waitFor(() =>
      expect(api.startOperation).toHaveBeenLastCalledWith('globex', PROVE),
    );
  });

  it.each([
    ['net.as-planned', /A restore undoes that.*Restore/],
    ['net.no-widening', /leaves what others added(?!.*(Restore|See))/],
    ['sec.who-can', /Remove the binding that grants this(?!.*(Restore|See))/],
  ])('knows what helps against a breach of %s', async (check, help) => {
    renderCard(tenants.globex, breachOf(check));

    const advice = await screen.findByRole('group', { name: 'What to do' });
    await waitFor(() => expect(advice).toHaveTextContent(help));
  });

  it.each([
    ['sec.as-planned', /Once this is fixed, prove the walls again/],
    ['net.no-widening', /Once this is fixed, prove the walls again/],
    ['net.canary-egress', /Once this is fixed, prove the walls again/],
    ['sec.who-can', /Remove the binding that grants this/],
  ])(
    'offers no restore where a tenant is only proved: %s',
    async (check, help) => {
      const tenant = { ...onlyProved(tenants.globex), changed: undefined };
      renderCard(tenant, breachOf(check));

      const advice = await screen.findByRole('group', { name: 'What to do' });
      await waitFor(() => expect(advice).toHaveTextContent(help));
      await screen.findByRole('button', { name: /^Mute/ });
      expect(advice).not.toHaveTextContent(/restore|See changes/i);
      // How it is reached, and signed in to, is not the portal's to say.
      expect(screen.queryByText(/Sign in/)).toBeNull();
    },
  );

  it('opens n8n, and says how to sign in', async () => {
    renderCard(tenants.acme);

    expect(
      await screen.findByRole('link', { name: /Open n8n/ }),
    ).toHaveAttribute('href', 'https://acme.n8n.example.com');
    await screen.findByText(
      'acme.n8n.example.com. n8n is ready. Sign in as its first user',
    );
  });

  it('lets the platform team acknowledge and mute, and shows what it said', async () => {
    const user = userEvent.setup();
    const { api } = renderCard(tenants.globex);

    await press('Acknowledge…');
    const dialog = await screen.findByRole('dialog');
    const confirm = within(dialog).getByRole('button', { name: 'Acknowledge' });
    expect(confirm).toBeDisabled();
    await user.type(within(dialog).getByLabelText(/Reason/), 'Ticket 4711');
    await expect(violations()).resolves.toEqual([]);
    await user.click(confirm);
    expect(await screen.findByText(/: Ticket 4711$/)).toHaveTextContent(
      /Acknowledged 1 minute ago by jane: Ticket 4711/,
    );
    // It changes no status.
    expect(screen.getByText('Network wall breached')).toBeInTheDocument();

    await press('Mute…');
    const mute = await screen.findByRole('dialog');
    await press('1 day', { role: 'radio', inside: mute });
    await user.type(within(mute).getByLabelText(/Reason/), 'Upgrade');
    await press('Mute', { inside: mute });
    await waitFor(() => expect(api.mute).toHaveBeenCalled());
    const [, { until }] = api.mute.mock.calls[0];
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    expect(Date.parse(until) - Date.now()).toBeLessThan(25 * 3_600_000);
  });

  it('says that a tenant is lost, and why', async () => {
    const lost = { reason: 'Its namespace is gone', since: minutesAgo(5) };
    renderCard({ ...UNPROVEN, phase: 'lost', lost });

    const advice = await screen.findByRole('group', { name: 'What to do' });
    expect(advice).toHaveTextContent(
      /Its namespace is gone.*can't be proved until it can be read again/,
    );
    expect(screen.getByText('lost')).toBeInTheDocument();
  });

  it('tells a screen reader what the picture shows', async () => {
    renderCard(tenants.globex);

    const picture = await screen.findByRole('list', {
      name: 'Attacks on this tenant',
    });
    const lines = within(picture).getAllByRole('listitem');
    expect(lines.map(line => line.textContent)).toEqual(
      expect.arrayContaining([
        'To Canary: got through',
        'From Canary: got through',
        'To Neighbour: blocked',
        "To Cloud metadata: doesn't exist here",
        "To Others' secrets: blocked",
        'From Other users: blocked',
        'To Node: blocked',
      ]),
    );
  });

  it('copies what a check was answered', async () => {
    document.execCommand = jest.fn(() => true);
    renderCard(tenants.globex);

    await press('Copy: Result');

    await screen.findByRole('button', { name: 'Copied: Result' });
  });

  it('gives the reason of a wall that is unproven', async () => {
    renderCard(tenants.initech);

    await userEvent.click(
      await findRow(/Secret wall.*unproven.*Couldn't verify: Vault is sealed/),
    );

    await screen.findByRole('button', {
      name: /Couldn't verify: Logs in to Vault.*Got: 503/,
    });
    expect(screen.getByRole('group', { name: 'What to do' })).toHaveTextContent(
      /Vault is sealed.*Once this is fixed, prove the walls again.*Prove again/,
    );
    expect(screen.getByText("Secret wall can't be verified")).toBeVisible();
    await expect(violations()).resolves.toEqual([]);
  });

  it('gives the reason of a doubt by the prover itself', async () => {
    const prover = { problem: 'The prover missed a breach' };
    renderCard({ ...UNPROVEN, prover });

    const advice = await screen.findByRole('group', { name: 'What to do' });
    await waitFor(() =>
      expect(advice).toHaveTextContent(
        /The prover missed a breach\. Once this is fixed/,
      ),
    );
  });

  it('marks walls that rest on an old proof', async () => {
    renderCard(tenants.hooli);

    await findRow(/Network wall.*holds.*stale.*1 hour ago/);
    // Old is not said as if it were so now.
    expect(screen.queryByText('All three walls hold')).toBeNull();
    screen.getByText('All three walls held when last proved');
    await expect(violations()).resolves.toEqual([]);
  });

  it('says so where there was never a proof', async () => {
    renderCard(tenants.wonka);

    await userEvent.click(
      await findRow(/Network wall.*unproven.*No proof yet.*not proved yet/),
    );

    await screen.findByText('No receipts yet: no proof has finished');
    await expect(violations()).resolves.toEqual([]);
  });

  it('starts a proof, shows how far it is, and then what it came to', async () => {
    let tenant: Tenant = tenants.acme;
    const { api, signal } = renderCard(async () => tenant);
    api.startOperation.mockImplementation(async () => {
      tenant = { ...tenant, currentProof: runningProof('acme') };
      return operationsOf('acme')[1];
    });

    await userEvent.click(await findProve());

    expect(api.startOperation).toHaveBeenCalledWith('acme', PROVE);
    await screen.findByText('Proving: waiting for receipts, 7 of 12 checks');
    await expect(violations()).resolves.toEqual([]);
    expect(screen.queryByRole('button', { name: 'Prove now' })).toBeNull();

    tenant = { ...tenants.globex, name: 'acme' };
    signal({ uid: tenants.globex.uid, proofId: 'x', state: 'done' });
    signal({ uid: tenants.acme.uid, proofId: 'acme-running', state: 'done' });

    expect(await findRow(/Network wall.*breached/)).toBeInTheDocument();
    expect(await findProve()).toBeEnabled();
  });

  it('follows a proof by polling where no signal comes', async () => {
    let tenant: Tenant = tenants.umbrella;
    renderCard(async () => tenant);

    await screen.findByText(/7 of 12 checks/);
    tenant = tenants.globex;

    await waitFor(
      () => expect(screen.getByText('breached')).toBeInTheDocument(),
      { timeout: 3_000 },
    );
  });

  it('says why a proof was not started', async () => {
    renderCard(tenants.acme, { startOperation: fails('The queue is full') });

    await userEvent.click(await findProve());

    await alerted('The queue is full');
    expect(await findProve()).toBeEnabled();
  });

  it('lets no one prove who may not, and says why', async () => {
    // A name of its own: permissions are cached for as long as the tests run.
    renderCard({ ...tenants.acme, name: 'foreign' }, { authorize: deny });

    await screen.findByText(/you need tenant.prove/);
    expect(await findProve()).toBeDisabled();
    expect(await findProve()).toHaveAccessibleDescription(/tenant.prove/);
    await expect(violations()).resolves.toEqual([]);
  });

  it('proves no tenant that is being removed', async () => {
    renderCard(tenants.stark);

    await screen.findByText('This tenant is being removed');
    await expect(violations()).resolves.toEqual([]);
    expect(await findProve()).toBeDisabled();
  });

  it('shows the error when the backend is away', async () => {
    renderCard(fails('connection refused'));

    const panel = await screen.findByRole('alert');
    within(panel).getByText(/Couldn't load the walls/);
    await expect(violations()).resolves.toEqual([]);
    expect(screen.queryByText('holds')).not.toBeInTheDocument();
    expect(await findProve()).toBeDisabled();
  });

  it('keeps what was last known when the backend goes away', async () => {
    let away = false;
    const { signal } = renderCard(async () => {
      if (away) {
        throw new Error('connection refused');
      }
      return tenants.acme;
    });
    expect(await findRow(/Network wall.*holds/)).toBeInTheDocument();

    away = true;
    signal({ uid: tenants.acme.uid, proofId: 'x', state: 'done' });

    await screen.findByText(/Showing the last known state/);
    // What is not heard of any more is not said to be so.
    expect(await findRow(/Network wall.*holds.*stale/)).toBeInTheDocument();
    expect(screen.queryByText('All three walls hold')).toBeNull();
    await expect(violations()).resolves.toEqual([]);
    expect(await findRow(/Network wall.*holds/)).toBeInTheDocument();
  });

  it('says what a proof does not cover', async () => {
    renderCard(tenants.acme);

    await userEvent.click(
      await screen.findByRole('button', {
        name: 'What a proof does not cover',
      }),
    );

    await screen.findByText('A compromise of the control plane');
    // All of it, in words that can be translated.
    for (const text of NOT_COVERED) {
      expect(screen.getByText(text)).toBeInTheDocument();
    }
    await expect(violations()).resolves.toEqual([]);
  });
});
