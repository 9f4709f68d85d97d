import { useApi } from '@backstage/frontend-plugin-api';
import {
  AuthorizeResult,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import {
  permissionApiRef,
  usePermission,
} from '@backstage/plugin-permission-react';
import {
  keepPreviousData,
  queryOptions,
  skipToken,
} from '@tanstack/react-query';
import {
  GetMatrixRequest,
  Impostor,
  Proof,
  Rollout,
  Tenant,
  TenantsApi,
  TenantTimeline,
  tenantProvePermission,
  tenantRestorePermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { useAsked, useLiveTenants, useOrdered } from './backend';
import { keys } from './LiveTenants';

const IDLE_MS = 30_000;
const PROVING_MS = 1_000;

/** A proof or an apply that takes longer than this is stuck, and not worth asking every second. */
const STUCK_MS = 5 * 60_000;

/** A dry run of each of a tenant's objects: not to be asked for all the time. */
const DRIFT_MS = 10 * 60_000;

const TENANTS_PAGE = 500;

const ROLLOUT_MS = 5_000;

/** A strip of a day does not change much sooner. */
const TIMELINES_MS = 2 * 60_000;

/** All tenants that the user may read. */
export function useTenants() {
  useLiveTenants();
  return useAsked(({ api, client }) => ({
    queryKey: keys.tenants,
    queryFn: async ({ signal }) => {
      const { tenants, impostors } = await listTenants(api, signal);
      client.setQueryData(keys.impostors, impostors);
      return tenants;
    },
    refetchInterval: IDLE_MS,
  }));
}

/** Namespaces that only look like tenants, for who may know; they come with the list. */
export function useImpostors(): Impostor[] {
  const { data } = useAsked<Impostor[]>(() => ({
    queryKey: keys.impostors,
    queryFn: skipToken,
  }));
  return data ?? [];
}

/**
 * A tenant: kept up to date by signals where they are installed, and by polling
 * anyway, because a signal can get lost.
 */
export function useTenant(name: string) {
  useLiveTenants();
  return useAsked(({ api }) => ({
    queryKey: keys.tenant(name),
    queryFn: ({ signal }) => api.getTenant(name, { signal }),
    refetchInterval: ({ state }) => (isBusy(state.data) ? PROVING_MS : IDLE_MS),
  }));
}

function isBusy(tenant: Tenant | undefined): boolean {
  const since =
    tenant?.currentProof?.startedAt ?? tenant?.currentOperation?.createdAt;
  return since !== undefined && Date.now() - Date.parse(since) < STUCK_MS;
}

/** What can be started with a tenant, and the permission for it. */
const ACTIONS = {
  prove: { permission: tenantProvePermission, start: startProof },
  restore: { permission: tenantRestorePermission, start: startRestore },
} as const;

/**
 * Has a tenant proved, joining the proof that is running, or restored and then
 * proved; that it has begun shows at once.
 */
export function useStart(name: string, action: keyof typeof ACTIONS) {
  return useOrdered<Partial<Tenant>>(({ api, client }) => ({
    mutationFn: () => ACTIONS[action].start(api, name),
    onSuccess: async begun => {
      // An answer from before the start would make the button blink back.
      await client.cancelQueries({ queryKey: keys.tenant(name), exact: true });
      client.setQueryData<Tenant>(
        keys.tenant(name),
        tenant => tenant && { ...tenant, ...begun },
      );
      client.invalidateQueries({ queryKey: keys.tenant(name), exact: true });
    },
  }));
}

/**
 * A proof with its receipts; nothing is asked for without an id. The last proof
 * of the same tenant stays while the next one loads, so that open receipts don't
 * vanish for a moment.
 */
export function useProof(tenant: string, id: string | undefined) {
  return useAsked<Proof, string[]>(({ api }) => ({
    ...proofQuery(api, tenant, id ?? ''),
    enabled: Boolean(id),
    placeholderData: last => (last?.tenant === tenant ? last : undefined),
  }));
}

const NO_PROOFS: ReadonlyMap<string, Proof> = new Map();

/** The last proof of each of several tenants that have one, by their names, as far as they can be read. */
export function useLastProofs(tenants: Tenant[]): ReadonlyMap<string, Proof> {
  const ids = tenants.map(({ name, lastProof }) => [name, lastProof?.id]);
  const { data } = useAsked(({ api, client }) => ({
    queryKey: ['last proofs', ids],
    queryFn: async () => {
      const proofs = await inTurns(tenants, ({ name, lastProof }) =>
        client
          .fetchQuery(proofQuery(api, name, lastProof!.id))
          .catch(() => undefined),
      );
      return new Map(
        proofs.flatMap(proof => (proof ? [[proof.tenant, proof]] : [])),
      );
    },
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  }));
  return data ?? NO_PROOFS;
}

function proofQuery(api: TenantsApi, tenant: string, id: string) {
  return queryOptions({
    queryKey: ['proof', tenant, id],
    queryFn: ({ signal }) => api.getProof(tenant, id, { signal }),
    // A proof that is done never changes.
    staleTime: Infinity,
  });
}

/** So many requests of one kind are under way at a time. */
const AT_A_TIME = 8;

/** Asks something of each of many items, a few at a time; the answers are in their order. */
export async function inTurns<T, Answer>(
  items: T[],
  ask: (item: T) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = items.entries();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const [i, item] of left) {
        answers[i] = await ask(item);
      }
    }),
  );
  return answers;
}

/** Whether the user has a permission for a tenant; not while that is not known. */
export function useMay(permission: ResourcePermission, tenant?: string) {
  return usePermission({ permission, resourceRef: tenant }).allowed;
}

/** Those of some tenants, by name, for which the user has a permission. */
export function useAllowed(permission: ResourcePermission, names: string[]) {
  const permissions = useApi(permissionApiRef);
  return useAsked(() => ({
    queryKey: ['allowed', permission.name, names],
    queryFn: async () => {
      // Asked in one turn: the API makes one request of them.
      const decisions = await Promise.all(
        names.map(resourceRef =>
          permissions.authorize({ permission, resourceRef }),
        ),
      );
      return names.filter(
        (_, i) => decisions[i].result === AuthorizeResult.ALLOW,
      );
    },
    staleTime: IDLE_MS,
  }));
}

async function startProof(
  api: TenantsApi,
  name: string,
): Promise<Partial<Tenant>> {
  const { id, trigger, createdAt } = await api.startOperation(name, {
    kind: 'prove',
    trigger: 'user',
  });
  return {
    currentProof: {
      id,
      tenant: name,
      state: 'queued',
      trigger,
      startedAt: createdAt,
      verdicts: [],
    },
  };
}

/** Puts a tenant back to what it was last applied as, and then has it proved. */
async function startRestore(api: TenantsApi, name: string) {
  const { id, state, createdAt } = await api.startOperation(name, {
    kind: 'apply',
  });
  const currentOperation = { id, kind: 'apply' as const, state, createdAt };
  // It waits until the tenant is free.
  return { currentOperation, ...(await startProof(api, name)) };
}

/** Does the same with several tenants: with those of them that the user may. */
export function useBulk(action: keyof typeof ACTIONS, names: string[]) {
  const { permission, start } = ACTIONS[action];
  const { data: allowed } = useAllowed(permission, names);
  const { mutateAsync, isPending } = useOrdered(({ api, client }) => ({
    mutationFn: async () => {
      const failed: Error[] = [];
      await inTurns(allowed ?? [], name =>
        start(api, name).catch(error => failed.push(error)),
      );
      client.invalidateQueries({ queryKey: keys.tenants });
      const total = allowed?.length ?? 0;
      return { started: total - failed.length, failed };
    },
  }));
  return { allowed, start: mutateAsync, isPending };
}

/** What a tenant uses of its quotas, and the n8n that it runs. */
export function useUsage(tenant: string) {
  return useAsked(({ api }) => ({
    queryKey: ['usage', tenant],
    queryFn: ({ signal }) => api.getUsage(tenant, { signal }),
    refetchInterval: IDLE_MS,
  }));
}

/** What the platform team says of a tenant: neither changes its status. */
export function useAttention(name: string) {
  return useOrdered<Tenant, Order<Tenant>>(({ api, client }) => ({
    mutationFn: say => say(api),
    onSuccess: tenant => {
      client.setQueryData<Tenant>(keys.tenant(name), tenant);
      client.invalidateQueries({ queryKey: keys.tenants });
    },
  }));
}

/** What the backend is to do, by its API. */
type Order<T> = (api: TenantsApi) => Promise<T>;

/** Roll-outs, the newest first; nothing is asked for one who may not see them. */
export function useRollouts(isAllowed: boolean) {
  return useAsked(({ api }) => ({
    queryKey: ['rollouts'],
    queryFn: isAllowed
      ? async ({ signal }) => (await api.listRollouts({ signal })).items
      : skipToken,
    refetchInterval: ({ state }) =>
      state.data?.some(rollout => rollout.state === 'running')
        ? ROLLOUT_MS
        : IDLE_MS,
  }));
}

/** Starts a roll-out, pauses it, resumes it, or gives it up. */
export function useRolloutOrder() {
  return useOrdered<Rollout, Order<Rollout>>(({ api, client }) => ({
    mutationFn: order => order(api),
    onSuccess: () => client.invalidateQueries({ queryKey: ['rollouts'] }),
  }));
}

/** How the walls of a few tenants stood over the last so many milliseconds, by their names. */
export function useTimelines(names: string[], windowMs: number) {
  return useAsked(({ api }) => ({
    queryKey: ['timelines', names, windowMs],
    queryFn: names.length > 0 ? timelinesOf(api, names, windowMs) : skipToken,
    refetchInterval: TIMELINES_MS,
    staleTime: IDLE_MS,
    placeholderData: keepPreviousData,
  }));
}

/**
 * The same of one tenant.
 *
 * @param breakMs - how often a stretch without a change leads to another proof
 */
export function useTimeline(
  { name, lastProof }: Tenant,
  windowMs: number,
  breakMs: number,
) {
  const query = useAsked<Map<string, TenantTimeline>>(({ api }) => ({
    // Another proof says that there is more of it.
    queryKey: [...keys.tenant(name), 'timeline', windowMs, lastProof?.id],
    queryFn: timelinesOf(api, [name], windowMs, breakMs),
    staleTime: IDLE_MS,
    placeholderData: last => (last?.has(name) ? last : undefined),
  }));
  return { ...query, data: query.data?.get(name) };
}

function timelinesOf(
  api: TenantsApi,
  names: string[],
  windowMs: number,
  breakMs?: number,
) {
  return async ({ signal }: { signal: AbortSignal }) => {
    const from = new Date(Date.now() - windowMs).toISOString();
    const { items } = await api.listTimelines(
      { from, names, breakMs, limit: names.length },
      { signal },
    );
    return new Map(items.map(item => [item.tenant, item]));
  };
}

/** What of a tenant differs from its plan. */
export function useDrift(tenant: string) {
  return useAsked(({ api }) => ({
    queryKey: ['drift', tenant],
    queryFn: ({ signal }) => api.getDrift(tenant, { signal }),
    staleTime: IDLE_MS,
    refetchInterval: DRIFT_MS,
  }));
}

/** The last result of every pair of tenants that is asked for. */
export function useMatrix(request: GetMatrixRequest) {
  return useAsked(({ api }) => ({
    queryKey: ['matrix', request],
    queryFn: ({ signal }) => api.getMatrix(request, { signal }),
    refetchInterval: IDLE_MS,
    placeholderData: keepPreviousData,
  }));
}

/** Every tenant that the user may read, page by page, and the impostors. */
export async function listTenants(
  api: TenantsApi,
  signal: AbortSignal,
): Promise<{ tenants: Tenant[]; impostors: Impostor[] }> {
  const tenants: Tenant[] = [];
  for (;;) {
    const page = await api.listTenants(
      { limit: TENANTS_PAGE, offset: tenants.length },
      { signal },
    );
    tenants.push(...page.items);
    // An empty page ends it too: tenants may go while the pages are read.
    if (tenants.length >= page.totalItems || page.items.length === 0) {
      return { tenants, impostors: page.impostors ?? [] };
    }
  }
}
