import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FIELD_MANAGER } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  TenantNames,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { labState } from './lab';
import { objectsOf } from './plans';

const AUDIT = join(labState, 'vault', 'audit.log');

/**
 * What a write of ours would move, for each object of a plan that is there: its
 * version, or where a controller's status moves that as well, its generation and
 * what the API server has noted of our last write.
 */
export async function versions(
  plan: TenantPlan,
  { kubernetes }: Cluster,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { apiVersion, kind, metadata } of objectsOf(plan)) {
    const live = await kubernetes.get<any>({ apiVersion, kind, ...metadata });
    found[`${kind} ${metadata.name}`] = live && {
      generation: live.metadata.generation,
      ours: live.metadata.managedFields.filter(
        (entry: { manager: string }) => entry.manager === FIELD_MANAGER,
      ),
      ...(!live.status && { version: live.metadata.resourceVersion }),
    };
  }
  return found;
}

/** Where Vault's audit log ends now. */
export function auditEnd(): number {
  return statSync(AUDIT).size;
}

/** Requests of a tenant that would have written in Vault since, refused ones too. */
export function vaultWrites(
  { vaultPolicy, vaultRole, kvPath }: TenantNames,
  since: number,
): string[] {
  const buffer = Buffer.alloc(auditEnd() - since);
  const file = openSync(AUDIT, 'r');
  readSync(file, buffer, 0, buffer.length, since);
  closeSync(file);
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
        ) &&
        !request.path.startsWith('auth/kubernetes/login'),
    )
    .map(({ request }) => request.path);
}
