import {
  NOT_COVERED,
  Tenant,
  TenantsApi,
  TenantTimeline,
} from '@threewalls/backstage-plugin-tenants-common';
import { inTurns, listTenants, useAsked } from '../../queries';
import { Period, Report, tenantReportOf } from './report';

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
  { names, period: asked, proof: proofId }: ReportRequest,
  signal: AbortSignal,
): Promise<Report> {
  const generatedAt = new Date().toISOString();
  const period =
    'lastMs' in asked
      ? {
          from: new Date(Date.parse(generatedAt) - asked.lastMs).toISOString(),
          to: generatedAt,
        }
      : { ...asked, to: [asked.to, generatedAt].sort()[0] };
  const tenants = names.length
    ? await inTurns(names, name => api.getTenant(name, { signal }))
    : (await listTenants(api, signal)).tenants;
  const [timelines, operations] = await Promise.all([
    timelinesOf(api, tenants, period, signal),
    inTurns(tenants, ({ name }) =>
      api.listOperations(
        name,
        { kinds: ['apply', 'remove'], limit: MAX_OPERATIONS },
        { signal },
      ),
    ),
  ]);
  const [first, ...others] = tenants;
  const single = others.length === 0 ? first : undefined;
  const id = proofId === 'last' ? single?.lastProof?.id : proofId;
  const proof =
    single && id ? await api.getProof(single.name, id, { signal }) : undefined;
  const { fleet, coverage } = await api.getMatrix(
    single ? { tenant: single.name, limit: 1_000 } : { limit: 1 },
    { signal },
  );
  const versions: Report['versions'] = {};
  for (const { cluster, name } of tenants) {
    // It also puts the export on the backend's record.
    versions[cluster] ??=
      JSON.parse(await api.getReport(name, { format: 'json' }, { signal }))
        .versions ?? {};
  }
  return {
    generatedAt,
    period,
    tenants: tenants.flatMap((tenant, i) => {
      const timeline = timelines.get(tenant.name);
      // One that has gone meanwhile has none.
      return timeline
        ? [tenantReportOf(tenant, timeline, operations[i].items, proof)]
        : [];
    }),
    coverage: fleet ?? coverage,
    notCovered: NOT_COVERED,
    versions,
  };
}

async function timelinesOf(
  api: TenantsApi,
  tenants: Tenant[],
  period: Period,
  signal: AbortSignal,
): Promise<Map<string, TenantTimeline>> {
  const pages: string[][] = [];
  for (let i = 0; i < tenants.length; i += TIMELINES_PAGE) {
    pages.push(tenants.slice(i, i + TIMELINES_PAGE).map(({ name }) => name));
  }
  const found = await inTurns(pages, names =>
    api.listTimelines({ ...period, names, limit: names.length }, { signal }),
  );
  return new Map(
    found.flatMap(({ items }) => items.map(item => [item.tenant, item])),
  );
}
