import { usePermission } from '@backstage/plugin-permission-react';
import {
  isProofOnly,
  Tenant,
  tenantProvePermission,
  tenantRestorePermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useMay, useStart } from '../../queries';

/** How to have a tenant proved, and what keeps the user from it. */
export function useProving(tenantName: string, tenant?: Tenant) {
  const t = useText();
  const { mutate, isPending, error } = useStart(tenantName, 'prove');
  const permission = usePermission({
    permission: tenantProvePermission,
    resourceRef: tenantName,
  });
  const isForbidden = !permission.loading && !permission.allowed;
  return {
    prove: () => mutate(),
    /** A proof is running or about to */
    isProving: isPending || Boolean(tenant?.currentProof),
    /** It is not known yet whether the user may */
    isLoading: permission.loading,
    /** Why the user can't */
    reason:
      (tenant?.phase === 'removing' && t('prove.removing')) ||
      (isForbidden && t('prove.notPermitted')) ||
      undefined,
    error,
  };
}

/** What {@link useProving} says. */
export type Proving = ReturnType<typeof useProving>;

/** How to have a tenant put back to what it was last applied as. */
export function useRestoring(tenant: Tenant) {
  const { name, phase, spec, currentOperation } = tenant;
  const { mutate, isPending, error } = useStart(name, 'restore');
  const allowed = useMay(tenantRestorePermission, name);
  return {
    /** Unset where the user may not, or there is nothing to do it with */
    restore:
      allowed && phase === 'active' && !isProofOnly(spec)
        ? () => mutate()
        : undefined,
    /** An apply is running or about to */
    isRestoring: isPending || currentOperation?.kind === 'apply',
    error,
  };
}
