import { useEffect, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { toError } from '@backstage/errors';
import { Proof } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';

/**
 * A proof with its receipts; nothing is asked for without an id.
 *
 * The last proof stays while the next one loads, so that open receipts do not
 * vanish for a moment.
 */
export function useProof(
  tenant: string,
  id: string | undefined,
): { proof?: Proof; error?: Error } {
  const api = useApi(tenantsApiRef);
  const [state, setState] = useState<{ proof?: Proof; error?: Error }>({});

  useEffect(() => {
    if (!id) {
      return undefined;
    }
    const controller = new AbortController();
    api
      .getProof(tenant, id, { signal: controller.signal })
      .then(proof => ({ proof }))
      .catch(e => ({ error: toError(e) }))
      .then(next => !controller.signal.aborted && setState(next));
    return () => controller.abort();
  }, [api, tenant, id]);

  // Another tenant's receipts must never show, not even for a moment.
  return state.proof && state.proof.tenant !== tenant ? {} : state;
}
