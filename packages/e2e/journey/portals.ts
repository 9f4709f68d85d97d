import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { labPaths } from '../../lab/src/index.ts';
import { Portal } from '../../../scripts/lib/portal.ts';
import { stateDir } from '../../../scripts/lib/run.ts';
import {
  adopt,
  orphansOf,
  runTemplate,
  type Proof,
} from '../../../scripts/lib/tenants.ts';

const PORT = 7017;

/** Folder of the databases of the journey's portal; relative to `.state` */
export const DATABASE = 'portal-test';

/** The lab's portal, in which whoever signs in is the guest. */
export async function guestPortal(): Promise<Portal> {
  const portal = await start('guest');
  // Relations are stitched a moment after their entities are there, and the
  // form asks for the groups of the one who fills it in just once.
  await portal.untilAnswer(
    '/api/catalog/entities?filter=kind=group,relations.hasMember=user:default/guest',
    60,
    (groups: unknown[]) => groups.length >= 3,
  );
  return portal;
}

/**
 * The same portal, in which whoever signs in owns nothing. It takes over the
 * guest's databases: that portal has to have stopped.
 */
export function visitorPortal(): Promise<Portal> {
  return start('visitor');
}

async function start(user: string): Promise<Portal> {
  const portal = await Portal.start({
    port: PORT,
    configs: ['app-config.lab.yaml'],
    database: DATABASE,
    env: {
      THREEWALLS_LAB_STATE: labPaths().state,
      APP_CONFIG_auth_providers_guest_userEntityRef: JSON.stringify(
        `user:default/${user}`,
      ),
    },
  });
  await portal.until(`/api/catalog/entities/by-name/user/default/${user}`, 60);
  await portal.until(
    '/api/catalog/entities/by-name/template/default/create-tenant',
    60,
  );
  return portal;
}

/** Creates a tenant where there is none of this name, or adopts it. */
export async function ensureTenant(
  portal: Portal,
  tenant: { name: string; owner: string },
): Promise<void> {
  const path = `/api/tenants/tenants/${tenant.name}`;
  const [orphan] = await orphansOf(portal, [tenant.name]);
  if (orphan) {
    await adopt(portal, orphan);
  } else if ((await portal.request('GET', path)).status === 404) {
    await runTemplate(portal, 'create-tenant', { ...tenant, size: 'small' });
  }
}

/** The checks that a tenant's last proof found breached, with what they got. */
export async function breachedChecks(
  portal: Portal,
  tenant: string,
): Promise<Map<string, string>> {
  const last = await lastProofOf(portal, tenant);
  const path = `/api/tenants/tenants/${tenant}/proofs/${last}`;
  const proof = await portal.call<Proof>('GET', path);
  const breached = proof.receipts.filter(r => r.outcome === 'breached');
  return new Map(breached.map(r => [r.check, r.code]));
}

/** Id of the last proof of a tenant that has ended. */
export async function lastProofOf(
  portal: Portal,
  tenant: string,
): Promise<string | undefined> {
  const path = `/api/tenants/tenants/${tenant}`;
  return (await portal.call('GET', path)).lastProof?.id;
}

/** Waits until a tenant has another last proof. */
export async function untilProved(
  portal: Portal,
  tenant: string,
  before: string | undefined,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await lastProofOf(portal, tenant)) === before) {
    assert.ok(Date.now() < deadline, `${tenant} was not proved again`);
    await sleep(500);
  }
}

/** Waits until the API has nothing under a path any more. */
export async function untilGone(
  portal: Portal,
  path: string,
  seconds: number,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { status } = await portal.request('GET', path);
    if (status === 404) {
      return;
    }
    assert.ok(Date.now() < deadline, `${path} is still there: ${status}`);
    await sleep(250);
  }
}

/**
 * What a portal has written: its databases and its log, by file. SQLite leaves
 * what was deleted in a page until something else takes its place: a compact
 * copy is what a database holds.
 */
export async function writtenBy(portal: Portal): Promise<Map<string, Buffer>> {
  const folder = join(stateDir, DATABASE);
  const copy = join(stateDir, `${DATABASE}.copy`);
  const written = new Map([[portal.log, await readFile(portal.log)]]);
  for (const file of await readdir(folder)) {
    if (file.endsWith('.sqlite')) {
      await rm(copy, { force: true });
      const database = new DatabaseSync(join(folder, file), { readOnly: true });
      database.exec(`VACUUM INTO '${copy}'`);
      database.close();
      written.set(file, await readFile(copy));
    }
  }
  await rm(copy, { force: true });
  assert.ok(written.size > 5, 'the portal writes more files than that');
  return written;
}
