import { randomBytes } from 'node:crypto';
import {
  applyPlan,
  hashPassword,
  planTenant,
  removeTenant,
  tenantNames,
} from '@threewalls/backstage-plugin-tenants-node';
import { inNamespace, inVault, ofNamespace, Told } from './recoveryConfig';
import { tenantObjects } from './recoveryObjects';
import { RecoveryPortal } from './recoveryPortal';
import { adminLab, portalLab, testSpec } from './support/lab';
import { N8n } from './support/n8n';
import { forwardN8n } from './support/portForward';

const PORT = 7027;
const EMAIL = 'owner@example.com';
const OWNER = 'group:default/guests';
/** Planted: nothing that the portal keeps or says may hold it. */
const PASSWORD = `Pw1-${randomBytes(12).toString('hex')}`;

/** The request that has just been carried out when the portal is killed. */
const KILLS: Record<string, Told> = {
  namespace: ofNamespace('PATCH'),
  walls: inNamespace('PATCH', 'resourcequotas/tenant-quota'),
  // The entry with the first password is written, and nobody knows yet.
  identity: inVault('POST', 'data/web-'),
  store: inNamespace('PATCH', 'secretstores/vault'),
  secret: inNamespace('PATCH', 'externalsecrets/n8n'),
  workload: inNamespace('PATCH', 'deployments/n8n'),
  proof: inNamespace('POST', 'pods'),
};

/** Each tenant of the test, and where the portal is killed while it makes it. */
const ROWS: [string, Told[]][] = [
  ...Object.entries(KILLS).map(([stage, kill]): [string, Told[]] => [
    `t-rec-${stage}`,
    [kill],
  ]),
  ['t-rec-twice', [KILLS.identity, KILLS.workload]],
];

jest.setTimeout(900_000);

const { platform, cluster } = portalLab();
const admin = adminLab();
const UNDISTURBED = 't-rec-calm';
const tenants = [UNDISTURBED, ...ROWS.map(([name]) => name)];
const namesOf = (name: string) => tenantNames(name, OWNER, platform);

let portal: RecoveryPortal;
let calm: Record<string, unknown>;

const order = (name: string) =>
  portal.order(
    { name, owner: OWNER, size: 'small', email: EMAIL },
    { ownerPassword: PASSWORD },
  );

const remove = (name: string) =>
  removeTenant({ name, names: namesOf(name) }, cluster, { confirm: name });

beforeAll(async () => {
  const calmly = planTenant(
    testSpec(UNDISTURBED, { owner: OWNER, email: EMAIL }),
    platform,
  );
  const undisturbed = applyPlan(calmly, cluster, {
    seed: { ownerPasswordHash: await hashPassword(PASSWORD) },
  });
  // The portal starts meanwhile; what fails here is told when it is ready.
  undisturbed.catch(() => {});
  portal = await RecoveryPortal.start({ name: 'portal-recovery', port: PORT });
  await undisturbed;
  calm = await tenantObjects(UNDISTURBED, namesOf(UNDISTURBED), admin);
});

afterAll(async () => {
  await portal?.stop();
  await Promise.all(tenants.map(remove));
});

describe('a portal that is killed while it makes a tenant', () => {
  it.each(ROWS)('%s is made all the same, by itself', async (name, kills) => {
    const task = await order(name);
    for (const { by, request } of kills) {
      await portal.lab[by].trap(request(name), 60_000);
      await portal.kill();
      await portal.boot();
    }
    const [first] = await portal.completed(task, 120);
    expect(first.type).toBe('recovered');
    expect(await tenantObjects(name, namesOf(name), admin)).toEqual(calm);

    // The first password is that of the form, whichever run has written it.
    const { url, end } = await forwardN8n(namesOf(name).namespace);
    await N8n.signIn(url, EMAIL, PASSWORD).finally(end);
    await remove(name);
  });

  it('leaves no secret in its databases and logs', () => {
    for (const [file, text] of Object.entries(portal.written())) {
      expect([file, text.includes(PASSWORD)]).toEqual([file, false]);
    }
  });
});
