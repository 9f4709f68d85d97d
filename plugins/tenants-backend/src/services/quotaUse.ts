import {
  parseQuantity,
  QuotaUse,
  TenantUsageSummary,
} from '@threewalls/backstage-plugin-tenants-common';

/** The quota of n8n's own pods, of which a list shows three figures. */
export const TENANT_QUOTA = 'tenant-quota';

/** The part of a ResourceQuota that is looked at. */
export interface ResourceQuota {
  metadata: { name: string; namespace?: string };
  spec?: { hard?: Record<string, string> };
  status?: {
    hard?: Record<string, string>;
    used?: Record<string, string>;
  };
}

/** A line for each resource under each quota, as the cluster reports them. */
export function quotaUses(quotas: ResourceQuota[]): QuotaUse[] {
  return quotas.flatMap(({ metadata, spec, status }) => {
    const hard = status?.hard ?? spec?.hard ?? {};
    const used = status?.used ?? {};
    return Object.keys(hard).map(resource => ({
      quota: metadata.name,
      resource,
      used: used[resource] ?? '0',
      hard: hard[resource],
      ratio: ratio(used[resource] ?? '0', hard[resource]),
    }));
  });
}

/** `undefined` where the quota controller has not counted yet. */
export function usageSummary(
  quota: ResourceQuota,
): TenantUsageSummary | undefined {
  const { hard, used } = quota.status ?? {};
  if (!hard || !used) {
    return undefined;
  }
  const share = (resource: string) =>
    Math.min(1, ratio(used[resource] ?? '0', hard[resource] ?? '0'));
  return {
    cpu: share('limits.cpu'),
    memory: share('limits.memory'),
    pods: share('pods'),
  };
}

function ratio(used: string, hard: string): number {
  const limit = parseQuantity(hard) ?? 0;
  return limit === 0 ? 0 : (parseQuantity(used) ?? 0) / limit;
}
