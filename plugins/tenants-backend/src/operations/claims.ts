import { InputError, NotAllowedError } from '@backstage/errors';
import {
  isProofOnly,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  onlyProved,
  Platform,
} from '@threewalls/backstage-plugin-tenants-node';
import { KnownTenant } from '../database/rows';

/**
 * Returns where a spec may have its name: a name is unique in the portal,
 * whatever the cluster, and stays its owner's.
 *
 * @param existing - The tenant of that name, where there is one
 * @throws InputError for another cluster's, NotAllowedError for another owner's
 */
export function checkName(
  spec: Pick<TenantSpec, 'name' | 'cluster' | 'owner'>,
  existing?: Pick<KnownTenant, 'cluster' | 'owner'>,
): void {
  if (existing && existing.cluster !== spec.cluster) {
    throw new InputError(
      `name: tenant ${spec.name} exists in cluster ${existing.cluster}, and a name is unique in the portal`,
    );
  }
  if (existing && existing.owner !== spec.owner) {
    throw new NotAllowedError(
      `Tenant ${spec.name} exists and is owned by ${existing.owner}: choose another name`,
    );
  }
}

/**
 * Returns where a tenant is the portal's to change: not one that is only proved, or
 * that config declares as such.
 *
 * @throws InputError
 */
export function checkOurs(
  name: string,
  { clusters }: Pick<Platform, 'clusters'>,
  existing?: Pick<KnownTenant, 'spec'>,
): void {
  const isOthers = existing
    ? isProofOnly(existing.spec)
    : clusters.some(c => c.proofOnly.some(one => one.name === name));
  if (isOthers) {
    throw onlyProved(name);
  }
}
