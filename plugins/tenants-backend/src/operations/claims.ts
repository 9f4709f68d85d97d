import { InputError, NotAllowedError } from '@backstage/errors';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
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
