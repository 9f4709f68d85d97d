import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import {
  buildHelm,
  endpoints,
  IMAGES,
  labPaths,
  labReset,
  VAULT_IN_CLUSTER,
} from '../../lab/src/index.ts';
import { Portal } from '../../../scripts/lib/portal.ts';
import { root, stateDir } from '../../../scripts/lib/run.ts';
import { prove, runTemplate } from '../../../scripts/lib/tenants.ts';
import { bareLab } from './bareLab.ts';

// docs/install.md as somebody follows it: its blocks, one after another, on a
// cluster with Vault and External Secrets and nothing of ours.

const run = promisify(execFile);

interface Block {
  language: string;
  /** Of a block that is a file */
  file: string;
  text: string;
}

/** Blocks of the guide that have a language, in their order. */
async function blocks(): Promise<Block[]> {
  const guide = await readFile(join(root, 'docs', 'install.md'), 'utf8');
  return [...guide.matchAll(/^```(\w+) ?(.*)\n([^]*?)^```$/gm)].map(
    ([, language, file, text]) => ({ language, file, text }),
  );
}

const DATABASE = 'portal-install';
const OWNER = 'group:default/acme-team';

let folder: string;
let portal: Portal | undefined;

before(async () => {
  await bareLab('lab-install');
  await rm(join(stateDir, DATABASE), { recursive: true, force: true });
  folder = await mkdtemp(join(tmpdir(), 'threewalls-install-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});

after(async () => {
  await portal?.stop();
  await labReset();
  if (folder) await rm(folder, { recursive: true });
});

/** As an administrator of the cluster and of Vault has it. */
async function administrator(): Promise<NodeJS.ProcessEnv> {
  const paths = labPaths();
  const { rootToken } = JSON.parse(await readFile(paths.vaultInit, 'utf8'));
  const programs = [paths.binDir, dirname(await buildHelm())];
  return {
    PATH: [...programs, process.env.PATH].join(':'),
    HOME: folder,
    KUBECONFIG: paths.adminKubeconfig,
    VAULT_ADDR: endpoints(paths).vault,
    VAULT_TOKEN: rootToken,
  };
}

async function shell(script: string): Promise<void> {
  const options = ['--norc', '-euo', 'pipefail', '-c', script];
  const env = await administrator();
  await run('bash', options, { cwd: folder, env }).catch(error => {
    throw new Error(`${script}\nended with: ${error.stderr || error}`);
  });
}

/** Does what a block says. */
async function follow({ language, file, text }: Block): Promise<void> {
  if (language === 'sh') {
    await shell(text);
  } else if (language === 'ts') {
    // In the portal of this repository, which takes the place of another one.
    const source = await readFile(join(root, file), 'utf8');
    for (const statement of text.trim().split(/(?<=;)\n/)) {
      assert.ok(source.includes(statement), `${file} lacks ${statement}`);
    }
  } else if (file) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

/** Starts the portal with files of the guide after its own config. */
async function start(files: string[]): Promise<Portal> {
  await portal?.stop();
  const paths = labPaths();
  // The organisation of the test, in which somebody is to own a tenant.
  const own = parse(await readFile(join(root, 'app-config.yaml'), 'utf8'));
  const templates = parse(
    await readFile(join(folder, 'app-config.templates.yaml'), 'utf8'),
  );
  templates.catalog.locations.push(own.catalog.locations[0]);
  // What is this cluster's and nobody else's: its image and its only node.
  const cluster = { n8n: { image: IMAGES.n8n }, overcommit: true };
  await writeFile(
    join(folder, 'app-config.test.yaml'),
    stringify({ ...templates, tenants: cluster }),
  );
  const env = await administrator();
  const accessor = join(folder, 'portal', 'vault-accessor');
  portal = await Portal.start({
    port: 7137,
    configs: [...files, 'app-config.test.yaml'].map(file =>
      relative(root, join(folder, file)),
    ),
    database: DATABASE,
    env: {
      KUBERNETES_URL: endpoints(paths).api,
      VAULT_ADDR: env.VAULT_ADDR,
      VAULT_IN_CLUSTER,
      PORTAL_FILES: join(folder, 'portal'),
      CLUSTER_CIDR: '198.18.0.0/15',
      VAULT_ACCESSOR: (await readFile(accessor, 'utf8').catch(() => '')).trim(),
    },
  });
  return portal;
}

/** Orders a tenant by the form's template, and hands back what its walls are. */
async function order(by: Portal, name: string): Promise<string[]> {
  await by.untilAnswer<{ status: string; warnings: unknown[] }>(
    '/api/tenants/health',
    60,
    ({ status }) => status === 'ok',
  );
  await runTemplate(by, 'create-tenant', { name, owner: OWNER, size: 'small' });
  const { verdicts } = await prove(by, name);
  return verdicts.map(v => `${v.wall} ${v.status}: ${v.summary}`);
}

const HOLDS = [/^network holds: /, /^secret holds: /, /^resource holds: /];

function assertHold(walls: string[]): void {
  assert.equal(walls.length, HOLDS.length);
  for (const wall of HOLDS) {
    assert.ok(
      walls.some(said => wall.test(said)),
      walls.join('\n'),
    );
  }
}

test('the guide ends with a tenant that is proved', async t => {
  const all = await blocks();
  const templated = all.findIndex(({ text }) => text.includes('ACCESSOR='));
  assert.ok(templated > 0);

  await t.test('a policy for each tenant', async () => {
    for (const block of all.slice(0, templated)) await follow(block);
    const by = await start(['app-config.tenants.yaml']);
    assertHold(await order(by, 'acme'));
    // It has tried by itself that it is confined.
    const { warnings } = await by.call('GET', '/api/tenants/health');
    assert.deepEqual(warnings, []);
    const kubectl = 'kubectl get namespace --output name';
    const env = await administrator();
    const { stdout } = await run('bash', ['-c', kubectl], { env });
    for (const name of ['canary', 'ram', 'acme']) {
      assert.match(stdout, new RegExp(`^namespace/web-tenant-${name}$`, 'm'));
    }
  });

  await t.test('one policy for all tenants', async () => {
    for (const block of all.slice(templated)) await follow(block);
    const by = await start([
      'app-config.tenants.yaml',
      'app-config.templated.yaml',
    ]);
    assertHold(await order(by, 'globex'));
  });
});
