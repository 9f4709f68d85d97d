import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { labPaths, VAULT_ADDR } from '../../lab/src/index.ts';
import { Portal } from '../../../scripts/lib/portal.ts';
import { stateDir } from '../../../scripts/lib/run.ts';
import { runTemplate } from '../../../scripts/lib/tenants.ts';
import { launchBrowser, screenshot, visit } from './browser.ts';

const NAME = `t-journey-${process.pid}`;
const NAMESPACE = `web-tenant-${NAME}`;
const PORT = 7017;
/** Milliseconds for a tenant to be created and proved. */
const CREATE_MS = 180_000;
const PROVE_MS = 60_000;

/** Planted: nothing that the portal writes or shows may hold it. */
const PASSWORD = `Planted-${randomBytes(12).toString('hex')}`;

const run = promisify(execFile);

async function kubectl(...args: string[]): Promise<string> {
  const { adminKubeconfig, binDir } = labPaths();
  const { stdout } = await run(join(binDir, 'kubectl'), args, {
    env: { ...process.env, KUBECONFIG: adminKubeconfig },
  });
  return stdout;
}

/** The tenant's values in Vault, with the lab's root token. */
async function vaultValues(): Promise<string[]> {
  const { binDir, vaultInit } = labPaths();
  const { rootToken } = JSON.parse(await readFile(vaultInit, 'utf8'));
  const { stdout } = await run(
    join(binDir, 'vault'),
    ['kv', 'get', '-format=json', `secret/${NAMESPACE}`],
    { env: { ...process.env, VAULT_ADDR, VAULT_TOKEN: rootToken } },
  );
  return Object.values(JSON.parse(stdout).data.data);
}

describe('a tenant’s journey through the portal', () => {
  let portal: Portal;
  let browser: Browser;
  let page: Page;

  /** Waits for the card to show a status for each wall. */
  async function untilWalls(statuses: Record<string, string>, timeout: number) {
    for (const [wall, status] of Object.entries(statuses)) {
      await page
        .getByRole('button', {
          name: new RegExp(`${wall} wall.*${status}`, 'is'),
        })
        .first()
        .waitFor({ timeout });
    }
  }

  /** Opens a wall's receipts, and in them that of a check, to read what came back. */
  async function openReceipt(wall: string, check: string, answer: string) {
    const button = (name: RegExp) => page.getByRole('button', { name }).first();
    await button(new RegExp(`${wall} wall`)).click();
    const receipt = button(new RegExp(check));
    await receipt.waitFor();
    // What is not as expected is open already.
    if ((await receipt.getAttribute('aria-expanded')) === 'false') {
      await receipt.click();
    }
    await page.getByText(answer).filter({ visible: true }).first().waitFor();
  }

  before(async () => {
    await rm(join(stateDir, 'portal-test'), { recursive: true, force: true });
    portal = await Portal.start({
      port: PORT,
      configs: ['app-config.lab.yaml'],
      database: 'portal-test',
      env: { THREEWALLS_LAB_STATE: labPaths().state },
    });
    await portal.until(
      '/api/catalog/entities/by-name/template/default/create-tenant',
      60,
    );
    // Relations are stitched a moment after their entities are there, and the
    // form asks for the groups of the one who fills it in just once.
    await portal.untilAnswer(
      '/api/catalog/entities?filter=kind=group,relations.hasMember=user:default/guest',
      60,
      (groups: unknown[]) => groups.length >= 3,
    );
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  });

  afterEach(async context => {
    // What was on the screen says more than a locator that timed out.
    if (page && 'passed' in context && !context.passed) {
      await screenshot(page, `failed-${context.name.replace(/\W+/g, '-')}`);
    }
  });

  after(async () => {
    await browser?.close();
    const exists = await kubectl('get', 'namespace', NAMESPACE).catch(() => '');
    if (exists && portal) {
      await runTemplate(portal, 'offboard-tenant', {
        tenant: `resource:default/${NAME}`,
        confirm: NAME,
      });
    }
    await portal?.stop();
  });

  it('is ordered in the form, watched, and opened with three walls that hold', async () => {
    await visit(page, `${portal.url}/create/templates/default/create-tenant`);
    await page.getByLabel('Name').first().waitFor();
    await screenshot(page, 'form');
    await page.getByLabel('Name').first().fill('Not-A-Name');
    await page.getByLabel('Owner').first().fill('acme');
    await page.getByRole('option', { name: /acme/i }).first().click();
    await page.getByRole('button', { name: 'Next' }).click();
    await page
      .getByText(/must match pattern|lower-case/i)
      .first()
      .waitFor();
    await page.getByLabel('Name').first().fill(NAME);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('What it may reach').last().waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('First password').first().waitFor();
    await page.locator('input[type=password]').first().fill(PASSWORD);
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create' }).click();
    const link = page.getByRole('link', { name: 'The tenant in the catalog' });
    await link.waitFor({ timeout: CREATE_MS });
    await screenshot(page, 'task');
    await link.click();
    await untilWalls(
      { Network: 'holds', Secret: 'holds', Resource: 'holds' },
      PROVE_MS,
    );
    await screenshot(page, 'card-holds');
  });

  it('leaves no secret in the portal’s databases, logs or pages', async () => {
    const secrets = [PASSWORD, ...(await vaultValues())].filter(
      // The e-mail address is no secret.
      value => !value.includes('@'),
    );
    assert.equal(secrets.length, 3);
    const database = join(stateDir, 'portal-test');
    const files = (await readdir(database)).map(file => join(database, file));
    files.push(join(stateDir, 'logs', 'portal-test.log'));
    assert.ok(files.length > 5, 'the portal writes more files than that');
    for (const file of files) {
      const content = await readFile(file);
      for (const secret of secrets) {
        assert.ok(!content.includes(secret), `${file} holds a secret`);
      }
    }
    const html = await page.content();
    for (const secret of secrets) {
      assert.ok(!html.includes(secret), 'the page holds a secret');
    }
  });

  it('shows the receipts of a wall', async () => {
    const open = () =>
      openReceipt(
        'Resource',
        'res.container-max',
        'maximum memory usage per Container is 1Gi, but limit is 4Gi',
      );
    await open();
    await screenshot(page, 'card-receipts', open);
  });

  it('turns breached, by itself, when its policies are deleted', async () => {
    await kubectl(
      'delete',
      'networkpolicy,ciliumnetworkpolicy',
      '--all',
      '-n',
      NAMESPACE,
    );
    await page.getByRole('button', { name: 'Prove now' }).click();
    await untilWalls({ Network: 'breached' }, PROVE_MS);
    await untilWalls({ Secret: 'holds', Resource: 'holds' }, PROVE_MS);
    const open = () => openReceipt('Network', 'net.canary-egress', 'connected');
    await open();
    await screenshot(page, 'card-breached', open);
    const tenant = await portal.call('GET', `/api/tenants/tenants/${NAME}`);
    const proof = await portal.call(
      'GET',
      `/api/tenants/tenants/${NAME}/proofs/${tenant.lastProof.id}`,
    );
    const breached = proof.receipts.filter(
      (r: any) => r.outcome === 'breached',
    );
    const checks = breached.map((r: any) => r.check);
    assert.ok(checks.includes('net.canary-egress'), String(checks));
    assert.ok(
      !checks.includes('net.neighbour-service'),
      'the neighbour’s own ingress still holds',
    );
    const canary = breached.find((r: any) => r.check === 'net.canary-egress');
    assert.equal(canary.code, 'OK');
  });

  it('is restored by the template', async () => {
    await runTemplate(portal, 'create-tenant', {
      name: NAME,
      owner: 'group:default/acme-team',
      size: 'small',
    });
    await untilWalls(
      { Network: 'holds', Secret: 'holds', Resource: 'holds' },
      PROVE_MS,
    );
  });

  it('is listed with its walls, and has a tab of its own', async () => {
    await visit(page, `${portal.url}/tenants`);
    await page
      .getByRole('row', { name: new RegExp(NAME) })
      .first()
      .waitFor();
    await page
      .getByText(/pairs proved/)
      .first()
      .waitFor();
    await screenshot(page, 'tenants');
    await visit(page, `${portal.url}/catalog/default/resource/${NAME}/tenant`);
    await page.getByText(NAMESPACE).first().waitFor();
    await screenshot(page, 'tab');
    await visit(page, portal.url);
    await page.getByText(NAME).first().waitFor();
    await screenshot(page, 'home');
  });

  it('is offboarded, and nothing is left', async () => {
    await runTemplate(portal, 'offboard-tenant', {
      tenant: `resource:default/${NAME}`,
      confirm: NAME,
    });
    await assert.rejects(kubectl('get', 'namespace', NAMESPACE), /NotFound/);
    const response = await portal.request(
      'GET',
      `/api/tenants/tenants/${NAME}`,
    );
    assert.equal(response.status, 404);
  });
});
