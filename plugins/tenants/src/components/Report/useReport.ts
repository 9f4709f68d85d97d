import {
  Operation,
  Tenant,
  TenantsApi,
  TenantTimeline,
} from '@threewalls/backstage-plugin-tenants-common';
import { inTurns, listTenants, useAsked } from '../../queries';
import { Period, reportOf, Report, tenantReportOf } from './report';

/** What a report is asked for. */
export interface ReportRequest {
  /** Tenants, in this order; all that the user may read where none is named */
  names: string[];
  /** Times, or the last so many milliseconds */
  period: Period | { lastMs: number };
  /** Id of a proof whose receipts are wanted, or the last one */
  proof?: string | 'last';
}

/** A report, put together from what the backend has on record. */
export function useReport(request: ReportRequest) {
  return useAsked(({ api }) => ({
    queryKey: ['report', request],
    queryFn: ({ signal }) => makeReport(api, request, signal),
    staleTime: Infinity,
    gcTime: 0,
  }));
}

/** Tenants whose time lines are read by one request. */
const TIMELINES_PAGE = 20;

/** Operations of one tenant that are read: beside its proofs there are few. */
const MAX_OPERATIONS = 1_000;

async function makeReport(
  api: TenantsApi,
  request: ReportRequest,
  signal: AbortSignal,
): Promise<Report> {
  const now = new Date();
  const period =
    'lastMs' in request.period
      ? {
          from: new Date(now.getTime() - request.period.lastMs).toISOString(),
          to: now.toISOString(),
        }
      : {
          ...request.period,
          to: [request.period.to, now.toISOString()].sort()[0],
        };
  const tenants = await tenantsOf(api, request.names, signal);
  const [timelines, operations] = await Promise.all([
    timelinesOf(api, tenants, period, signal),
    operationsOf(api, tenants, signal),
  ]);
  const [first] = tenants;
  const isSingle = tenants.length === 1;
  const proofId =
    request.proof === 'last' ? first?.lastProof?.id : request.proof;
  const proof =
    isSingle && proofId
      ? await api.getProof(first.name, proofId, { signal })
      : undefined;
  const matrix = await api.getMatrix(
    isSingle ? { tenant: first.name, limit: 1_000 } : { limit: 1 },
    { signal },
  );
  const clusters = new Map(tenants.map(({ cluster, name }) => [cluster, name]));
  const versions: Report['versions'] = {};
  for (const [cluster, name] of clusters) {
    // It also puts the export on the backend's record.
    const text = await api.getReport(name, { format: 'json' }, { signal });
    versions[cluster] = JSON.parse(text).versions ?? {};
  }
  return reportOf(
    tenants.flatMap(tenant => {
      const timeline = timelines.get(tenant.name);
      // One that has gone meanwhile has none.
      return timeline
        ? [
            tenantReportOf(tenant, timeline, {
              operations: operations.get(tenant.name),
              proof,
            }),
          ]
        : [];
    }),
    { period, versions, coverage: matrix.fleet ?? matrix.coverage, now },
  );
}

/** Those that are named, in their order; all where none is. */
async function tenantsOf(
  api: TenantsApi,
  names: string[],
  signal: AbortSignal,
): Promise<Tenant[]> {
  if (names.length === 0) {
    return (await listTenants(api, signal)).tenants;
  }
  const found = new Map<string, Tenant>();
  await inTurns(names, async name => {
    found.set(name, await api.getTenant(name, { signal }));
  });
  return names.map(name => found.get(name)!);
}

async function timelinesOf(
  api: TenantsApi,
  tenants: Tenant[],
  period: Period,
  signal: AbortSignal,
): Promise<Map<string, TenantTimeline>> {
  const found = new Map<string, TenantTimeline>();
  const pages: string[][] = [];
  for (let i = 0; i < tenants.length; i += TIMELINES_PAGE) {
    pages.push(tenants.slice(i, i + TIMELINES_PAGE).map(({ name }) => name));
  }
  await inTurns(pages, async names => {
    const { items } = await api.listTimelines(
      { ...period, names, limit: names.length },
      { signal },
    );
    for (const item of items) {
      found.set(item.tenant, item);
    }
  });
  return found;
}

async function operationsOf(
  api: TenantsApi,
  tenants: Tenant[],
  signal: AbortSignal,
): Promise<Map<string, Operation[]>> {
  const found = new Map<string, Operation[]>();
  await inTurns(tenants, async ({ name }) => {
    const { items } = await api.listOperations(
      name,
      { kinds: ['apply', 'remove'], limit: MAX_OPERATIONS },
      { signal },
    );
    found.set(name, items);
  });
  return found;
}
