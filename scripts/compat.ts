import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { Board } from './lib/board.ts';
import { installDependencies } from './lib/install.ts';
import { packedPackages, packPackages, type Packed } from './lib/packages.ts';
import { Portal } from './lib/portal.ts';
import { root, runLogged, stateDir } from './lib/run.ts';

// Installs the packages, packed as they would be published, into portals that
// create-app makes, and looks whether they work there. Half an hour and some
// 2 GB a portal: a person runs it before a release.

const HELP = `npm run compat -- [options]

Tries the packed packages in fresh portals of several Backstage releases, and
writes docs/compatibility.md.

  --only NAME     one portal, such as 0.9.2 or 0.9.2-legacy, and no document
  --config FILE   config of a cluster with the tenant acme in place of one that
                  can't be reached: the card then has to show its walls
  --packed        take the packages as the last run packed them
  --keep          leave the portals in ~/.cache/threewalls/compat
`;

interface Kind {
  /** Version of @backstage/create-app */
  createApp: string;
  frontend: 'new' | 'legacy';
}

/** The newest of both frontend systems, and an older one. */
const PORTALS: Kind[] = [
  { createApp: '0.9.2', frontend: 'new' },
  { createApp: '0.9.0', frontend: 'new' },
  { createApp: '0.9.2', frontend: 'legacy' },
];

const PORT = 7017;
const ENTITY = '/catalog/default/resource/acme';
const TEMPLATES =
  'node_modules/@threewalls/backstage-plugin-scaffolder-backend-module-tenants/templates';

/** What is looked at, in this order; a portal that fails one is not tried further. */
const STEPS = {
  install: 'the tarballs are installed',
  tsc: "the portal's sources compile",
  config: 'the config is accepted, a wrong one is refused',
  build: 'the front end is built',
  boot: "the backend starts and says that it can't reach the cluster",
  card: "the card, the tenants page and a template's form are shown in a browser",
};

type Step = keyof typeof STEPS;

interface Result {
  kind: Kind;
  /** Release of Backstage */
  release: string;
  passed: Step[];
  failed?: { step: Step; reason: string };
}

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    config: { type: 'string' },
    packed: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Config of a cluster that can be reached, relative to where this was started. */
const reachable = options.config && resolve(options.config);

const nameOf = ({ createApp, frontend }: Kind) =>
  frontend === 'new' ? createApp : `${createApp}-legacy`;

async function main(): Promise<number> {
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const kinds = PORTALS.filter(
    kind => !options.only || nameOf(kind) === options.only,
  );
  if (kinds.length === 0) {
    throw new Error(`--only: one of ${PORTALS.map(nameOf).join(', ')}`);
  }
  const board = new Board();
  if (!options.packed) {
    await board.part('Dependencies', installDependencies);
    await board.part('Types', () => runLogged('tsc', ['yarn', 'tsc']));
    await board.part('Packages', packPackages);
  }
  const packages = packedPackages();
  const results: Result[] = [];
  for (const kind of kinds) {
    results.push(await tryPortal(board, kind, packages));
  }
  board.close();
  if (!options.only) {
    const docs = join(root, 'docs');
    await copyFile(
      shotOf(`${PORTALS[0].createApp}-legacy`, 'form'),
      join(docs, 'images', 'legacy-form.png'),
    );
    await writeFile(join(docs, 'compatibility.md'), document(results));
  }
  return results.every(({ failed }) => !failed) ? 0 : 1;
}

async function tryPortal(
  board: Board,
  kind: Kind,
  packages: Packed[],
): Promise<Result> {
  const name = nameOf(kind);
  // Outside of the checkout, whose packages would be found otherwise.
  const folder = join(homedir(), '.cache', 'threewalls', 'compat', name);
  const result: Result = { kind, release: '?', passed: [] };
  const run = (step: string, ...command: string[]) =>
    runLogged(`compat-${name}-${step}`, command, { cwd: folder, env: ENV });
  const work: Record<Step, () => Promise<void>> = {
    async install() {
      await createPortal(kind, folder);
      const { version } = await readJson(join(folder, 'backstage.json'));
      result.release = version;
      await addPackages(kind, folder, packages);
      await run('install', 'yarn', 'install', '--no-immutable');
    },
    tsc: () => run('tsc', 'yarn', 'tsc'),
    async config() {
      const check = (file: string) =>
        run(
          'config',
          ...['yarn', 'backstage-cli', 'config:check', '--lax', '--strict'],
          ...['--config', 'app-config.yaml', '--config', file],
        );
      await check('app-config.compat.yaml');
      await check('app-config.wrong.yaml').then(
        () => {
          throw new Error('A wrong config was accepted');
        },
        () => {},
      );
    },
    build: () => run('build', 'yarn', 'workspace', 'app', 'build'),
    boot: () => withPortal(folder, name, untilAnswers),
    card: () => withPortal(folder, name, portal => look(portal, name)),
  };
  for (const step of Object.keys(STEPS) as Step[]) {
    try {
      await board.part(`${name}: ${step}`, work[step]);
      result.passed.push(step);
    } catch (error) {
      result.failed = { step, reason: (error as Error).message };
      board.line(result.failed.reason);
      break;
    }
  }
  if (!options.keep) {
    await rm(folder, { recursive: true, force: true });
  }
  return result;
}

const ENV = {
  CI: '1',
  // As in this checkout: nothing is compiled or downloaded at install.
  YARN_ENABLE_SCRIPTS: 'false',
  YARN_NM_MODE: 'hardlinks-global',
  // This checkout's Yarn, and patience: create-app's own dies of a timeout.
  YARN_IGNORE_PATH: '1',
  YARN_HTTP_TIMEOUT: '600000',
  BACKSTAGE_APP_NAME: 'portal',
};

async function createPortal(kind: Kind, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const command = ['npx', '--yes', `@backstage/create-app@${kind.createApp}`];
  await runLogged(
    `compat-${nameOf(kind)}-create`,
    command.concat(
      ['--path', folder, '--skip-install'],
      kind.frontend === 'legacy' ? ['--legacy'] : [],
    ),
    { env: ENV },
  );
}

/** Does what docs/install.md and the README of plugins/tenants say. */
async function addPackages(
  kind: Kind,
  folder: string,
  packages: Packed[],
): Promise<void> {
  const { resolutions } = await readJson(join(root, 'package.json'));
  const release = await releaseOf(folder);
  await edit(join(folder, 'package.json'), manifest => ({
    ...manifest,
    resolutions: {
      ...manifest.resolutions,
      ...release,
      ...resolutions,
      ...Object.fromEntries(
        packages.map(({ name, tarball }) => [name, `file:${tarball}`]),
      ),
    },
  }));
  const depend = (where: string, names: string[]) =>
    edit(join(folder, where, 'package.json'), manifest => {
      const added = names.map(n => [`@threewalls/backstage-plugin-${n}`, '*']);
      Object.assign(manifest.dependencies, Object.fromEntries(added));
      return manifest;
    });
  await depend('packages/app', ['tenants']);
  const plugins = [
    'tenants-backend',
    'scaffolder-backend-module-tenants',
    'catalog-backend-module-tenants',
  ];
  await depend('packages/backend', plugins);
  await replace(join(folder, 'packages/backend/src/index.ts'), {
    'backend.start();': `${plugins
      .map(
        name =>
          `backend.add(import('@threewalls/backstage-plugin-${name}'));\n`,
      )
      .join('')}backend.start();`,
  });
  if (kind.frontend === 'legacy') {
    await addToLegacyApp(join(folder, 'packages/app/src'));
  }
  await writeFile(join(folder, 'acme.yaml'), JSON.stringify(ENTITY_OF_ACME));
  const of = (cluster: object) => ({ tenants: { clusters: [cluster] } });
  const config = { ...CONFIG, ...(!reachable && of(AWAY)) };
  const wrong = of({ ...AWAY, network: 'cilium' });
  for (const [file, content] of Object.entries({ compat: config, wrong })) {
    // JSON is YAML too.
    await writeFile(
      join(folder, `app-config.${file}.yaml`),
      JSON.stringify(content),
    );
  }
}

/**
 * Every package of Backstage in the version of that portal's release: what create-app
 * names, and what these were published with. With carets alone a portal gets what has
 * come since, of several releases side by side.
 */
async function releaseOf(folder: string): Promise<Record<string, string>> {
  const asking = ['config', 'get', 'registry'];
  const { stdout } = await promisify(execFile)('npm', asking);
  const registry = stdout.trim().replace(/\/?$/, '/');
  const versions = new Map<string, string>();
  const asked = new Set<string>();
  const add = (all: Record<string, string> = {}) => {
    for (const [name, range] of Object.entries(all)) {
      const version = /^[\^~]?(\d+\.\d+\.\d+\S*)$/.exec(range)?.[1];
      const known = versions.get(name);
      const isMissing = !known && asked.has(`${name}/${version}`);
      if (name.startsWith('@backstage/') && version && !isMissing) {
        if (!known || compare(version, known) > 0) {
          versions.set(name, version);
        }
      }
    }
  };
  for (const file of globSync('{.,packages/*}/package.json', { cwd: folder })) {
    const manifest = await readJson(join(folder, file));
    add({ ...manifest.devDependencies, ...manifest.dependencies });
  }
  for (;;) {
    const next = [...versions]
      .map(([name, version]) => `${name}/${version}`)
      .filter(path => !asked.has(path))
      .slice(0, 8);
    if (next.length === 0) {
      return Object.fromEntries(versions);
    }
    await Promise.all(
      next.map(async path => {
        asked.add(path);
        const response = await fetch(registry + path);
        if (response.status === 404) {
          // Never published, or not any more: the next one that there is.
          const at = path.lastIndexOf('/');
          const [name, version] = [path.slice(0, at), path.slice(at + 1)];
          const all = await fetch(registry + name);
          const known = all.ok ? ((await all.json()) as any).versions : {};
          const [next] = Object.keys(known)
            .filter(v => !v.includes('-') && compare(v, version) > 0)
            .sort(compare);
          versions.delete(name);
          add({ [name]: next ?? '' });
          return;
        }
        if (!response.ok) {
          throw new Error(`${registry}${path}: ${response.status}`);
        }
        add(((await response.json()) as any).dependencies);
      }),
    );
  }
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

async function addToLegacyApp(sources: string): Promise<void> {
  const from = "from '@threewalls/backstage-plugin-tenants/legacy';\n";
  const fields = 'Name Owner Cluster Size Egress Picker Preview Removal'
    .split(' ')
    .map(name => `Tenant${name}FieldExtension`);
  await replace(join(sources, 'App.tsx'), {
    "import { apis } from './apis';": `import { TenantsPage, ${fields.join(
      ', ',
    )} } ${from}import { ScaffolderFieldExtensions } from '@backstage/plugin-scaffolder-react';
import { apis } from './apis';`,
    '<Route path="/create" element={<ScaffolderPage />} />': `<Route path="/tenants" element={<TenantsPage />} />
    <Route path="/create" element={<ScaffolderPage />}>
      <ScaffolderFieldExtensions>
        ${fields.map(field => `<${field} />`).join('\n        ')}
      </ScaffolderFieldExtensions>
    </Route>`,
  });
  await replace(join(sources, 'components/catalog/EntityPage.tsx'), {
    'const techdocsContent = (': `import { EntityTenantContent, EntityWallsCard, isTenantAvailable } ${from}
const techdocsContent = (`,
    '{entityWarningContent}\n': `{entityWarningContent}
    <EntitySwitch>
      <EntitySwitch.Case if={isTenantAvailable}>
        <Grid item xs={12}><EntityWallsCard /></Grid>
      </EntitySwitch.Case>
    </EntitySwitch>\n`,
    'const defaultEntityPage = (\n  <EntityLayout>\n': `const defaultEntityPage = (
  <EntityLayout>
    <EntityLayout.Route path="/tenant" title="Tenant" if={isTenantAvailable}>
      <EntityTenantContent />
    </EntityLayout.Route>\n`,
  });
}

const ENTITY_OF_ACME = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Resource',
  metadata: { name: 'acme', annotations: { 'threewalls.io/tenant': 'acme' } },
  spec: { type: 'n8n-tenant', owner: 'guests' },
};

/** A cluster and a Vault where nothing listens. */
const AWAY = {
  name: 'away',
  kubernetes: { url: 'https://127.0.0.1:1', token: 'none' },
  vault: {
    address: 'http://127.0.0.1:1',
    login: { tokenFile: '/dev/null' },
  },
};

/** One port for all, a guest outside of development, and a tenant's entity. */
const CONFIG = {
  backend: {
    listen: { host: '127.0.0.1' },
    csp: { 'upgrade-insecure-requests': false },
  },
  auth: { providers: { guest: { dangerouslyAllowOutsideDevelopment: true } } },
  catalog: {
    locations: [
      'acme.yaml',
      'examples/org.yaml',
      `${TEMPLATES}/create-tenant/template.yaml`,
    ].map(file => ({
      type: 'file',
      target: `../../${file}`,
      rules: [{ allow: ['Template', 'User', 'Group', 'Resource'] }],
    })),
  },
};

async function withPortal(
  folder: string,
  name: string,
  work: (portal: Portal) => Promise<void>,
): Promise<void> {
  const database = `compat-${name}`;
  await rm(join(stateDir, database), { recursive: true, force: true });
  const portal = await Portal.start({
    port: PORT,
    sources: folder,
    configs: ['app-config.compat.yaml', ...(reachable ? [reachable] : [])],
    database,
  });
  try {
    await work(portal);
  } finally {
    await portal.stop();
  }
}

async function untilAnswers(portal: Portal): Promise<void> {
  await portal.untilAnswer<{ problems: unknown[] }>(
    '/api/tenants/health',
    120,
    ({ problems }) => problems.length > 0 || reachable !== undefined,
  );
  await portal.untilAnswer<{ id: string }[]>(
    '/api/scaffolder/v2/actions',
    60,
    actions => actions.some(({ id }) => id === 'tenant:create'),
  );
}

function shotOf(name: string, what: string): string {
  return join(stateDir, `compat-${name}-${what}.png`);
}

/** Opens what the plugin adds to the portal. */
async function look(portal: Portal, name: string): Promise<void> {
  const paths = ['resource/default/acme', 'template/default/create-tenant'];
  for (const path of paths) {
    await portal.until(`/api/catalog/entities/by-name/${path}`, 120);
  }
  const { launchBrowser, seen, visit, WINDOW } = await import(
    '../packages/e2e/journey/browser.ts'
  );
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: WINDOW });
    const errors: string[] = [];
    page.on('pageerror', (error: Error) => errors.push(error.message));
    const shot = (what: string) =>
      page.screenshot({ path: shotOf(name, what) });
    await visit(page, portal.url + ENTITY);
    await seen(page, reachable ? /Network wall/ : /Couldn't load the walls/);
    await shot('card');
    await visit(page, `${portal.url}/tenants`);
    await seen(page, reachable ? /acme/ : /Can't reach/);
    await shot('tenants');
    await visit(page, `${portal.url}/create/templates/default/create-tenant`);
    await page.getByLabel(/^Name/).fill('acme');
    await page.getByText('web-tenant-acme').waitFor();
    await shot('form');
    if (errors.length > 0) {
      throw new Error(`In the browser: ${errors.join('; ')}`);
    }
  } finally {
    await browser.close();
  }
}

async function readJson(file: string): Promise<any> {
  return JSON.parse(await readFile(file, 'utf8'));
}

async function edit(
  file: string,
  change: (manifest: any) => object,
): Promise<void> {
  const changed = change(await readJson(file));
  await writeFile(file, JSON.stringify(changed, undefined, 2));
}

/** Replaces the first of each text; one that is not there is an error. */
async function replace(
  file: string,
  changes: Record<string, string>,
): Promise<void> {
  let text = await readFile(file, 'utf8');
  for (const [before, after] of Object.entries(changes)) {
    if (!text.includes(before)) {
      throw new Error(`${file} has no ${before}`);
    }
    text = text.replace(before, () => after);
  }
  await writeFile(file, text);
}

function document(results: Result[]): string {
  const steps = Object.keys(STEPS) as Step[];
  const mark = ({ passed, failed }: Result, step: Step) => {
    if (passed.includes(step)) {
      return 'yes';
    }
    return failed?.step === step ? 'no' : '';
  };
  const row = (cells: string[]) => `| ${cells.join(' | ')} |\n`;
  const why = results.flatMap(({ release, kind, failed }) =>
    failed
      ? `- ${release} (${nameOf(kind)}), ${failed.step}: ${lastLine(
          failed.reason,
        )}\n`
      : [],
  );
  const today = new Date().toISOString().slice(0, 10);
  const head = ['Backstage', 'create-app', 'frontend system', ...steps];
  return `# Compatibility

Written by \`npm run compat\` on ${today}: the packages, packed as they
are published, in portals that \`@backstage/create-app\` made, each with the versions of its own release.

${row(head)}${row(head.map(() => '---'))}${results
    .map(result =>
      row([
        result.release,
        result.kind.createApp,
        result.kind.frontend,
        ...steps.map(step => mark(result, step)),
      ]),
    )
    .join('')}
${steps.map(step => `- \`${step}\`: ${STEPS[step]}`).join('\n')}

![A form in an app on the old frontend system](images/legacy-form.png)

A portal that fails a step is not tried further.
${why.join('')}
Clusters and Vaults: [environments.md](environments.md).
`;
}

/** What an error comes down to; paths say where this was run. */
function lastLine(reason: string): string {
  const errors = reason.split('\n').filter(line => /Error: /.test(line));
  return (errors.at(-1) ?? reason.split('\n')[0])
    .replaceAll(/\S*\/node_modules\//g, '')
    .trim();
}

process.exitCode = await main();
