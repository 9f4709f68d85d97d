import { useEffect, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import {
  ProofSummary,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../api';

/** A week of proofs every five minutes is two pages and a bit. */
const PAGE_SIZE = 1_000;
const MAX_PAGES = 3;

/**
 * A tenant's proofs of the last so many milliseconds, newest first, and the
 * moment that they were asked for. Empty while they load, and where they can
 * not be: the list of proofs underneath says why.
 *
 * @param reloadKey - another one makes the proofs load again
 */
export function useProofsSince(
  tenant: string,
  windowMs: number,
  reloadKey: string | undefined,
): { proofs: ProofSummary[]; now: number } {
  const api = useApi(tenantsApiRef);
  const [state, setState] = useState(() => ({
    proofs: [] as ProofSummary[],
    now: Date.now(),
  }));

  useEffect(() => {
    const controller = new AbortController();
    const now = Date.now();
    listSince(api, tenant, now - windowMs, controller.signal)
      .then(proofs => !controller.signal.aborted && setState({ proofs, now }))
      .catch(() => undefined);
    return () => controller.abort();
  }, [api, tenant, windowMs, reloadKey]);

  return state;
}

async function listSince(
  api: TenantsApi,
  tenant: string,
  since: number,
  signal: AbortSignal,
): Promise<ProofSummary[]> {
  const proofs: ProofSummary[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const { items, totalItems } = await api.listProofs(
      tenant,
      { limit: PAGE_SIZE, offset: proofs.length },
      { signal },
    );
    proofs.push(...items);
    const oldest = items[items.length - 1];
    if (
      !oldest ||
      proofs.length >= totalItems ||
      Date.parse(oldest.startedAt) < since
    ) {
      break;
    }
  }
  return proofs;
}
