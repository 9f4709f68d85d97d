import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { seen } from './browser.ts';

/** Milliseconds for a tenant's task to end. */
const TASK_MS = 180_000;

const next = (page: Page) => page.getByRole('button', { name: 'Next' }).click();

/** What one who orders a tenant types. */
export interface Order {
  name: string;
  /** Part of a group's name */
  owner: string;
  password: string;
}

/**
 * Fills in the form for a new tenant, to its last page; `at` is called on each.
 */
export async function order(
  page: Page,
  values: Order,
  at: (pageName: string) => Promise<void> = async () => {},
): Promise<void> {
  await page.getByLabel('Name').first().waitFor();
  await at('form');
  await page.getByLabel('Name').first().fill('Not-A-Name');
  await page.getByRole('button', { name: 'Owner' }).click();
  await page
    .getByRole('option', { name: new RegExp(values.owner, 'i') })
    .first()
    .click();
  await next(page);
  await seen(page, /must match pattern|lower-case/i);
  await page.getByLabel('Name').first().fill(values.name);
  await next(page);
  await page.getByText('Allowed destinations').last().waitFor();
  await at('form-egress');
  await next(page);
  await seen(page, 'First password');
  await page.locator('input[type=password]').first().fill(values.password);
  await at('form-n8n');
  await review(page);
  await at('form-review');
}

/** Chooses a size by its card: the radio button in it is drawn over. */
export async function chooseSize(page: Page, size: string): Promise<void> {
  await page.getByText(size, { exact: true }).click();
  await page.getByRole('radio', { name: size, checked: true }).waitFor();
}

/** The button on a form's review that starts its task: it says what it does. */
const start = (page: Page) =>
  page.getByRole('button', { name: /^(Create|Resize|Offboard) tenant$/ });

/** Goes on from the last page of a form. */
export async function review(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review' }).click();
  await start(page).waitFor();
}

/** Asserts that what can't be undone is started by a red button. */
export async function startsInRed(page: Page): Promise<void> {
  const red = await start(page).evaluate(
    button => getComputedStyle(button).backgroundColor,
  );
  assert.equal(red, 'rgb(198, 40, 40)');
}

/** Says that everything of a tenant goes, and types its name to confirm it. */
export async function typeName(page: Page, name: string): Promise<void> {
  await page.getByText('Delete everything').click();
  await page.getByLabel(/Type the tenant's name/).fill(name);
}

/** Asserts that the form does not go on with the name of another tenant. */
export async function refuseOtherName(page: Page, name: string): Promise<void> {
  await typeName(page, `not-${name}`);
  await page.getByRole('button', { name: 'Review' }).click();
  await seen(page, /doesn't match the tenant's name/);
}

/** Waits until the form says what its task would do: the review repeats it. */
export async function untilPreviewed(page: Page): Promise<void> {
  await seen(page, /: \d+ to create, \d+ to change/);
}

/**
 * Starts the task of a reviewed form, and waits until it has ended well: then it
 * offers a link.
 */
export async function runTask(page: Page, linkName: string): Promise<Locator> {
  await start(page).click();
  const link = page.getByRole('link', { name: linkName });
  await link.waitFor({ timeout: TASK_MS });
  return link;
}
