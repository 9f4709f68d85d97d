import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Adoption } from '@threewalls/backstage-plugin-tenants-common';
import { handMade } from './adoptObjects';
import { Replica, ReplicasPortal, specOf } from './replicasPortal';
import { kubectl } from './support/kubectl';
import {
  adminLab,
  create,
  IMAGES,
  labState,
  refOf,
  runLab,
  VAULT_ADDR,
  vaultKeys,
} from './support/lab';
import { echoed, N8n, webhook } from './support/n8n';
import { forwardN8n } from './support/portForward';

jest.setTimeout(600_000);

const run = promisify(execFile);
const name = `t-adopt-${process.pid}`;
/** As the official chart names what a release of this name has. */
const theirs = `n8n-${name}`;
const own = `web-tenant-${name}`;
const from = { namespace: theirs, deployment: 'acme-n8n-main' };
const spec = specOf(name);
const ENTRY = `secret/data/${own}`;
const EMAIL = 'ada@example.com';
/** Planted: nothing that the portal keeps or says may hold one of them. */
const [KEY, PASSWORD, CREDENTIAL] = ['key', 'Pw1', 'credential'].map(
  what => `${what}-${randomBytes(12).toString('hex')}`,
);
/** The lab has one n8n: a second name of it says that it is an older one. */
const OLDER = IMAGES.n8n.replace(/\d+$/, '0');
/** Of the volume on the node, which has a /tmp of its own; and of an administrator here. */
const folder = `/tmp/${name}`;

const admin = adminLab();

const onNode = (...command: string[]) => runLab('shell', ...command);
const CTR = ['ctr', '-n', 'k8s.io', 'images'];

let portal: ReplicasPortal;
let api: Replica;
const answers: unknown[] = [];
let hook: string;

async function adoption(): Promise<Adoption> {
  const preview = await api.call('POST', '/plans', { ...spec, from });
  answers.push(preview);
  return preview.adoption;
}

const done = async () => (await adoption()).steps.map(step => step.done);

/** Runs a script of the preview, as an administrator with kubectl and vault. */
async function administer(what: string): Promise<string> {
  const { steps, undo } = await adoption();
  const script =
    what === 'undo' ? undo : steps.find(s => s.id === what)?.script;
  const { stdout, stderr } = await run('bash', ['-c', script!], {
    env: {
      PATH: [join(labState, 'bin'), process.env.PATH].join(':'),
      HOME: folder,
      KUBECONFIG: join(labState, 'admin.kubeconfig'),
      VAULT_ADDR,
      VAULT_TOKEN: vaultKeys().rootToken,
    },
  });
  return stdout + stderr;
}

async function apply() {
  const operation = await api.run(name, { kind: 'apply', spec, from });
  const path = `/tenants/${name}/operations/${operation.id}/events`;
  answers.push(operation, await api.get(path).catch(() => undefined));
  return operation;
}

/** Does something with n8n of a namespace. */
async function within<T>(
  namespace: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const service = namespace === theirs ? from.deployment : 'n8n';
  const { url, end } = await forwardN8n(namespace, service);
  return work(url).finally(end);
}

const decrypts = (namespace: string) =>
  within(namespace, url => echoed(url, hook));

const get = (kind: string, object: string, namespace?: string) =>
  admin.kubernetes.get<any>(refOf(kind, object, namespace));

beforeAll(async () => {
  mkdirSync(folder);
  await onNode('install', '-d', '-o', '1000', '-g', '1000', folder);
  await onNode(...CTR, 'tag', '--force', IMAGES.n8n, OLDER);
  const objects = handMade({ theirs, name, folder, key: KEY, image: OLDER });
  for (const object of objects) {
    await create(admin.kubernetes, object);
  }
  portal = await ReplicasPortal.create();
  api = await portal.start('one');
  await kubectl(
    [
      ...['wait', '--for=condition=Available', '--timeout=300s'],
      ...['-n', theirs, `deployment/${from.deployment}`],
    ],
    { HOME: folder },
  );
  hook = await within(theirs, async url => {
    const owner = {
      email: EMAIL,
      firstName: 'Ada',
      lastName: 'L',
      password: PASSWORD,
    };
    await fetch(`${url}/rest/owner/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(owner),
    });
    return (await N8n.signIn(url, EMAIL, PASSWORD)).echo(CREDENTIAL);
  });
});

afterAll(async () => {
  await api?.remove(name).catch(() => {});
  for (const namespace of [theirs, own]) {
    await admin.kubernetes.delete(refOf('Namespace', namespace));
  }
  await admin.kubernetes.delete(refOf('PersistentVolume', name));
  await admin.vault.request('DELETE', `secret/metadata/${own}`);
  await onNode(...CTR, 'rm', OLDER);
  await onNode('rm', '-rf', folder);
  await portal?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a hand-made n8n', () => {
  it('is not adopted before its key is in Vault and its volume is the tenant’s', async () => {
    expect(await decrypts(theirs)).toBe(CREDENTIAL);
    const { problems, notes } = await adoption();
    expect(problems).toEqual([]);
    expect(notes.join('\n')).toMatch(/migrates the database/);
    expect(notes.join('\n')).toMatch(/Not taken over: .*GENERIC_TIMEZONE/);
    expect((await apply()).error).toMatch(
      /First have an administrator copy n8n's key/,
    );

    await administer('key');
    expect((await admin.vault.read(ENTRY)).data).toEqual({
      N8N_ENCRYPTION_KEY: KEY,
      N8N_INSTANCE_OWNER_EMAIL: EMAIL,
      N8N_INSTANCE_OWNER_PASSWORD_HASH: expect.stringMatching(/^\$2/),
    });
    expect(await done()).toEqual([true, false, false, false]);
    expect((await apply()).error).toMatch(
      /First have an administrator stop n8n/,
    );
    expect(await get('Namespace', own)).toBeUndefined();
    expect(await decrypts(theirs)).toBe(CREDENTIAL);
  });

  let since: string;

  it('is a tenant whose walls hold, with its credential, key and password', async () => {
    await administer('handOver');
    expect(await done()).toEqual([true, true, false, false]);
    expect(await apply()).toMatchObject({ state: 'succeeded' });
    expect(await done()).toEqual([true, true, true, false]);
    const { verdicts } = await api.run(name, { kind: 'prove' });
    expect(verdicts!.map(v => `${v.wall} ${v.status}: ${v.summary}`)).toEqual(
      ['network', 'secret', 'resource'].map(wall =>
        expect.stringMatching(`^${wall} holds`),
      ),
    );
    expect(await decrypts(own)).toBe(CREDENTIAL);
    since = await within(own, async url =>
      (await N8n.signIn(url, EMAIL, PASSWORD)).echo('made since'),
    );
    expect((await admin.vault.read(ENTRY)).data.N8N_ENCRYPTION_KEY).toBe(KEY);
  });

  it('comes back as it was', async () => {
    await expect(administer('undo')).rejects.toMatchObject({
      stderr: expect.stringMatching(/^Remove tenant .* first/m),
    });
    const { certificate } = await api.remove(name);
    expect(certificate!.kept).toEqual([
      expect.stringMatching(/policy is Retain/),
    ]);
    await administer('undo');
    expect(await decrypts(theirs)).toBe(CREDENTIAL);
    // The tenant's n8n was a newer one: the database is the one from before.
    expect(await within(theirs, url => webhook(url, since))).toMatchObject({
      code: 404,
    });
    expect(await admin.vault.read(`secret/metadata/${own}`)).toBeUndefined();
    const { spec: volume, metadata } = await get('PersistentVolume', name);
    expect(volume.persistentVolumeReclaimPolicy).toBe('Delete');
    expect(JSON.stringify(metadata)).not.toContain('threewalls.io/');
  });

  it('is adopted again, and finished', async () => {
    await administer('key');
    await administer('handOver');
    expect(await apply()).toMatchObject({ state: 'succeeded' });
    await administer('finish');
    expect(await get('Deployment', from.deployment, theirs)).toBeUndefined();
    expect(await decrypts(own)).toBe(CREDENTIAL);
    expect((await adoption()).problems[0]).toMatch(/There is no Deployment/);
    const { certificate } = await api.remove(name);
    expect(certificate).toMatchObject({
      removed: expect.arrayContaining([
        `PersistentVolume ${name} of claim n8n-data`,
      ]),
      kept: [],
    });
  });

  it('has left no secret in what the portal says and keeps', async () => {
    const { db } = portal;
    const { rows: tables } = await db.raw(
      "select table_name from information_schema.tables where table_schema = 'public'",
    );
    const rows = await Promise.all(
      tables.map((t: any) => db(t.table_name).select()),
    );
    const all = JSON.stringify([answers, rows]) + (await api.log());
    expect(all).toContain(from.deployment);
    for (const secret of [KEY, PASSWORD, CREDENTIAL, '$2a$10$', '$2b$10$']) {
      expect([secret, all.includes(secret)]).toEqual([secret, false]);
    }
  });
});
