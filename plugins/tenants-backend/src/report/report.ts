import {
  isProofOnly,
  NOT_COVERED,
  Proof,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { PlatformVersions } from '../services/versions';

/** The last proof of a tenant, for an auditor. */
export interface TenantReport {
  /** ISO 8601 */
  generatedAt: string;
  tenant: Pick<
    Tenant,
    'name' | 'cluster' | 'namespace' | 'owner' | 'spec' | 'walls' | 'prover'
  >;
  /** Absent when there was no proof yet */
  proof?: Proof;
  /** Of what the walls are made of, when the report was made */
  versions: PlatformVersions;
  notCovered: readonly string[];
}

/** Of a tenant that is only proved. */
const NO_PLAN =
  'What its objects are meant to be: the portal has made none of them, and holds them to what config declares';

export function createReport(
  tenant: Tenant,
  proof: Proof | undefined,
  versions: PlatformVersions,
  now: Date,
): TenantReport {
  const { name, cluster, namespace, owner, spec, walls, prover } = tenant;
  return {
    generatedAt: now.toISOString(),
    tenant: { name, cluster, namespace, owner, spec, walls, prover },
    ...(proof && { proof }),
    versions,
    notCovered: isProofOnly(spec) ? [...NOT_COVERED, NO_PLAN] : NOT_COVERED,
  };
}
