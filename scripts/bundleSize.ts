import { buildFrontend } from './lib/install.ts';
import { measurePlugin } from './lib/bundle.ts';

/** What an app may have to load for the plugin, in bytes, gzipped. */
const LIMIT = 60_000;

/** A part that a page must not wait for, and the page. */
const APART = [
  { part: 'Matrix/MatrixTable.tsx', page: 'TenantsPage/TenantsPage.tsx' },
  { part: 'TenantTab/Neighbours.tsx', page: 'TenantTab/TenantTab.tsx' },
];

await buildFrontend();
const { always, lazy, total, asServed, files } = measurePlugin();
const kB = (bytes: number) => `${(bytes / 1000).toFixed(1).padStart(6)} kB`;
process.stdout.write(`The plugin's own JavaScript in the app, gzipped:
  ${kB(always)}  loads with the app
  ${kB(lazy)}  loads when it is shown
  ${kB(total)}  in all, each module once (limit ${kB(LIMIT).trim()})
  ${kB(asServed)}  as ${files.size} files that repeat modules
`);

const problems = [
  total > LIMIT && `${kB(total).trim()} is over the limit`,
  // A map that names nothing of ours would make any plugin look small.
  (always === 0 || lazy === 0) && 'The plugin was not found in the build',
  ...APART.map(({ part, page }) => apart(part, page)),
].filter(Boolean);
for (const problem of problems) {
  process.stderr.write(`✗ ${problem}\n`);
}
process.exitCode = problems.length ? 1 : 0;

/** Says what is wrong where a part loads with its page. */
function apart(part: string, page: string): string | undefined {
  const holding = (name: string) =>
    [...files].filter(([, sources]) => sources.some(s => s.endsWith(name)));
  const withPart = holding(part).map(([file]) => file);
  if (withPart.length === 0 || holding(page).length === 0) {
    return `${part} or ${page} was not found in the build`;
  }
  return holding(page).some(([file]) => withPart.includes(file))
    ? `${part} loads with ${page}: it is to load lazily`
    : undefined;
}
