/* eslint-disable no-console */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page, Route } from 'playwright-core';
import type {
  Tenant,
  TenantsHealth,
} from '@threewalls/backstage-plugin-tenants-common';
import { manyTenants } from '../../../plugins/tenants/dev/manyTenants';
import {
  breachedReceipts,
  matrixOf,
  minutesAgo,
  proofOf,
  timelineOfProofs,
} from '../../../plugins/tenants/src/__fixtures__';
import { buildFrontend } from '../../../scripts/lib/install';
import { root } from '../../../scripts/lib/run';
import { launchBrowser, visit, WINDOW } from '../journey/browser';
import { numberFrom } from '../src/support/numberFrom';
import { conditions, head, inMs, median, quantile, row } from './report';

const TENANTS = numberFrom('TENANTS', 1_000);
const ROUNDS = numberFrom('ROUNDS', 5);

/** What people call immediate, and what they still take for one step. */
const TARGET = { input: 200, shown: 500 };

/** Proofs of a day, with a breach among them. */
const A_DAY = Array.from({ length: 288 }, (_, i) =>
  proofOf('any', {
    minutes: 5 * i,
    verdicts: [{ status: i === 100 ? 'breached' : 'holds' }],
  }),
);

/** The portal's address in its config; nothing listens there. */
const PORTAL = 'http://localhost:7007';

/**
 * A tour of the page of all tenants, in the portal's front end as it is built,
 * with answers from here in place of a backend: what is measured is the browser.
 */
export async function tour(): Promise<void> {
  await buildFrontend();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: WINDOW });
    await page.route('**/*', answer(manyTenants(TENANTS)));
    await page.addInitScript(observeInputs);
    const cpuMs = await mainThread(page);
    const shown: Record<string, number[]> = {};
    const cpu: Record<string, number[]> = {};
    const frames: Record<string, number[]> = {};
    for (let round = 0; round < ROUNDS; round++) {
      await goRound(page, async (name, act, until) => {
        const startedAt = performance.now();
        const cpuBefore = await cpuMs();
        await act();
        await until();
        (shown[name] ??= []).push(performance.now() - startedAt);
        (cpu[name] ??= []).push((await cpuMs()) - cpuBefore);
        (frames[name] ??= []).push(...(await page.evaluate(takeInputs)));
      });
    }
    print(shown, cpu, frames);
  } finally {
    await browser.close();
  }
}

type Measure = (
  name: string,
  act: () => Promise<unknown>,
  until: () => Promise<unknown>,
) => Promise<void>;

/** What somebody does who looks for what is wrong among a thousand tenants. */
async function goRound(page: Page, measure: Measure): Promise<void> {
  // What is to be clicked is looked up before the clock runs, and what is to be
  // seen by one selector: both take the page's time, too.
  const click = async (name: string, target: Locator, text: string) => {
    await target.scrollIntoViewIfNeeded();
    const element = await target.elementHandle();
    await measure(
      name,
      () => element!.click({ force: true }),
      () => shows(page, text),
    );
  };
  const button = (name: RegExp) => page.getByRole('button', { name });
  const header = (name: RegExp) => page.getByRole('columnheader', { name });
  const card = page
    .getByRole('group', { name: 'Summary' })
    .getByText('breached', { exact: true });
  const search = page.getByRole('searchbox');
  const all = `of ${TENANTS}`;

  await measure(
    'open the page',
    () => visit(page, `${PORTAL}/tenants`),
    () => shows(page, 'tenant-5'),
  );
  await page.getByRole('heading', { name: 'What fails' }).waitFor();
  await page.getByRole('table', { name: /Isolation/ }).waitFor();
  await click('sort by name', header(/^Name/), 'tenant-0');
  await click('sort by usage', header(/^Usage/), 'unknown');
  await click('worst first again', button(/^Worst first/), 'tenant-5');
  await measure(
    'search, typed letter by letter',
    () => search.pressSequentially('tenant-77', { delay: 30 }),
    () => shows(page, 'of 10'),
  );
  await measure(
    'clear the search',
    () => search.fill(''),
    () => shows(page, all),
  );
  await click('only the breached', card, 'of 27');
  await click('all again', card, all);
  const failure = page.getByRole('link', { name: /Reached the canary/ });
  await click('the tenants of a failing check', failure, 'of 50');
  await click('without filters', button(/^Clear filters/), all);
  await click('next page', button(/^Next table page/), '21 - 40');
  const tenant = page.getByRole('checkbox').nth(1);
  await click('select a tenant', tenant, '1 tenant selected');
  await click(
    'next targets of the matrix',
    button(/^Next Targets/),
    'Targets 51 to 100',
  );
}

/** Waits until the first row of the table, or a line of text, begins with or ends in it. */
async function shows(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    wanted =>
      [
        ...document.querySelectorAll(
          'tbody tr:first-child [role=rowheader], tbody tr:first-child td:last-child, p, span.bui-Text',
        ),
      ].some(({ textContent }) => {
        const line = textContent ?? '';
        return (
          line === wanted ||
          line.startsWith(`${wanted} `) ||
          line.endsWith(` ${wanted}`)
        );
      }),
    text,
    { polling: 'raf' },
  );
}

/**
 * CPU time of the page's main thread so far, in milliseconds: what an interaction
 * takes however busy the machine is.
 */
async function mainThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const task = metrics.find(({ name }) => name === 'TaskDuration');
    return (task?.value ?? 0) * 1_000;
  };
}

/** Runs in the page: from an input to the next frame, in milliseconds. */
function observeInputs() {
  const inputs: number[] = ((window as any).inputs = []);
  new PerformanceObserver(list => {
    for (const { name, duration } of list.getEntries()) {
      if (['keydown', 'pointerup', 'click'].includes(name)) {
        inputs.push(duration);
      }
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true } as any);
}

/** Runs in the page: those observed since it was last asked; they are told after the frame. */
async function takeInputs(): Promise<number[]> {
  await new Promise(resolve => setTimeout(resolve, 200));
  return (window as any).inputs.splice(0);
}

function print(
  shown: Record<string, number[]>,
  cpu: Record<string, number[]>,
  frames: Record<string, number[]>,
): void {
  const p95 = (values: number[]) => quantile(values, 0.95);
  console.log(`\n${TENANTS} tenants, ${conditions(ROUNDS)}\n`);
  head(
    ...['action', 'until it is shown, median', 'p95'],
    ...['CPU of the page, median', 'until the next frame, longest'],
  );
  for (const [name, values] of Object.entries(shown)) {
    const longest = Math.max(0, ...frames[name]);
    const all = [median(values), p95(values), median(cpu[name]), longest];
    row(name, ...all.map(inMs));
  }
  const { 'open the page': _, ...rest } = shown;
  const inputs = Object.values(frames).flat();
  const interactions = Object.entries(rest)
    .filter(([name]) => !name.includes('letter by letter'))
    .flatMap(([, values]) => values);
  console.log();
  head('', 'p95', 'target');
  const until = 'every interaction until it is shown';
  row(until, inMs(p95(interactions)), `≤ ${TARGET.shown} ms`);
  const next = `every key and click until the next frame (${inputs.length})`;
  row(next, inMs(p95(inputs)), `≤ ${TARGET.input} ms`);
}

/** Everything that the front end asks for: its own files, and a portal's answers. */
function answer(tenants: Record<string, Tenant>) {
  const all = Object.values(tenants);
  const names = Object.keys(tenants);
  return async (route: Route): Promise<void> => {
    const url = new URL(route.request().url());
    const json = (body: unknown) => route.fulfill({ json: body });
    const number = (key: string, otherwise: number) =>
      Number(url.searchParams.get(key) ?? otherwise);
    const offset = number('offset', 0);
    const pageOf = <T>(list: T[], from = offset) =>
      list.slice(from, from + number('limit', 100));
    const [, api, plugin, ...path] = url.pathname.split('/');
    if (url.origin !== PORTAL) {
      return route.abort();
    }
    if (api !== 'api') {
      return file(route, url.pathname);
    }
    switch (`${plugin}/${path[0]}`) {
      case 'auth/guest':
        return json({ backstageIdentity: identity(), profile: {} });
      case 'permission/authorize': {
        const { items } = route.request().postDataJSON();
        const allow = ({ id }: { id: string }) => ({ id, result: 'ALLOW' });
        return json({ items: items.map(allow) });
      }
      case 'notifications/status':
        return json({ unread: 0, read: 0 });
      case 'tenants/health':
        return json({
          status: 'ok',
          problems: [],
          warnings: [],
        } satisfies TenantsHealth);
      case 'tenants/matrix':
        return json({
          ...matrixOf(pageOf(names)),
          targets: pageOf(names, number('targetsOffset', offset)),
          totalItems: names.length,
        });
      case 'tenants/timelines':
        return json({
          items: (url.searchParams.get('names') ?? '')
            .split(',')
            .map(name => timelineOfProofs(tenants[name], A_DAY)),
          totalItems: names.length,
        });
      case 'tenants/tenants':
        return path.length === 1
          ? json({ items: pageOf(all), totalItems: all.length })
          : json(
              proofOf(path[1], {
                id: path[3],
                receipts: breachedReceipts(minutesAgo(1)),
                verdicts: [{ status: 'breached' }],
              }),
            );
      default:
        return json({ items: [] });
    }
  };
}

async function file(route: Route, path: string): Promise<void> {
  const dist = join(root, 'packages', 'app', 'dist');
  const isPage = !/\.[a-z]+$/.test(path);
  const body = await readFile(join(dist, isPage ? 'index.html' : path)).catch(
    () => undefined,
  );
  const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
  await route.fulfill(
    body
      ? {
          body,
          contentType:
            type[path.split('.').pop() as keyof typeof type] ?? 'text/html',
        }
      : { status: 404 },
  );
}

/** A guest's sign-in, as the front end reads it: nothing verifies it here. */
function identity() {
  const encode = (value: object) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const sub = 'user:default/guest';
  const token = [{ alg: 'none' }, { sub, ent: [sub], exp }].map(encode);
  return {
    token: `${token.join('.')}.x`,
    identity: { type: 'user', userEntityRef: sub, ownershipEntityRefs: [sub] },
  };
}
