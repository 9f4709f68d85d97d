import {
  NOT_COVERED,
  Proof,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';

/** The last proof of a tenant, for an auditor. */
export interface TenantReport {
  /** ISO 8601 */
  generatedAt: string;
  tenant: Pick<
    Tenant,
    'name' | 'cluster' | 'namespace' | 'owner' | 'spec' | 'walls'
  >;
  /** Absent when there was no proof yet */
  proof?: Proof;
  notCovered: readonly string[];
}

export function createReport(
  tenant: Tenant,
  proof: Proof | undefined,
  now: Date = new Date(),
): TenantReport {
  const { name, cluster, namespace, owner, spec, walls } = tenant;
  return {
    generatedAt: now.toISOString(),
    tenant: { name, cluster, namespace, owner, spec, walls },
    ...(proof && { proof }),
    notCovered: NOT_COVERED,
  };
}
