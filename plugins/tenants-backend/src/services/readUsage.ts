import {
  parseQuantity,
  QuotaUse,
  TenantUsage,
  TenantUsageSummary,
  TenantWorkload,
} from '@threewalls/backstage-plugin-tenants-common';
import { Clusters, N8N } from '@threewalls/backstage-plugin-tenants-node';
import { Tenant } from '../inventory/Inventory';

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

/** What a tenant uses now: asks its cluster, each time. */
export async function readUsage(
  { cluster, namespace }: Pick<Tenant, 'cluster' | 'namespace'>,
  clusters: Clusters,
): Promise<TenantUsage> {
  const { kubernetes } = clusters.get(cluster);
  const [{ items }, deployment] = await Promise.all([
    kubernetes.list<ResourceQuota>({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      namespace,
    }),
    kubernetes.get<any>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace,
      name: N8N,
    }),
  ]);
  return {
    quotas: quotaUses(items),
    ...(deployment && { n8n: workloadOf(deployment) }),
  };
}

/** What a Deployment says of its n8n. */
export function workloadOf(deployment: any): TenantWorkload {
  const containers: { name: string; image: string }[] =
    deployment.spec?.template?.spec?.containers ?? [];
  const { image = '' } =
    containers.find(({ name }) => name === N8N) ?? containers[0] ?? {};
  const version = imageTag(image);
  return {
    image,
    ...(version && { version }),
    ready: (deployment.status?.readyReplicas ?? 0) > 0,
  };
}

/** A registry's port is no tag, and a digest is none either. */
export function imageTag(image: string): string | undefined {
  const [name] = image.split('@');
  return /:([^:/]+)$/.exec(name)?.[1];
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
