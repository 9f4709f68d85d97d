import { useEffect, useRef } from 'react';
import {
  keepPreviousData,
  skipToken,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import {
  GetMatrixRequest,
  ProofSummary,
  Tenant,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import { useBackend, useLiveBackend } from './backend';
import { keys } from './LiveTenants';

const IDLE_MS = 30_000;
const PROVING_MS = 1_000;

/** A proof that takes longer than this is stuck, and not worth asking every second. */
const STUCK_MS = 5 * 60_000;

/** A dry run of each of a tenant's objects: not to be asked for all the time. */
const DRIFT_MS = 10 * 60_000;

const TENANTS_PAGE = 500;

/** A week of proofs every five minutes is two pages and a bit, a month nine. */
const PROOFS_PAGE = 1_000;
const MAX_PROOFS_PAGES = 10;

/** All tenants that the user may read. */
export function useTenants() {
  const { api, client } = useLiveBackend();
  return useQuery(
    {
      queryKey: keys.tenants,
      queryFn: ({ signal }) => listTenants(api, signal),
      refetchInterval: IDLE_MS,
    },
    client,
  );
}

/**
 * A tenant: kept up to date by signals where they are installed, and by polling
 * anyway, because a signal can get lost.
 */
export function useTenant(name: string) {
  const { api, client } = useLiveBackend();
  return useQuery(
    {
      queryKey: keys.tenant(name),
      queryFn: ({ signal }) => api.getTenant(name, { signal }),
      refetchInterval: ({ state }) =>
        isProving(state.data) ? PROVING_MS : IDLE_MS,
    },
    client,
  );
}

function isProving(tenant: Tenant | undefined): boolean {
  const proof = tenant?.currentProof;
  return (
    proof !== undefined && Date.now() - Date.parse(proof.startedAt) < STUCK_MS
  );
}

/** Starts a proof of a tenant, or joins the one that is running. */
export function useProve(name: string) {
  const { api, client } = useBackend();
  return useMutation(
    {
      mutationFn: () => api.startProof(name, { trigger: 'user' }),
      onSuccess: async currentProof => {
        // An answer from before the start would make the button blink back.
        await client.cancelQueries({
          queryKey: keys.tenant(name),
          exact: true,
        });
        client.setQueryData<Tenant>(
          keys.tenant(name),
          tenant => tenant && { ...tenant, currentProof },
        );
        client.invalidateQueries({ queryKey: keys.tenant(name), exact: true });
      },
    },
    client,
  );
}

/**
 * A proof with its receipts; nothing is asked for without an id. The last proof
 * of the same tenant stays while the next one loads, so that open receipts don't
 * vanish for a moment.
 */
export function useProof(tenant: string, id: string | undefined) {
  const { api, client } = useBackend();
  return useQuery(
    {
      queryKey: ['proof', tenant, id],
      queryFn: id
        ? ({ signal }) => api.getProof(tenant, id, { signal })
        : skipToken,
      // A proof that is done never changes.
      staleTime: Infinity,
      placeholderData: last => (last?.tenant === tenant ? last : undefined),
    },
    client,
  );
}

/** Proofs of a stretch of time, newest first, and the moment they were asked for. */
export interface RecentProofs {
  proofs: ProofSummary[];
  /** Milliseconds since the epoch */
  now: number;
}

/**
 * A tenant's proofs of the last so many milliseconds. Once loaded, only newer
 * ones are asked for.
 *
 * @param lastProofId - another one says that there is a newer proof
 */
export function useProofsSince(
  tenant: string,
  windowMs: number,
  lastProofId: string | undefined,
) {
  const { api, client } = useBackend();
  const queryKey = [...keys.proofs(tenant), windowMs];
  const query = useQuery(
    {
      queryKey,
      queryFn: async ({ signal }): Promise<RecentProofs> => {
        const now = Date.now();
        const since = now - windowMs;
        const known = client.getQueryData<RecentProofs>(queryKey)?.proofs ?? [];
        return {
          proofs: await listSince(api, tenant, since, known, signal),
          now,
        };
      },
      staleTime: IDLE_MS,
    },
    client,
  );
  const { refetch } = query;
  const seen = useRef(lastProofId);
  useEffect(() => {
    if (seen.current !== lastProofId) {
      seen.current = lastProofId;
      refetch({ cancelRefetch: false });
    }
  }, [lastProofId, refetch]);
  return query;
}

async function listSince(
  api: TenantsApi,
  tenant: string,
  since: number,
  known: ProofSummary[],
  signal: AbortSignal,
): Promise<ProofSummary[]> {
  const done = known.filter(({ state }) => state === 'done');
  const ids = new Set(done.map(({ id }) => id));
  const newer: ProofSummary[] = [];
  for (let page = 0; page < MAX_PROOFS_PAGES; page++) {
    const { items, totalItems } = await api.listProofs(
      tenant,
      // What is new since the last time fits on the smallest of pages.
      { limit: known.length ? 20 : PROOFS_PAGE, offset: newer.length },
      { signal },
    );
    newer.push(...items);
    const oldest = items[items.length - 1];
    if (
      !oldest ||
      newer.length >= totalItems ||
      items.some(({ id }) => ids.has(id)) ||
      Date.parse(oldest.startedAt) < since
    ) {
      break;
    }
  }
  const newerIds = new Set(newer.map(({ id }) => id));
  return [...newer, ...done.filter(({ id }) => !newerIds.has(id))].filter(
    ({ startedAt }) => Date.parse(startedAt) >= since,
  );
}

/** What a tenant uses of its quotas, and the n8n that it runs. */
export function useUsage(tenant: string) {
  const { api, client } = useBackend();
  return useQuery(
    {
      queryKey: ['usage', tenant],
      queryFn: ({ signal }) => api.getUsage(tenant, { signal }),
      refetchInterval: IDLE_MS,
    },
    client,
  );
}

/** What of a tenant differs from its plan. */
export function useDrift(tenant: string) {
  const { api, client } = useBackend();
  return useQuery(
    {
      queryKey: ['drift', tenant],
      queryFn: ({ signal }) => api.getDrift(tenant, { signal }),
      staleTime: IDLE_MS,
      refetchInterval: DRIFT_MS,
    },
    client,
  );
}

/** The last result of every pair of tenants that is asked for. */
export function useMatrix(request: GetMatrixRequest) {
  const { api, client } = useBackend();
  return useQuery(
    {
      queryKey: ['matrix', request],
      queryFn: ({ signal }) => api.getMatrix(request, { signal }),
      refetchInterval: IDLE_MS,
      placeholderData: keepPreviousData,
    },
    client,
  );
}

async function listTenants(
  api: TenantsApi,
  signal: AbortSignal,
): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (;;) {
    const page = await api.listTenants(
      { limit: TENANTS_PAGE, offset: tenants.length },
      { signal },
    );
    tenants.push(...page.items);
    // An empty page ends it too: tenants may go while the pages are read.
    if (tenants.length >= page.totalItems || page.items.length === 0) {
      return tenants;
    }
  }
}
