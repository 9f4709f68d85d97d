import {
  TenantUsage,
  TenantWorkload,
} from '@threewalls/backstage-plugin-tenants-common';
import { Clusters, N8N } from '@threewalls/backstage-plugin-tenants-node';
import { Tenant } from '../inventory/Inventory';
import { quotaUses, ResourceQuota } from './quotaUse';

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
