import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root, stateDir } from '../../../scripts/lib/run.ts';
import { accessible } from './accessibility.ts';
import { WINDOW } from './browser.ts';

/** Where screenshots go: a folder that git ignores, unless another is named. */
const screenshots = process.env.THREEWALLS_SCREENSHOTS
  ? join(root, process.env.THREEWALLS_SCREENSHOTS)
  : join(stateDir, 'screenshots');

/** Pixels; what is further down a page adds nothing but weight, but for the tab. */
const MAX_HEIGHT = { wide: 1400, narrow: 2200 };
const TALL = /^(visitor-)?tab/;

/** What is not accessible on the screens that were looked at: one run shows all of it. */
export const inaccessible: string[] = [];

export type ColorScheme = 'light' | 'dark';

/**
 * Looks at a screen as people do: in both colour schemes, and in two widths.
 * Another scheme mounts the app anew: `again` brings back what was opened, and
 * what was typed.
 */
export async function look(
  page: Page,
  name: string,
  again: () => Promise<void> = () => page.waitForLoadState('networkidle'),
): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await settle(page);
    await again();
    await glance(page, name, colorScheme);
  }
}

/**
 * Looks at a screen in the colour scheme it has: keeps a screenshot of each
 * width, and holds each to the rules of accessibility.
 */
export async function glance(
  page: Page,
  name: string,
  colorScheme: ColorScheme,
): Promise<void> {
  const suffix = colorScheme === 'dark' ? '-dark' : '';
  await settle(page);
  if (colorScheme === 'light') {
    await page.setViewportSize({ ...WINDOW, width: 500 });
    await settle(page);
    await shoot(page, `${name}-narrow`);
    inaccessible.push(
      ...(await accessible(page, `${name}-narrow`, colorScheme)),
    );
    await page.setViewportSize(WINDOW);
    await settle(page);
  }
  await shoot(page, `${name}${suffix}`);
  inaccessible.push(...(await accessible(page, name, colorScheme)));
}

/** Keeps what is on the screen as it is, as far down as it is worth its weight. */
export async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  const window = page.viewportSize() ?? WINDOW;
  const height = await page.evaluate(
    () => document.documentElement.scrollHeight,
  );
  const max =
    MAX_HEIGHT[window.width < WINDOW.width ? 'narrow' : 'wide'] *
    (TALL.test(name) ? 2 : 1);
  // A window as high as the page, so that what sticks to its edge is there.
  await page.setViewportSize({
    ...window,
    height: Math.max(WINDOW.height, Math.min(height, max)),
  });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
  await page.setViewportSize(window);
}

/** The page has to settle on its new width and colours, and to load. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise(done => requestAnimationFrame(() => setTimeout(done, 300))),
  );
  await page.waitForFunction(() => !document.querySelector('.bui-Skeleton'));
}
