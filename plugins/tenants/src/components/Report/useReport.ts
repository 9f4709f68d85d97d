import { useQuery } from '@tanstack/react-query';
import {
  Tenant,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import { inTurns, listSince, useBackend } from '../../queries';
import { FRESH_MS } from '../Timeline';
import { Period, reportOf, Report, tenantReportOf } from './report';

/** What a report is asked for. */
export interface ReportRequest {
  names: string[];
  /** Times, or the last so many milliseconds */
  period: Period | { lastMs: number };
  /** Id of a proof whose receipts are wanted, or the last one */
  proof?: string | 'last';
}

/** A report, put together from what the backend has on record. */
export function useReport(request: ReportRequest) {
  const { api, client } = useBackend();
  return useQuery(
    {
      queryKey: ['report', request],
      queryFn: ({ signal }) => makeReport(api, request, signal),
      enabled: request.names.length > 0,
      staleTime: Infinity,
      gcTime: 0,
    },
    client,
  );
}

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
  const since = Date.parse(period.from) - FRESH_MS;
  const tenants: {
    tenant: Tenant;
    report: ReturnType<typeof tenantReportOf>;
  }[] = [];
  await inTurns(request.names, async name => {
    const tenant = await api.getTenant(name, { signal });
    const { proofs, isComplete } = await listSince(
      api,
      name,
      since,
      [],
      signal,
    );
    const id = request.proof === 'last' ? tenant.lastProof?.id : request.proof;
    const oldest = proofs[proofs.length - 1]?.startedAt;
    tenants.push({
      tenant,
      report: tenantReportOf(tenant, proofs, {
        period,
        // A record that was not read to its end says nothing of what is before.
        knownFrom: isComplete || !oldest ? undefined : Date.parse(oldest),
        proof: id ? await api.getProof(name, id, { signal }) : undefined,
      }),
    });
  });
  tenants.sort(
    (a, b) =>
      request.names.indexOf(a.tenant.name) -
      request.names.indexOf(b.tenant.name),
  );
  const clusters = new Map(
    tenants.map(({ tenant }) => [tenant.cluster, tenant.name]),
  );
  const versions: Report['versions'] = {};
  for (const [cluster, name] of clusters) {
    // It also puts the export on the backend's record.
    const text = await api.getReport(name, { format: 'json' }, { signal });
    versions[cluster] = JSON.parse(text).versions ?? {};
  }
  return reportOf(
    tenants.map(({ report }) => report),
    { period, versions, now },
  );
}
