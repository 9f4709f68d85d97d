import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Portal } from '../../../scripts/lib/portal.ts';
import { runTemplate } from '../../../scripts/lib/tenants.ts';
import { rowOf, seen, visit } from './browser.ts';
import { untilWalls } from './card.ts';
import { look } from './screens.ts';

/**
 * Sees a tenant, and all of them, as one who owns none: the walls' status is
 * there, and whatever would be refused is not offered, or says why not.
 */
export async function seeWithoutRights(
  page: Page,
  portal: Portal,
  tenant: string,
): Promise<void> {
  const entity = `/catalog/default/resource/${tenant}`;
  await visit(page, `${portal.url}${entity}`);
  await untilWalls(page, { Network: '', Secret: '', Resource: '' });
  const prove = page.getByRole('button', { name: 'Prove now' });
  const isDisabled = await prove.isDisabled();
  assert.ok(isDisabled, '"Prove now" is offered to one who may not');
  const reason = page.getByText(/you need tenant\.prove/);
  await reason.waitFor();
  assert.equal(
    await prove.getAttribute('aria-describedby'),
    await reason.getAttribute('id'),
  );
  await look(page, 'visitor-card');

  await visit(page, `${portal.url}${entity}/tenant`);
  await seen(page, `web-tenant-${tenant}`);
  await page.waitForLoadState('networkidle');
  for (const name of ['Resize', 'Offboard', 'Restore']) {
    await notOffered(page, name);
  }
  await look(page, 'visitor-tab');

  await visit(page, `${portal.url}/tenants`);
  await rowOf(page, tenant).waitFor();
  await page.waitForLoadState('networkidle');
  await notOffered(page, 'Create a tenant');
  await look(page, 'visitor-tenants');

  await visit(page, `${portal.url}/create/templates/default/create-tenant`);
  await look(page, 'visitor-form', () => orderInVain(page, `${tenant}-2`));
  await refused(portal, tenant);
}

/** Fills in the form's first page: it does not go on without a group to own. */
async function orderInVain(page: Page, name: string): Promise<void> {
  await page.getByText("You can't order a tenant").waitFor();
  await page.getByLabel('Name').first().fill(name);
  await page.getByText('The name is available').waitFor();
  const owner = page.getByRole('button', { name: 'Owner' });
  await owner.filter({ hasText: 'You are in no group' }).waitFor();
  assert.ok(await owner.isDisabled());
  await page.getByText(/You must be a member/).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  // The form points to the owner that is missing.
  await seen(page, 'Choose a group');
}

/** Asserts that no link of this name can be followed. */
async function notOffered(page: Page, name: string): Promise<void> {
  const links = page
    .getByRole('link', { name, exact: true })
    .or(page.getByRole('button', { name, exact: true }));
  for (const link of await links.all()) {
    assert.ok(await link.isDisabled(), `"${name}" is offered`);
  }
}

/** Asserts that the portal refuses what its pages do not offer. */
async function refused(portal: Portal, tenant: string): Promise<void> {
  const path = `/api/tenants/tenants/${tenant}/operations`;
  const proof = await portal.request('POST', path, { kind: 'prove' });
  assert.equal(proof.status, 403);
  await assert.rejects(
    runTemplate(portal, 'resize-tenant', { tenant, size: 'small' }),
    /permission \(tenant\.resize\)/,
  );
}
