import {
  applyPlan,
  ApplyResult,
  objectPath,
  planTenant,
  removeTenant,
  tenantNames,
  tryConfinement,
} from '@threewalls/backstage-plugin-tenants-node';
import { itInFull } from './support/full';
import { auditEnd, vaultWrites, versions } from './support/evidence';
import {
  adminLab,
  bindingOf,
  merge,
  objectOf,
  PORTAL,
  portalLab,
  refOf,
  testSpec,
} from './support/lab';
import { changesOf, removePlan, written } from './support/plans';
import { loginUid, NOTHING, remainsOf } from './support/remains';

jest.setTimeout(240_000);

const { platform, cluster } = portalLab();
const admin = adminLab();
const NAME = `t-engine-${process.pid}`;
const spec = testSpec(NAME);
const names = tenantNames(NAME, spec.owner, platform);
const QUOTA = refOf('ResourceQuota', 'tenant-quota', names.namespace);

const sent = () => cluster.kubernetes.requests + cluster.vault.requests;

afterAll(async () => {
  await removePlan({ spec, names }, cluster);
});

describe('a tenant on the lab', () => {
  it('is created end to end with the portal’s own rights', async () => {
    const results: ApplyResult[] = [];
    const plan = planTenant(spec, platform);
    await applyPlan(plan, cluster, { onResult: r => results.push(r) });
    const applied = results.filter(r => r.result !== 'ready');
    expect(applied.map(r => r.result)).toEqual(applied.map(() => 'created'));
    expect(results.filter(r => r.result === 'ready').map(r => r.id)).toEqual([
      'SecretStore vault to be Ready',
      'ExternalSecret n8n to be synced',
      'Deployment n8n to be available',
    ]);
  });

  it('changes nothing when it is applied again', async () => {
    const plan = planTenant(spec, platform);
    const [before, auditBefore] = [await versions(plan, admin), auditEnd()];
    const sentBefore = sent();
    const results = await applyPlan(plan, cluster);
    // A look and an apply for each of 16 objects, a look alone at the volume and
    // at three things in Vault, and one at each of three waits.
    expect(sent() - sentBefore).toBe(39);
    expect(written(results)).toEqual([]);
    expect(await versions(plan, admin)).toEqual(before);
    expect(vaultWrites(names, auditBefore)).toEqual([]);
    expect(await changesOf(plan, cluster)).toEqual([]);
  });

  it('is restored where it was changed, and the diff says where', async () => {
    const plan = planTenant(spec, platform);
    await merge(admin.kubernetes, objectPath(QUOTA), {
      spec: { hard: { pods: '100' } },
    });
    const [drift] = await changesOf(plan, cluster);
    expect(drift).toMatchObject({
      id: 'ResourceQuota tenant-quota',
      fields: [{ field: 'spec.hard.pods', live: '100', planned: '10' }],
    });
    const results = await applyPlan(plan, cluster, {
      stages: ['walls'],
      adopt: true,
    });
    expect(results.filter(r => r.result === 'updated').map(r => r.id)).toEqual([
      'ResourceQuota tenant-quota',
    ]);
  });

  itInFull('is resized up and down', async () => {
    for (const [size, pods] of [
      ['medium', '20'],
      ['small', '10'],
    ]) {
      const plan = planTenant({ ...spec, size }, platform);
      await applyPlan(plan, cluster);
      const quota = await admin.kubernetes.get<any>(QUOTA);
      expect(quota!.spec.hard.pods).toBe(pods);
    }
  });

  it('leaves nothing behind when it is removed', async () => {
    await expect(
      removeTenant({ name: NAME, names }, cluster, { confirm: 'another' }),
    ).rejects.toThrow(/type its name again/);
    const uid = await loginUid(names, admin);
    await removePlan({ spec, names }, cluster);
    expect(await remainsOf(names, uid, admin)).toEqual(NOTHING);
  });
});

describe('the portal’s own rights', () => {
  const kubernetes = cluster.kubernetes;

  const SYSTEM = '/api/v1/namespaces/kube-system';
  const OTHER = 'sys/policies/acl/other';

  it.each([
    ['list Secrets', 'GET', '/api/v1/secrets'],
    ['read a Secret of External Secrets', 'GET', `${SYSTEM}/secrets`],
    // It hears of pods everywhere, and of nothing that they are given or say.
    ['list ConfigMaps outside tenants', 'GET', `${SYSTEM}/configmaps`],
    ['read a log outside tenants', 'GET', `${SYSTEM}/pods/any/log`],
    ['create a pod outside tenants', 'POST', `${SYSTEM}/pods`],
    ['mint a token', 'POST', `${SYSTEM}/serviceaccounts/default/token`],
  ] as const)('do not let it %s', async (_, method, path) => {
    const { status } = await kubernetes.request({
      method,
      path,
      ...(method === 'POST' && { body: {} }),
    });
    expect(status).toBe(403);
  });

  it('do not let it touch a namespace without the prefix, or one of another’s', async () => {
    const labels = {
      'app.kubernetes.io/managed-by': 'threewalls',
      'pod-security.kubernetes.io/enforce': 'restricted',
    };
    const namespace = (name: string) => objectOf('Namespace', { name, labels });
    const outside = await kubernetes.create<any>(namespace('elsewhere'), {
      dryRun: true,
    });
    expect(outside).toMatchObject({ status: 422 });
    expect(outside.body.message).toMatch(/begin with web-tenant-/);
    const theirs = await kubernetes.apply<any>(namespace('kube-system'), {
      dryRun: true,
      force: true,
    });
    expect(theirs.status).toBe(422);
  });

  it('do not let it bind another role, nor one of its three elsewhere', async () => {
    const bind = (namespace: string, role: string) =>
      kubernetes.create<any>(bindingOf('x', role, PORTAL, namespace), {
        dryRun: true,
      });
    const wide = await bind('default', 'cluster-admin');
    expect(wide.status).toBe(403);
    const own = 'threewalls-portal-in-tenant';
    const elsewhere = await bind('kube-system', own);
    expect(elsewhere.status).toBe(422);
    expect(elsewhere.body.message).toMatch(/only in tenants/);
  });

  it('are found to be in force by the portal itself', async () => {
    expect(await tryConfinement(cluster)).toEqual([]);
    // An administrator is held by none of it.
    expect(await tryConfinement(admin)).toHaveLength(4);
    const naming = { namespacePrefix: 'other-tenant-' };
    const { cluster: other } = portalLab({ naming });
    expect(await tryConfinement(other)).toEqual([
      'may make no namespaces that begin with other-tenant-',
    ]);
  });

  it.each([
    ['read a value', 'GET', 'secret/data/web-tenant-canary', undefined],
    ['write a policy of another name', 'PUT', OTHER, { policy: '' }],
    ['write a role of another name', 'PUT', 'auth/kubernetes/role/other', {}],
    ['mint a token', 'POST', 'auth/token/create', {}],
    ['list the entries', 'LIST', 'secret/metadata', undefined],
  ] as const)('in Vault do not let it %s', async (_, method, path, body) => {
    const { status, errors } = await cluster.vault.request(method, path, body);
    expect(status).toBe(403);
    expect(errors.join()).toMatch(/permission denied/);
  });
});
