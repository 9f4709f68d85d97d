import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endpoints, IMAGES, labPaths } from '../packages/lab/src/index.ts';
import { npmStart } from './lib/npmStart.ts';

// What people type, from npm to the exit code, on the lab as a cluster of their own.

const run = promisify(execFile);
const paths = labPaths();
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'threewalls-start-'));
});

after(() => rm(folder, { recursive: true, force: true }));

/** A token of Vault with the portal's policy, in a file. */
async function vaultToken(): Promise<string> {
  const { rootToken } = JSON.parse(await readFile(paths.vaultInit, 'utf8'));
  const { stdout } = await run(
    join(paths.binDir, 'vault'),
    ['token', 'create', '-policy=threewalls-portal', '-field=token'],
    { env: { VAULT_ADDR: endpoints(paths).vault, VAULT_TOKEN: rootToken } },
  );
  const file = join(folder, 'token');
  await writeFile(file, stdout);
  return file;
}

const own = (kubeconfig: string, token: string) => [
  ...['--port', '7118', '--kubeconfig', kubeconfig, '--network', 'cilium'],
  ...['--vault', endpoints(paths).vault, '--vault-token', token],
  ...['--vault-for-pods', 'http://sys-vault.sys-vault.svc:8200'],
  ...['--n8n-image', IMAGES.n8n],
  // Those that the lab has from the portal before.
  '--adopt',
];

test('a cluster of your own is proved, and Ctrl-C sent to npm alone ends it with 0', async () => {
  const kubeconfig = join(paths.portalDir, 'kubeconfig');
  const { code, output } = await npmStart(
    own(kubeconfig, await vaultToken()),
    /Ctrl-C stops it/,
  );
  assert.equal(output.match(/^ {2}\w+ +holds /gm)?.length, 6, output);
  assert.equal(code, 0, output);
});

test('Ctrl-C sent to npm alone while the portal starts leaves no process behind', async () => {
  const kubeconfig = join(paths.portalDir, 'kubeconfig');
  const { code, output } = await npmStart(
    own(kubeconfig, await vaultToken()),
    /Front end/,
    2_000,
  );
  assert.equal(code, 130, output);
  // One that is told to stop while it starts may take a while.
  const deadline = Date.now() + 20_000;
  while ((await portalsAt(7118)).length > 0 && Date.now() < deadline) {
    await sleep(250);
  }
  assert.deepEqual(await portalsAt(7118), []);
});

/** Ids of processes that were told to listen on a port. */
async function portalsAt(port: number): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    const env = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (env.includes(`APP_CONFIG_backend_listen_port=${port}`)) {
      found.push(pid);
    }
  }
  return found;
}

test('an option that makes no sense is refused before anything begins', async () => {
  for (const [args, said] of [
    [['--nonsense'], /see npm start -- --help/i],
    [['--port', 'x'], /is not a port number/],
    [['--kubeconfig', join(folder, 'none')], /no such file/],
    [['--context', 'x'], /--context is for your own cluster/],
    [['--adopt'], /--adopt is for your own cluster/],
    [['--install'], /need --context NAME/],
    [['--install', '--context', 'x', '--vault', 'y'], /leave out --vault/],
    [['--uninstall', '--context', 'no-such'], /no context no-such/],
  ] as const) {
    const { code, output } = await npmStart([...args], /^never$/);
    assert.notEqual(code, 0);
    assert.match(output, said);
  }
});

if (process.env.THREEWALLS_FULL) {
  test('where the cluster gives no answer the portal stays up, and the last lines say how to go on', async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    const text = await readFile(join(paths.portalDir, 'kubeconfig'), 'utf8');
    const nobody = text.replace(endpoints(paths).api, 'https://127.0.0.1:9');
    await writeFile(kubeconfig, nobody);
    const { code, output } = await npmStart(
      own(kubeconfig, await vaultToken()),
      /To go on where this stopped/,
    );
    assert.match(output, /^✗ /m);
    assert.match(output, /Away: cluster default: .*can't be reached/);
    assert.match(output, /The portal is up at http:\/\/localhost:7118/);
    assert.equal(code, 1, output);
  });
}
