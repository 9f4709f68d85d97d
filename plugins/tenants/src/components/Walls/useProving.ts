import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  Tenant,
  tenantProvePermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useProve } from '../../queries';

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
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { mutate, isPending, error } = useProve(tenantName);
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
