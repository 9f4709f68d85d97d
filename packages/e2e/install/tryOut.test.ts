import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  labPaths,
  labReset,
  nodeCommand,
  PUBLIC_CRDS,
} from '../../lab/src/index.ts';
import { npmStart } from '../../../scripts/lib/npmStart.ts';
import { stateDir } from '../../../scripts/lib/run.ts';
import { kubectl } from '../journey/lab.ts';
import { bareLab, namePublicly } from './bareLab.ts';

// `npm start -- --context … --install` as somebody types it who has a cluster and
// nothing else. Images are on the node under their public names, and External
// Secrets' definitions where they are kept once downloaded: the download alone is
// not tried.

const run = promisify(execFile);

before(async () => {
  await bareLab('lab-try-out', 'cluster');
  await namePublicly();
  await keepDefinitions();
});

after(() => labReset());

async function keepDefinitions(): Promise<void> {
  const { sha256 } = PUBLIC_CRDS;
  const kept = join(stateDir, 'downloads');
  await rm(kept, { recursive: true, force: true });
  await mkdir(kept, { recursive: true });
  for (const file of globSync(join(labPaths().cache, 'bin/*/crds.yaml'))) {
    const digest = createHash('sha256').update(await readFile(file));
    if (digest.digest('hex') === sha256) {
      await copyFile(file, join(kept, `${sha256}.yaml`));
      return;
    }
  }
  assert.fail('no definitions of the lab have the digest that is public');
}

/** Until its last line, which is the same where it failed. */
const type = (args: string[], until = /Ctrl-C stops it/) =>
  npmStart(
    [
      ...['--port', '7138', '--kubeconfig', labPaths().adminKubeconfig],
      ...['--context', 'lab', ...args],
    ],
    until,
  );

const LOST = /✗ Vault has restarted.*--install --fresh/;
const VAULTS_POD = ['pod', 'vault-0', '--namespace', 'threewalls-vault'];

/** Whether the portal is there. */
const answers = () =>
  fetch('http://127.0.0.1:7138/.backstage/health/v1/readiness').then(
    ({ ok }) => ok,
    () => false,
  );

/** What took how long. */
const board = (output: string) => output.split('\n\n')[0];

const vaultsTokens = async () => {
  const secret = ['get', 'secret', 'vault', '--namespace', 'threewalls-vault'];
  const { data } = JSON.parse(await kubectl(...secret, '--output', 'json'));
  return Object.values<string>(data).map(v =>
    Buffer.from(v, 'base64').toString(),
  );
};

test('a cluster with nothing in it ends with two tenants that are proved', async t => {
  let known: string[] = [];

  await t.test('the first time', async () => {
    const { code, output } = await type(['--install']);
    assert.equal(output.match(/^ {2}\w+ +holds /gm)?.length, 6, output);
    assert.equal(code, 0, output);
    known = await vaultsTokens();
    assert.equal(known.length, 2);
    for (const token of known) assert.ok(!output.includes(token));
    t.diagnostic(board(output));
  });

  await t.test('the token in the log of Vault is of no use', async () => {
    const pod = ['--namespace', 'threewalls-vault', 'vault-0'];
    const log = await kubectl('logs', ...pod);
    const [, inLog] = /Root Token: (\S+)/.exec(log)!;
    assert.ok(known.includes(inLog));
    const lookup = kubectl(
      ...['exec', ...pod, '--', 'sh', '-c'],
      `VAULT_ADDR=http://127.0.0.1:8200 VAULT_TOKEN=${inLog} vault-itself token lookup`,
    );
    await assert.rejects(lookup, /permission denied|invalid token/);
  });

  await t.test('once more, where all is there', async () => {
    const pods = ['get', 'pods', '--all-namespaces', '--output', 'name'];
    const running = await kubectl(...pods);
    const { code, output } = await type(['--install']);
    assert.equal(output.match(/^ {2}\w+ +holds /gm)?.length, 6, output);
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /Tenant (acme|globex)/);
    assert.equal(await kubectl(...pods), running);
    assert.deepEqual(await vaultsTokens(), known);
    t.diagnostic(board(output));
  });

  await t.test(
    'a Vault that restarts meanwhile is said to be empty',
    async () => {
      const running = type(['--install'], LOST);
      for (let i = 0; i < 200 && !(await answers()); i++) await sleep(500);
      await kubectl('delete', ...VAULTS_POD);
      assert.match((await running).output, LOST);
    },
  );

  await t.test('and so it is by the next start', async () => {
    const { code, output } = await type(['--install']);
    assert.match(output, LOST);
    assert.equal(code, 1, output);
  });

  await t.test('an image that can not be pulled is named', async () => {
    const none = 'registry.invalid/none:1';
    const { code, output } = await type([
      '--install',
      '--fresh',
      '--n8n-image',
      none,
    ]);
    assert.match(output, /✓ Removing everything from lab/);
    assert.match(
      output,
      /✗ The image registry\.invalid\/none:1 can't be pulled: .+/,
    );
    assert.equal(code, 1, output);
    t.diagnostic(output);
  });

  await t.test('--uninstall leaves nothing', async () => {
    const { code, output } = await type(['--uninstall']);
    assert.equal(code, 0, output);
    t.diagnostic(board(output));
    const all = await kubectl(
      ...['get', '--ignore-not-found', '--output', 'name'],
      'namespaces,clusterroles,clusterrolebindings,crds,priorityclasses,validatingadmissionpolicies,validatingadmissionpolicybindings',
    );
    assert.doesNotMatch(
      all,
      /threewalls|external-secrets|web-tenant|vault/,
      all,
    );
  });
});

test('a cluster that enforces no policies is found out by the first proof', async () => {
  const config = ['/var/lib/threewalls/bin/cilium-dbg', 'config'];
  const never = [...config, 'PolicyEnforcement=never'];
  const [command, ...rest] = await nodeCommand(labPaths(), never);
  await run(command, rest);
  const { code, output } = await type(['--install', '--network', 'kubernetes']);
  assert.match(output, /✗ .*network is breached/);
  assert.match(output, /Does this cluster enforce NetworkPolicies\?/);
  assert.equal(code, 1, output);
});
