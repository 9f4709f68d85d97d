import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Portal } from '../../../scripts/lib/portal.ts';
import { root, stateDir } from '../../../scripts/lib/run.ts';
import { runTemplate, TENANTS } from '../../../scripts/lib/tenants.ts';
import { launchBrowser, rowOf, seen, visit, WINDOW } from './browser.ts';
import { HOLDING, openReceipt, untilWalls } from './card.ts';
import {
  chooseSize,
  order,
  refuseOtherName,
  review,
  startsInRed,
  runTask,
  typeName,
  untilPreviewed,
} from './forms.ts';
import { kubectl, leftOf, quotaOf, vaultSecrets } from './lab.ts';
import {
  breachedChecks,
  DATABASE,
  ensureTenant,
  guestPortal,
  lastProofOf,
  untilGone,
  untilProved,
  visitorPortal,
  writtenBy,
} from './portals.ts';
import {
  glance,
  inaccessible,
  look,
  shoot,
  type ColorScheme,
} from './screens.ts';
import { seeWithoutRights } from './visitor.ts';

const NAME = `t-journey-${process.pid}`;
const NAMESPACE = `web-tenant-${NAME}`;
const ENTITY = `/catalog/default/resource/${NAME}`;

/** Walls are proved against a neighbour: one of those that `npm start` makes. */
const [NEIGHBOUR] = TENANTS;

/** Planted: nothing that the portal writes or shows may hold it. */
const PASSWORD = `Planted-${randomBytes(12).toString('hex')}`;

describe('a tenant’s journey through the portal', () => {
  let portal: Portal;
  let browser: Browser;
  let page: Page;
  let failed = false;

  /** Fills in the form, with a look at each of its pages. */
  async function fillIn(colorScheme: ColorScheme): Promise<void> {
    await page.emulateMedia({ colorScheme });
    await visit(page, `${portal.url}/create/templates/default/create-tenant`);
    await order(page, { name: NAME, owner: 'acme', password: PASSWORD }, name =>
      glance(page, name, colorScheme),
    );
  }

  before(async () => {
    await rm(join(stateDir, DATABASE), { recursive: true, force: true });
    portal = await guestPortal();
    await ensureTenant(portal, NEIGHBOUR);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: WINDOW });
  });

  beforeEach(() => {
    assert.ok(!failed, 'An earlier part of the journey has failed');
  });

  afterEach(async context => {
    if (page && 'passed' in context && !context.passed && !failed) {
      failed = true;
      // What was on the screen says more than a locator that timed out.
      await shoot(page, `failed-${context.name.replace(/\W+/g, '-')}`);
    }
  });

  after(async () => {
    await browser?.close();
    const exists = await kubectl('get', 'namespace', NAMESPACE).catch(() => '');
    if (exists && portal) {
      await runTemplate(portal, 'offboard-tenant', {
        tenant: NAME,
        confirm: NAME,
      });
    }
    await portal?.stop();
  });

  it('is ordered in the form, watched, and opened with three walls that hold', async () => {
    await fillIn('dark');
    await fillIn('light');
    const link = await runTask(page, 'Tenant in the catalog');
    await look(page, 'task');
    await link.click();
    await untilWalls(page, HOLDING);
    await look(page, 'card-holds');
  });

  it('leaves no secret in the portal’s databases, logs or pages', async () => {
    const secrets = [PASSWORD, ...(await vaultSecrets(NAMESPACE))];
    assert.equal(secrets.length, 3);
    const places = await writtenBy(portal);
    places.set('the page', Buffer.from(await page.content()));
    for (const [place, content] of places) {
      for (const secret of secrets) {
        assert.ok(!content.includes(secret), `${place} holds a secret`);
      }
    }
  });

  it('shows the receipts of a wall', async () => {
    const open = () =>
      openReceipt(
        page,
        'Resource',
        "A container can't exceed the maximum",
        'maximum memory usage per Container is 1Gi, but limit is 4Gi',
      );
    await look(page, 'card-receipts', open);
  });

  it('turns breached, by itself, when its policies are deleted', async () => {
    const policies = 'networkpolicy,ciliumnetworkpolicy';
    await kubectl('delete', policies, '--all', '-n', NAMESPACE);
    await page.getByRole('button', { name: 'Prove now' }).click();
    await untilWalls(page, { ...HOLDING, Network: 'breached' });
    const open = () =>
      openReceipt(page, 'Network', '^breached Reached the canary', 'connected');
    await look(page, 'card-breached', open);
    const breached = await breachedChecks(portal, NAME);
    assert.equal(breached.get('net.canary-egress'), 'OK');
    // The neighbour's own ingress still holds.
    assert.ok(!breached.has('net.neighbour-service'));
  });

  it('is acknowledged with a reason, which changes no status', async () => {
    const dialog = page.getByRole('dialog');
    const close = (name: string) =>
      dialog.getByRole('button', { name }).first().click();
    const opened = (name: string) => async () => {
      await page.getByRole('button', { name }).click();
      await dialog.waitFor();
    };
    await look(page, 'not-covered', opened('What a proof does not cover'));
    await close('Close');
    await look(page, 'mute', opened('Mute…'));
    await close('Cancel');
    await look(page, 'acknowledge', async () => {
      await page.getByRole('button', { name: 'Acknowledge…' }).click();
      await dialog.getByLabel(/Reason/).fill('Ticket 4711: being repaired');
    });
    await dialog.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText(/Acknowledged .*Ticket 4711/).waitFor();
    await untilWalls(page, { Network: 'breached' });
  });

  it('is restored by a click, and forgets what was acknowledged', async () => {
    await page.getByRole('button', { name: 'Restore' }).first().click();
    await untilWalls(page, HOLDING);
    await page.getByText(/Ticket 4711/).waitFor({ state: 'detached' });
    assert.deepEqual([...(await breachedChecks(portal, NAME)).keys()], []);
  });

  it('is listed with its walls, and has a tab of its own', async () => {
    await visit(page, `${portal.url}/tenants`);
    await rowOf(page, NAME).waitFor();
    await seen(page, /pairs proved/);
    await look(page, 'tenants');
    await visit(page, `${portal.url}${ENTITY}/tenant`);
    await seen(page, NAMESPACE);
    // Who did what: the order, and the restore.
    for (const name of [
      /^Apply .+: \d+ created, 0 changed/,
      /^Restore: \d+ created/,
    ]) {
      await page
        .getByRole('row', { name })
        .filter({ hasText: 'succeeded' })
        .first()
        .waitFor();
    }
    await look(page, 'tab');
  });

  it('is reported on for a period, and with all others', async () => {
    await page.getByRole('link', { name: 'Report' }).first().click();
    await page.getByRole('heading', { name: NAME, exact: true }).waitFor();
    await page.getByRole('radio', { name: 'Last day' }).click();
    await page.getByRole('heading', { name: NAME, exact: true }).waitFor();
    await look(page, 'report');
    const text = await downloaded(page, 'Markdown');
    // The breach, when it was found and when it was repaired; and who did what.
    assert.match(text, /\| Network \| .* UTC \| .* \| .* UTC \| \d+ .*s \|/);
    assert.match(text, /\| Apply \| user:default\/guest \| succeeded \|/);
    assert.match(text, /\| Restore \| user:default\/guest \| succeeded \|/);
    assert.match(text, /Pairs of tenants proved: \d+ of \d+/);
    const { tenants } = JSON.parse(await downloaded(page, 'JSON'));
    assert.equal(tenants[0].breaches.length, 1);
    assert.ok(tenants[0].breaches[0].repairedAfterMs > 0);

    await visit(page, `${portal.url}/tenants`);
    await page.getByRole('link', { name: 'Report on all' }).click();
    for (const name of [NAME, NEIGHBOUR.name]) {
      await page.getByRole('heading', { name, exact: true }).waitFor();
    }
    await look(page, 'report-all');
    await visit(page, portal.url);
    await seen(page, NAME);
    await look(page, 'home');
  });

  it('is proved with others, selected in the list', async () => {
    await visit(page, `${portal.url}/tenants`);
    const last = await lastProofOf(portal, NAME);
    const lastOfNeighbour = await lastProofOf(portal, NEIGHBOUR.name);
    await look(page, 'tenants-selected', async () => {
      await select(page, NAME);
      await select(page, NEIGHBOUR.name);
      await page.getByRole('button', { name: 'Prove 2 tenants' }).waitFor();
    });
    await page.getByRole('button', { name: 'Prove 2 tenants' }).click();
    await page.getByText('2 proofs started').waitFor();
    await untilProved(portal, NAME, last);
    await untilProved(portal, NEIGHBOUR.name, lastOfNeighbour);
    await keepReport(portal, NEIGHBOUR.name);
  });

  it('is restored with others, selected in the list', async () => {
    const limits = ['limitrange', 'tenant-limits', '-n', NAMESPACE];
    await kubectl('delete', ...limits);
    const last = await lastProofOf(portal, NAME);
    await select(page, NAME);
    await page.getByRole('button', { name: 'Restore 1 tenant' }).click();
    await page.getByText('1 restore started').waitFor();
    await untilProved(portal, NAME, last);
    await kubectl('get', ...limits);
  });

  it('can be restored in a form, and be part of a roll-out', async () => {
    const button = page.getByRole('button', { name: /^(Next|Review)$/ });
    for (const template of ['restore-tenant', 'roll-out']) {
      await visit(page, `${portal.url}/create/templates/default/${template}`);
      await look(page, `form-${template}`, () => button.waitFor());
    }
  });

  it('is unproven, with the reason, while its n8n is away', async () => {
    const scale = ['scale', 'deployment', '--all', '--replicas=0'];
    await kubectl(...scale, '-n', NAMESPACE);
    await visit(page, `${portal.url}${ENTITY}`);
    // The change is followed by a proof by itself.
    await untilWalls(page, { Network: 'unproven' });
    await look(page, 'card-unproven');
  });

  it('is resized in the form, and its walls hold', async () => {
    assert.equal((await quotaOf(NAMESPACE))['limits.cpu'], '2');
    await visit(page, `${portal.url}${ENTITY}/tenant`);
    await page.getByRole('link', { name: 'Resize' }).click();
    await look(page, 'form-resize', () => chooseSize(page, 'Medium'));
    await look(page, 'form-resize-review', async () => {
      await chooseSize(page, 'Medium');
      await untilPreviewed(page);
      await review(page);
    });
    const link = await runTask(page, 'Tenant in the catalog');
    assert.equal((await quotaOf(NAMESPACE))['limits.cpu'], '4');
    await link.click();
    await untilWalls(page, HOLDING);
  });

  it('is offboarded in the form, and nothing is left', async () => {
    await visit(page, `${portal.url}${ENTITY}/tenant`);
    await page.getByRole('link', { name: 'Offboard' }).click();
    await look(page, 'form-offboard', () => typeName(page, NAME));
    await refuseOtherName(page, NAME);
    await look(page, 'form-offboard-review', async () => {
      await typeName(page, NAME);
      await review(page);
      await startsInRed(page);
    });
    assert.equal((await leftOf(NAME, NAMESPACE)).length, 4);
    const link = await runTask(page, 'All tenants');
    assert.deepEqual(await leftOf(NAME, NAMESPACE), []);
    // The portal looks at its clusters every few seconds.
    await untilGone(portal, `/api/tenants/tenants/${NAME}`, 20);
    await link.click();
    await page.getByRole('heading', { name: 'Tenants' }).first().waitFor();
    await rowOf(page, NAME).waitFor({ state: 'detached' });
    await untilGone(
      portal,
      `/api/catalog/entities/by-name/resource/default/${NAME}`,
      30,
    );
  });

  it('shows one who owns nothing no button that does not work', async () => {
    await portal.stop();
    portal = await visitorPortal();
    await page.context().clearCookies();
    await seeWithoutRights(page, portal, NEIGHBOUR.name);
  });

  it('was accessible on each of its screens, in each colour and width', () => {
    assert.deepEqual(inaccessible, []);
  });
});

/** Keeps the API's report on a tenant, which the documentation shows, beside its screenshots. */
async function keepReport(portal: Portal, name: string): Promise<void> {
  const path = `/api/tenants/tenants/${name}/report`;
  const text = await (await portal.request('GET', path)).text();
  assert.match(text, /^# Isolation report: /);
  assert.match(text, /^- Proof: [0-9a-f-]{36}/m);
  assert.match(text, /^## Network wall$/m);
  if (process.env.THREEWALLS_SCREENSHOTS) {
    await writeFile(join(root, 'docs/examples', `report-${name}.md`), text);
  }
}

/** Selects a tenant in the table of all. */
async function select(page: Page, name: string): Promise<void> {
  await rowOf(page, name).getByRole('checkbox').click({ force: true });
}

/** What a button hands out as a file. */
async function downloaded(page: Page, name: string): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name }).click();
  return readFile(await (await download).path(), 'utf8');
}
