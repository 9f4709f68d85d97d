import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HandMade, makeByHand } from './__testUtils__/handMade';
import {
  allowAll,
  PLANTED,
  startTenantsBackend,
} from './__testUtils__/startTenantsBackend';

jest.setTimeout(60_000);

let t: Awaited<ReturnType<typeof startTenantsBackend>>;

beforeEach(async () => {
  t = await startTenantsBackend({
    n8n: { image: 'docker.n8n.io/n8nio/n8n:2.41.1' },
  });
});

afterEach(() => t.stop());

const from = { namespace: 'n8n-acme', deployment: 'acme-n8n-main' };
const THEIRS = '/api/v1/namespaces/n8n-acme';
const OWN = '/api/v1/namespaces/web-tenant-acme';
const ENTRY = '/v1/secret/metadata/web-tenant-acme';

const handMade = (change?: (objects: HandMade) => void) =>
  makeByHand(t.lab, change);
const preview = async (over: object = {}) =>
  (await t.api('post', '/plans', { ...t.spec('acme'), from, ...over })).body;
const apply = () =>
  t.run('acme', { kind: 'apply', spec: t.spec('acme'), from });

describe('a hand-made n8n', () => {
  it('is previewed and adopted step by step', async () => {
    const { deployment, volume } = handMade();
    const first = await preview();
    expect(first.refusal).toBeUndefined();
    expect(first.adoption.notes.join()).toMatch(/Not taken over: WEBHOOK_URL/);
    expect(JSON.stringify(first)).not.toContain(PLANTED.vaultSecret);
    const { steps } = first.adoption;
    expect(steps.map((step: any) => step.done)).toEqual(Array(4).fill(false));
    expect((await apply()).error).toMatch(/copy n8n's key/);

    t.lab.objects.set(ENTRY, {
      current_version: 1,
      versions: { 1: { deletion_time: '', destroyed: false } },
    });
    expect((await apply()).error).toMatch(/stop n8n in n8n-acme/);
    expect(t.lab.writes).toEqual([]);

    deployment.spec.replicas = 0;
    volume.spec.persistentVolumeReclaimPolicy = 'Retain';
    volume.spec.claimRef = { namespace: 'web-tenant-acme', name: 'n8n-data' };
    t.lab.objects.set(OWN, {
      kind: 'Namespace',
      metadata: {
        name: 'web-tenant-acme',
        uid: 'own-1',
        labels: { 'threewalls.io/adopt': 'true' },
      },
    });
    t.lab.objects.set(`${OWN}/persistentvolumeclaims/n8n-data`, {
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'n8n-data' },
      spec: { volumeName: 'pv-1' },
      status: { phase: 'Bound' },
    });
    // Its last pod writes to the volume still.
    expect((await apply()).error).toMatch(/stop n8n in n8n-acme/);
    t.lab.objects.delete(`${THEIRS}/pods/acme-1`);
    expect(await apply()).toMatchObject({ state: 'succeeded', uid: 'own-1' });
    expect((await preview()).adoption.steps.map((s: any) => s.done)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    // No new key, and nothing but what was there is written to what is not the tenant's.
    const written = t.lab.writes.map(({ path }) => path);
    expect(
      written.filter(path => /\/data\/|namespaces\/n8n-acme|pv-1/.test(path)),
    ).toEqual([]);
  });

  it('gives a shell nothing to run that was written into its objects', async () => {
    const bad = `n8n'; echo bad-$((1+1)); echo ':2.30.0`;
    handMade(o => {
      o.n8n.image = bad;
      o.volume.metadata.annotations = { 'threewalls.io/reclaim-policy': bad };
      o.deployment.metadata.annotations = { 'threewalls.io/replicas': bad };
    });
    const { steps, undo } = (await preview()).adoption;
    for (const script of [...steps.map((s: any) => s.script ?? ''), undo]) {
      const fakes = 'said() { printf "%s\\n" "$@"; cat; }';
      const names = 'kubectl() { said "$@"; }; vault() { said "$@"; }';
      const { stdout } = await promisify(execFile)('bash', [
        '-c',
        `exec < /dev/null; ${fakes}; ${names}\n${script}`,
      ]).catch(error => error);
      expect(stdout).not.toMatch(/^bad-2$/m);
    }
  });

  it.each<[string, (objects: HandMade) => void, RegExp]>([
    [
      'newer',
      o => {
        o.n8n.image = 'n8nio/n8n:2.42.0@sha256:abc';
      },
      /runs n8n 2.42.0, the tenant would run 2.41.1/,
    ],
    [
      'on PostgreSQL',
      o => o.n8n.env.push({ name: 'DB_TYPE', value: 'postgresdb' }),
      /sets DB_TYPE/,
    ],
    [
      'in queue mode',
      o => o.n8n.env.push({ name: 'EXECUTIONS_MODE', value: 'queue' }),
      /sets EXECUTIONS_MODE/,
    ],
    [
      'without a claim',
      o => {
        o.pod.volumes = [{ name: 'data', emptyDir: {} }];
      },
      /data in 0 claims/,
    ],
    [
      'on several claims',
      o =>
        o.pod.volumes.push({
          name: 'files',
          persistentVolumeClaim: { claimName: 'files' },
        }),
      /in 2 claims \(acme-n8n, files\)/,
    ],
    [
      'with its home as volume',
      o => {
        o.n8n.volumeMounts[0].mountPath = '/home/node';
      },
      /not all of claim acme-n8n at \/home\/node\/.n8n/,
    ],
    [
      'on part of its volume',
      o => {
        o.n8n.volumeMounts[0].subPath = 'n8n';
      },
      /not all of claim/,
    ],
    [
      'whose volume is another’s',
      o => {
        o.volume.spec.claimRef.namespace = 'x';
      },
      /no volume of its own/,
    ],
    [
      'that is a tenant’s',
      o => {
        o.deployment.metadata.labels = { 'threewalls.io/tenant': 'x' };
      },
      /is a tenant's already/,
    ],
    [
      'that is not there',
      o => {
        o.deployment.metadata.name = 'other';
      },
      /There is no Deployment acme-n8n-main in n8n-acme/,
    ],
    [
      'in the place of something else',
      () => {
        t.lab.objects.set(OWN, { metadata: { name: 'web-tenant-acme' } });
      },
      /web-tenant-acme is there, with something else in it/,
    ],
    [
      'in the place of a tenant',
      () => {
        const labels = { 'threewalls.io/tenant': 'acme' };
        const name = 'n8n-data';
        t.lab.objects.set(OWN, {
          metadata: { name: 'web-tenant-acme', labels },
        });
        t.lab.objects.set(`${OWN}/persistentvolumeclaims/${name}`, {
          metadata: { name },
          spec: { volumeName: 'pv-2' },
        });
      },
      /with a volume of its own in it/,
    ],
    [
      'under a name that has an entry',
      () => {
        t.lab.objects.set(ENTRY, {
          custom_metadata: { 'threewalls-namespace-uid': 'x' },
        });
      },
      /is another namespace's \(UID x\)/,
    ],
  ])('%s is not adopted', async (_, change, said) => {
    handMade(change);
    expect((await preview()).refusal).toMatch(said);
    expect((await apply()).error).toMatch(said);
    expect(t.lab.writes).toEqual([]);
  });

  it('is an administrator’s to adopt, by names that a shell takes for such, and never with a new key', async () => {
    handMade();
    const start = (over: object) =>
      t.api('post', '/tenants/acme/operations', {
        kind: 'apply',
        spec: t.spec('acme'),
        from,
        ...over,
      });
    const bad = { from: { ...from, deployment: 'a; rm -rf /' } };
    expect((await start(bad)).status).toBe(400);
    expect((await preview(bad)).error.name).toBe('InputError');
    expect((await start({ beginAnew: true })).status).toBe(400);
    allowAll(t.permissions, 'tenant.administer');
    expect((await start({})).status).toBe(403);
    expect((await preview()).error.name).toBe('NotAllowedError');
  });
});
