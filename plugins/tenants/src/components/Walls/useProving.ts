import { usePermission } from '@backstage/plugin-permission-react';
import {
  isProofOnly,
  Tenant,
  tenantProvePermission,
  tenantRestorePermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useStart } from '../../queries';

/** How to have a tenant proved, and what keeps the user from it. */
export interface Proving {
  prove: () => void;
  /** A proof is running or about to */
  isProving: boolean;
  /** It is not known yet whether the user may */
  isLoading: boolean;
  /** Why the user can't */
  reason?: string;
  error?: Error;
}

export function useProving(tenantName: string, tenant?: Tenant): Proving {
  const t = useText();
  const { mutate, isPending, error } = useStart(tenantName, 'prove');
  const permission = usePermission({
    permission: tenantProvePermission,
    resourceRef: tenantName,
  });
  const isForbidden = !permission.loading && !permission.allowed;
  return {
    prove: () => mutate(),
    isProving: isPending || Boolean(tenant?.currentProof),
    isLoading: permission.loading,
    reason:
      (tenant?.phase === 'removing' && t('prove.removing')) ||
      (isForbidden && t('prove.notPermitted')) ||
      undefined,
    error: error ?? undefined,
  };
}

/** How to have a tenant put back to what it was last applied as. */
export interface Restoring {
  /** Unset where the user may not, or there is nothing to do it with */
  restore?: () => void;
  /** An apply is running or about to */
  isRestoring: boolean;
  error?: Error;
}

export function useRestoring(tenant: Tenant): Restoring {
  const { name, phase, spec, currentOperation } = tenant;
  const { mutate, isPending, error } = useStart(name, 'restore');
  const { allowed } = usePermission({
    permission: tenantRestorePermission,
    resourceRef: name,
  });
  return {
    restore:
      allowed && phase === 'active' && !isProofOnly(spec)
        ? () => mutate()
        : undefined,
    isRestoring: isPending || currentOperation?.kind === 'apply',
    error: error ?? undefined,
  };
}
