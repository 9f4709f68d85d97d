import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { labPaths, labReset, labUp } from '../packages/lab/src/index.ts';
import { Portal } from './lib/portal.ts';
import { stateDir } from './lib/run.ts';
import { runTemplate, TENANTS } from './lib/tenants.ts';

// The order that everybody has who starts this for the first time: the portal is
// there long before there is a cluster, a kubeconfig or a login to Vault, and
// tenants are ordered in the second in which these appear. Binaries may have been
// built before; data, credentials and images in the node are new.

const DATABASE = 'first-start';
/** Seconds in which every part of the portal has to notice that a cluster is there. */
const NOTICED_S = 2;

interface Health {
  status: string;
  problems: { part: string }[];
}

let portal: Portal;

before(async () => {
  await labReset();
  await rm(join(stateDir, DATABASE), { recursive: true, force: true });
  portal = await Portal.start({
    port: 7117,
    configs: ['app-config.lab.yaml'],
    database: DATABASE,
    env: { THREEWALLS_LAB_STATE: labPaths().state },
  });
});

after(() => portal?.stop());

test('tenants that are ordered as soon as the first cluster is there hold', async () => {
  await portal.untilAnswer<Health>(
    '/api/tenants/health',
    30,
    ({ problems }) => problems.length === 2,
  );
  // As an open page does: whoever remembers that the cluster is away, and waits
  // longer each time, has reason to.
  const page = setInterval(() => {
    for (const path of ['tenants', 'health']) {
      portal.request('GET', `/api/tenants/${path}`).catch(() => {});
    }
  }, 1000);
  await labUp().finally(() => clearInterval(page));

  await portal.untilAnswer<Health>(
    '/api/tenants/health',
    NOTICED_S,
    ({ status }) => status === 'ok',
  );
  const orders = TENANTS.map(tenant =>
    runTemplate(portal, 'create-tenant', { ...tenant, size: 'small' }),
  );
  await Promise.all([...orders, ...TENANTS.map(({ name }) => isListed(name))]);

  const { items } = await portal.call('GET', '/api/tenants/tenants');
  const walls = items.flatMap((tenant: any) =>
    tenant.walls.map((w: any) => `${tenant.name} ${w.wall} ${w.status}`),
  );
  assert.deepEqual(
    walls.sort(),
    TENANTS.flatMap(({ name }) =>
      ['network', 'resource', 'secret'].map(wall => `${name} ${wall} holds`),
    ),
  );
});

/** A tenant that can be looked up has to be listed, and in the catalog. */
async function isListed(name: string): Promise<void> {
  await portal.until(`/api/tenants/tenants/${name}`, 30);
  await portal.untilAnswer<{ items: { name: string }[] }>(
    '/api/tenants/tenants',
    NOTICED_S,
    ({ items }) => items.some(tenant => tenant.name === name),
  );
  // The catalog processes an entity in its own time after it has been provided.
  const path = `/api/catalog/entities/by-name/resource/default/${name}`;
  await portal.until(path, 5 * NOTICED_S);
}
