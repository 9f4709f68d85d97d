import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyPlan,
  listTenants,
  planTenant,
  removeTenant,
  tenantNames,
} from '@threewalls/backstage-plugin-tenants-node';
import { adminLab, portalLab, refOf, testSpec, volumeOf } from './support/lab';
import { loginUid, NOTHING, remainsOf } from './support/remains';

jest.setTimeout(240_000);

const NAME = `t-offboard-${process.pid}`;
// What becomes of n8n is not the matter here: a small server stands in for it. Its
// volume is the test's own, since the lab takes its own ones back by itself.
const { platform, cluster } = portalLab({
  n8n: { image: 'threewalls.local/agnhost:1.37.2', storageClass: NAME },
});
const admin = adminLab();
const FOLDER = join(tmpdir(), NAME);
const volume = volumeOf(NAME, NAME, FOLDER, {
  persistentVolumeReclaimPolicy: 'Retain',
});
const spec = testSpec(NAME);
const plan = planTenant(spec, platform);
const names = tenantNames(NAME, spec.owner, platform);
const remove = (keepData = false) =>
  removeTenant({ name: NAME, names }, cluster, { confirm: NAME, keepData });

const POLICY = `sys/policies/acl/${names.vaultPolicy}`;
const ROLE = `auth/kubernetes/role/${names.vaultRole}`;
const ENTRY = `secret/metadata/${names.kvPath}`;

const CLAIM = refOf('PersistentVolumeClaim', 'n8n-data', names.namespace);
const claimUid = async () => (await admin.kubernetes.get(CLAIM))?.metadata.uid;
const seededAt = async () => (await admin.vault.read(ENTRY)).created_time;
const listed = async () =>
  (await listTenants(cluster, platform)).tenants.filter(
    ({ name }) => name === NAME,
  ).length;

/** All of the tenant up to its Secret, and n8n's objects without waiting for it. */
async function create() {
  await applyPlan(plan, cluster, {
    stages: ['namespace', 'walls', 'identity', 'store', 'secret'],
  });
  await applyPlan(plan, cluster, { stages: ['workload'], wait: false });
}

beforeAll(async () => {
  await admin.kubernetes.create(volume);
});

afterAll(async () => {
  await remove();
  await admin.kubernetes.delete(refOf('PersistentVolume', NAME));
  rmSync(FOLDER, { recursive: true, force: true });
});

describe('a tenant that is offboarded', () => {
  let uid: string;
  let claim: unknown;
  let seeded: unknown;

  beforeAll(async () => {
    await create();
    uid = await loginUid(names, admin);
    claim = await claimUid();
    seeded = await seededAt();
  });

  it('has everything that is looked for', async () => {
    expect(await remainsOf(names, uid, admin)).toEqual({
      namespace: true,
      objects: expect.arrayContaining([
        'persistentvolumeclaims n8n-data',
        'secrets n8n',
        'deployments n8n',
      ]),
      vault: [POLICY, ROLE, ENTRY],
      entity: true,
      volumes: [expect.any(String)],
    });
    expect(await listed()).toBe(1);
  });

  it('keeps its data where that is asked, its walls, and no way into Vault', async () => {
    await remove(true);
    const { objects, ...remains } = await remainsOf(names, uid, admin);
    expect(remains).toEqual({
      namespace: true,
      vault: [ENTRY],
      entity: false,
      volumes: [expect.any(String)],
    });
    expect(objects.map(object => object.split(' ')[0])).toEqual([
      'persistentvolumeclaims',
      'resourcequotas',
      'resourcequotas',
      'resourcequotas',
      'ciliumnetworkpolicies',
      'networkpolicies',
    ]);
    expect(await listed()).toBe(0);
  });

  it('hands its data to no other owner', async () => {
    const theirs = planTenant(
      { ...spec, owner: 'group:default/acme-team' },
      platform,
    );
    await expect(applyPlan(theirs, cluster)).rejects.toThrow(
      /of a tenant .* that group:default\/guests owns: choose another name/,
    );
  });

  it('comes back with its data when it is created again', async () => {
    await create();
    expect(await claimUid()).toBe(claim);
    expect(await seededAt()).toBe(seeded);
    expect(await listed()).toBe(1);
  });

  it('leaves nothing behind but a volume that is retained, which is named', async () => {
    uid = await loginUid(names, admin);
    expect((await remainsOf(names, uid, admin)).entity).toBe(true);
    const { kept } = await remove();
    expect(kept).toEqual([
      expect.stringMatching(
        `^PersistentVolume ${NAME} of claim n8n-data: its reclaim policy is Retain, its phase Released`,
      ),
    ]);
    // Also where its namespace is gone, whoever has deleted it.
    expect((await remove()).kept).toEqual(kept);
    expect(await remainsOf(names, uid, admin)).toEqual(NOTHING);
  });
});
