import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { root, stateDir } from '../../../scripts/lib/run.ts';

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

/** Where screenshots go: a folder that git ignores, unless another is named. */
const screenshots = process.env.THREEWALLS_SCREENSHOTS
  ? join(root, process.env.THREEWALLS_SCREENSHOTS)
  : join(stateDir, 'screenshots');

/**
 * The screen in both colour schemes and two widths. Another scheme mounts the
 * app anew: `again` brings back what was opened on the page.
 */
export async function screenshot(
  page: Page,
  name: string,
  again: () => Promise<void> = () => page.waitForLoadState('networkidle'),
): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  let scheme = 'light';
  for (const [colorScheme, width] of [
    ['light', 1400],
    ['light', 500],
    ['dark', 1400],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 1000 });
    // The page has to settle on its new width and colours.
    await page.evaluate(
      () =>
        new Promise(done => requestAnimationFrame(() => setTimeout(done, 300))),
    );
    if (scheme !== colorScheme) {
      scheme = colorScheme;
      await again();
    }
    const suffix = [
      colorScheme === 'dark' ? '-dark' : '',
      width === 500 ? '-narrow' : '',
    ];
    await page.screenshot({
      path: join(screenshots, `${name}${suffix.join('')}.png`),
      fullPage: true,
    });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1400, height: 1000 });
}

/** Opens a page of the portal, signing in as the guest where it is asked. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const enter = page.getByRole('button', { name: 'Enter' });
  const menu = page.getByRole('link', { name: 'Catalog' }).first();
  await enter.or(menu).first().waitFor({ timeout: 60_000 });
  if (await enter.isVisible()) {
    await enter.click();
    await menu.waitFor({ timeout: 60_000 });
  }
}
