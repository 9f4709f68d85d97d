import { InputError, NotAllowedError } from '@backstage/errors';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '../clients/tenants';

/**
 * Returns where a user may act for an owner: only members do, whatever else they
 * are permitted.
 *
 * @param ownershipEntityRefs - The user's own, in any case
 * @throws NotAllowedError
 * @public
 */
export function checkMembership(
  ownershipEntityRefs: string[],
  owner: string,
): void {
  if (!ownershipEntityRefs.some(ref => isSameRef(ref, owner))) {
    throw new NotAllowedError(
      `You may not act for ${owner}: you are not one of its members`,
    );
  }
}

/**
 * Returns where a spec may have its name: a name is unique in the portal,
 * whatever the cluster, and stays its owner's.
 *
 * @param existing - The tenant of that name, where there is one
 * @throws InputError for another cluster's, NotAllowedError for another owner's
 * @public
 */
export function checkName(
  spec: Pick<TenantSpec, 'name' | 'cluster' | 'owner'>,
  existing?: Pick<TenantRecord, 'cluster' | 'owner'>,
): void {
  if (existing && existing.cluster !== spec.cluster) {
    throw new InputError(
      `name: tenant ${spec.name} exists in cluster ${existing.cluster}, and a name is unique in the portal`,
    );
  }
  if (existing && !isSameRef(existing.owner, spec.owner)) {
    throw new NotAllowedError(
      `Tenant ${spec.name} exists and is owned by ${existing.owner}: choose another name`,
    );
  }
}

function isSameRef(a: string, b: string): boolean {
  return a.toLocaleLowerCase('en-US') === b.toLocaleLowerCase('en-US');
}
