import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster, TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { labState } from '../src/support/lab';
import { resourcesOf } from './tenant';

const AUDIT = join(labState, 'vault', 'audit.log');

/** resourceVersion of each object of a tenant that only a write moves. */
export async function versions(
  plan: TenantPlan,
  { kubernetes }: Cluster,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { resource } of resourcesOf(plan)) {
    if (resource.type === 'kubernetes') {
      const { apiVersion, kind, metadata } = resource.object;
      const live = await kubernetes.get({ apiVersion, kind, ...metadata });
      // Controllers write the status of these, and that moves the version too.
      const { generation, resourceVersion } = live!.metadata;
      found[resource.id] = generation ?? resourceVersion;
    }
  }
  return found;
}

/** Where Vault's audit log ends now. */
export function auditEnd(): number {
  return statSync(AUDIT).size;
}

/** Paths of a tenant that were written in Vault since. */
export function vaultWrites(plan: TenantPlan, since: number): string[] {
  const length = auditEnd() - since;
  const buffer = Buffer.alloc(length);
  const file = openSync(AUDIT, 'r');
  readSync(file, buffer, 0, length, since);
  closeSync(file);
  const { vaultPolicy, vaultRole, kvPath } = plan.names;
  return buffer
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
    .filter(
      ({ type, request }) =>
        type === 'request' &&
        ['create', 'update', 'delete', 'patch'].includes(request.operation) &&
        [vaultPolicy, vaultRole, kvPath].includes(
          request.path.split('/').at(-1),
        ),
    )
    .filter(({ request }) => !request.path.startsWith('auth/kubernetes/login'))
    .map(({ request }) => request.path);
}
