import {
  chromium,
  type Browser,
  type Locator,
  type Page,
} from 'playwright-core';

/** The size of a window that most have. */
export const WINDOW = { width: 1400, height: 1000 };

/** What a portal's menu begins with, by frontend system. */
const MENU = /^(Catalog|Home)$/;

/** Debian's Chromium, told to call nobody. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Waits for the first text that is so. */
export async function seen(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}

/** A tenant's row in the table of all. */
export function rowOf(page: Page, name: string): Locator {
  return page.getByRole('row', { name: new RegExp(name) }).first();
}

/** Opens a page of the portal, signing in as the guest where it is asked. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const enter = page.getByRole('button', { name: 'Enter' });
  const menu = page.getByRole('link', { name: MENU }).first();
  await enter.or(menu).first().waitFor({ timeout: 60_000 });
  if (await enter.isVisible()) {
    await enter.click();
    await menu.waitFor({ timeout: 60_000 });
  }
}
