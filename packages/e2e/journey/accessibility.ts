import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import type { AxeResults, NodeResult, RunOptions } from 'axe-core';

const axe = await readFile(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** What rules find, and where, that is not to be held against us. */
interface Exception {
  rules: string[];
  /** Selector of the elements, or of what they are in */
  within: string;
  /** Names of screens; all of them if unset */
  screens?: RegExp;
  why: string;
}

const SCAFFOLDER = /^(visitor-)?(form|task)/;
const TASK = /^task/;

/**
 * What axe finds in Backstage's own markup: no plugin and no extension of this
 * app draws it.
 */
const BACKSTAGE: Exception[] = [
  {
    rules: ['region'],
    within: '.bui-VisuallyHidden:has(> h1)',
    why: "@backstage/ui's plugin header has its hidden heading beside the landmarks",
  },
  {
    rules: ['label-content-name-mismatch'],
    within: 'a[href="/notifications"]',
    why: "plugin-notifications' item in the sidebar has a name without its number",
  },
  {
    rules: ['role-img-alt'],
    within: '[data-live-announcer]',
    why: "@backstage/ui's pending button is announced by a name that is gone when it is done",
  },
  {
    rules: ['aria-valid-attr-value'],
    within: 'a.bui-Tab',
    why: "@backstage/ui's header tabs are links and name panels that are not there",
  },
  {
    rules: ['link-name', 'landmark-unique'],
    within: '.MuiBottomNavigation-root',
    why: "core-components' sidebar of a narrow window has icons without names, and none itself",
  },
  {
    rules: ['landmark-one-main'],
    within: 'html',
    screens: SCAFFOLDER,
    why: "the scaffolder's pages have no main landmark",
  },
  {
    rules: ['region'],
    within: '#root',
    screens: SCAFFOLDER,
    why: 'and so nothing on them is in one',
  },
  {
    rules: ['color-contrast'],
    within: '.bui-Text[data-color="danger"]',
    screens: SCAFFOLDER,
    why: "plugin-scaffolder-react writes a field's errors in a red that is too dark on a dark page",
  },
  {
    rules: ['aria-progressbar-name'],
    within: '.MuiLinearProgress-root',
    screens: TASK,
    why: "the scaffolder's bar over the steps of a task has no name",
  },
  {
    rules: ['button-name'],
    within: '.MuiTextField-root + .MuiIconButton-root',
    screens: TASK,
    why: "core-components' log has a button without a name: it filters",
  },
  {
    rules: [
      'aria-allowed-role',
      'aria-required-children',
      'aria-required-parent',
      'color-contrast',
    ],
    within: 'div:has(> a[href*="#line-"])',
    screens: TASK,
    why: "core-components' log has links as rows without cells, in pale colours",
  },
];

/**
 * Holds what is on the screen to axe's rules; in the dark to those on colours,
 * since nothing else is another there.
 *
 * @returns a line for each element that breaks one
 */
export async function accessible(
  page: Page,
  screen: string,
  colorScheme: 'light' | 'dark',
): Promise<string[]> {
  const exceptions = BACKSTAGE.filter(e => e.screens?.test(screen) ?? true).map(
    ({ rules, within }) => ({ rules, within }),
  );
  const options: RunOptions = {
    elementRef: true,
    ...(colorScheme === 'dark' && { runOnly: ['color-contrast'] }),
  };
  await page.evaluate(axe);
  return page.evaluate(
    async ({ excepted, run, on }) => {
      const { violations }: AxeResults = await (window as any).axe.run(run);
      const isExcepted = (rule: string, { element }: NodeResult) =>
        // What has left the page meanwhile is on no screen.
        !element?.isConnected ||
        excepted.some(e => e.rules.includes(rule) && element.closest(e.within));
      return violations.flatMap(({ id, help, nodes }) =>
        nodes
          .filter(node => !isExcepted(id, node))
          .map(
            node =>
              `${on}: ${id} (${help}): ${node.target.join(' ')}\n    ${
                node.html
              }\n    ${node.failureSummary?.replace(/\n\s*/g, ' ')}`,
          ),
      );
    },
    { excepted: exceptions, run: options, on: `${screen} (${colorScheme})` },
  );
}
