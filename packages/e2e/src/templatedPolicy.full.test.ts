import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  applyPlan,
  Cluster,
  ensureCanary,
  Platform,
  proveTenants,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import {
  adminLab,
  labConfig,
  labOf,
  portalAccess,
  tokenOf,
  VAULT_ADDR,
} from './support/lab';
import { changesOf, removePlan, resourcesOf, written } from './support/plans';
import { openLab, planSmallTenant } from './wallsLab';

jest.setTimeout(240_000);

const SUFFIX = String(process.pid);
const POLICY = `threewalls-tenant-${SUFFIX}`;
const PORTAL_POLICY = `threewalls-portal-${SUFFIX}`;
const FIXED = `sys/policies/acl/${POLICY}`;
const PORTALS = `sys/policies/acl/${PORTAL_POLICY}`;
const NAME = `t-templated-${SUFFIX}`;
/** A neighbour whose name begins like its own. */
const TWIN = `${NAME}-x`;

const deployed = (file: string) =>
  readFileSync(resolve(__dirname, '../../../deploy/vault', file), 'utf8');

describe('One templated Vault policy, on the lab', () => {
  const lab = openLab();
  const { admin, vaultAdmin } = lab;
  const folder = mkdtempSync(join(tmpdir(), 'threewalls-'));
  let platform: Platform;
  let cluster: Cluster;
  let accessor: string;
  const plans = (): [TenantPlan, TenantPlan] => [
    planSmallTenant(NAME, platform),
    planSmallTenant(TWIN, platform),
  ];

  const installPolicy = () =>
    vaultAdmin.expect('PUT', FIXED, {
      policy: deployed('threewalls-tenant.hcl').replaceAll(
        'ACCESSOR',
        accessor,
      ),
    });

  beforeAll(async () => {
    accessor = (await vaultAdmin.read('sys/auth'))['kubernetes/'].accessor;
    await vaultAdmin.expect('PUT', PORTALS, {
      policy: deployed('threewalls-portal-templated.hcl').replaceAll(
        'threewalls-tenant',
        POLICY,
      ),
    });
    const tokenFile = join(folder, 'token');
    const { client_token: token } = await adminLab().vault.expect(
      'POST',
      'auth/token/create',
      { policies: [PORTAL_POLICY], ttl: '15m' },
    );
    writeFileSync(tokenFile, token, { mode: 0o600 });
    const vault = {
      login: { tokenFile },
      policies: 'templated',
      templatedPolicy: POLICY,
      authAccessor: accessor,
    };
    ({ platform, cluster } = labOf(labConfig({ ...portalAccess, vault })));
    // The canary is everybody's: it stays as the lab has it.
    await ensureCanary(lab.cluster);
  });

  afterAll(async () => {
    try {
      for (const plan of plans()) {
        await removePlan(plan, cluster);
      }
      if (!(await vaultAdmin.read(FIXED))) {
        throw new Error("A tenant's removal took the fixed policy along");
      }
    } finally {
      await vaultAdmin.expect('DELETE', FIXED);
      await vaultAdmin.expect('DELETE', PORTALS);
      rmSync(folder, { recursive: true });
    }
  });

  it('has to be installed before a tenant can be', async () => {
    const [plan] = plans();
    await expect(applyPlan(plan, cluster)).rejects.toThrow(
      new RegExp(`Vault policy ${POLICY} is not there.*threewalls-tenant.hcl`),
    );
    await vaultAdmin.expect('PUT', FIXED, {
      policy: 'path "secret/*" { capabilities = ["read"] }',
    });
    await expect(applyPlan(plan, cluster)).rejects.toThrow(
      /is not as it has to be/,
    );
    await installPolicy();
    await Promise.all(plans().map(each => applyPlan(each, cluster)));
  });

  it('changes nothing when it is applied again', async () => {
    const [plan] = plans();
    expect(written(await applyPlan(plan, cluster))).toEqual([]);
    expect(await changesOf(plan, cluster)).toEqual([]);
  });

  it('lets a tenant read its own, and nothing of a neighbour or a twin', async () => {
    const [plan] = plans();
    const { namespace, loginServiceAccount, vaultRole, kvPath } = plan.names;
    const jwt = await tokenOf(
      admin,
      { name: loginServiceAccount, namespace },
      { audiences: ['vault'], expirationSeconds: 600 },
    );
    const vault = (path: string, init: RequestInit = {}) =>
      fetch(`${VAULT_ADDR}/v1/${path}`, init);
    const login = await vault('auth/kubernetes/login', {
      method: 'POST',
      body: JSON.stringify({ role: vaultRole, jwt }),
    });
    const { auth } = (await login.json()) as any;
    expect(auth.token_policies).toEqual([POLICY]);
    const statusOf = async (path: string) =>
      (await vault(path, { headers: { 'X-Vault-Token': auth.client_token } }))
        .status;
    const twin = plans()[1].names.kvPath;
    const answers: [string, number][] = [
      [`secret/data/${kvPath}`, 200],
      [`secret/metadata/${kvPath}`, 200],
      [`secret/subkeys/${kvPath}`, 403],
      [`secret/data/${twin}`, 403],
      [`secret/metadata/${twin}`, 403],
      ['secret/data/web-tenant-canary', 403],
      ['secret/metadata/?list=true', 403],
      [FIXED, 403],
    ];
    for (const [path, expected] of answers) {
      expect([path, await statusOf(path)]).toEqual([path, expected]);
    }
  });

  it('holds in a proof, by External Secrets too; and a policy that is widened does not', async () => {
    const tenants = plans();
    const secretWall = async () => {
      const proofs = await proveTenants({ cluster, tenants });
      const { receipts, verdicts } = proofs.get(NAME)!;
      const worst = receipts
        .filter(({ wall }) => wall === 'secret')
        .filter(({ outcome }) => outcome !== 'asExpected')
        .map(({ check, outcome }) => `${check} ${outcome}`);
      return [verdicts.find(v => v.wall === 'secret')!.status, ...worst];
    };
    expect(await secretWall()).toEqual(['holds']);
    const { policy } = await vaultAdmin.read(FIXED);
    await vaultAdmin.expect('PUT', FIXED, {
      policy: `${policy}\npath "secret/data/*" {\n  capabilities = ["read"]\n}\n`,
    });
    const [status, ...broken] = await secretWall();
    await installPolicy();
    expect(status).toBe('breached');
    expect(broken).toEqual(
      expect.arrayContaining([
        'sec.canary-data breached',
        'sec.neighbour-data breached',
        'sec.prefix-twin breached',
        'sec.as-planned breached',
        'sec.eso-neighbour breached',
      ]),
    );
  });

  it('is the only one that the portal can give', async () => {
    const [plan] = plans();
    const role = resourcesOf(plan).find(
      r => r.type === 'vault' && r.path.includes('/role/'),
    ) as any;
    const statusOf = async (path: string, body: Record<string, unknown>) =>
      (await cluster.vault.request('PUT', path, body)).status;
    // 200 where Vault has warnings, and 204 where it has none.
    expect(await statusOf(role.path, role.body)).toBeLessThan(300);
    for (const over of [
      { token_policies: ['root-like'] },
      { token_policies: [POLICY, 'root-like'] },
      { policies: ['root-like'] },
      { token_no_default_policy: false },
      { token_period: 86400 },
      { bound_service_account_namespace_selector: '{}' },
    ]) {
      expect([
        over,
        await statusOf(role.path, { ...role.body, ...over }),
      ]).toEqual([over, 403]);
    }
    for (const name of [POLICY, plan.names.vaultRole]) {
      const path = `sys/policies/acl/${name}`;
      expect([path, await statusOf(path, { policy: '' })]).toEqual([path, 403]);
    }
  });
});
