import {
  TenantUsage,
  TenantWorkload,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  Clusters,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';
import { quotaUses, ResourceQuota } from './quotaUse';

/** Name of n8n's Deployment in a tenant's namespace. */
const N8N = 'n8n';

/** What a tenant uses now. */
export interface TenantUsageReader {
  read(
    tenant: TenantRecord,
    options?: { signal?: AbortSignal },
  ): Promise<TenantUsage>;
}

/** Asks the tenant's cluster, each time. */
export class ClusterTenantUsageReader implements TenantUsageReader {
  static create(options: { clusters: Clusters }): ClusterTenantUsageReader {
    return new ClusterTenantUsageReader(options.clusters);
  }

  private constructor(private readonly clusters: Clusters) {}

  async read(
    tenant: TenantRecord,
    options: { signal?: AbortSignal } = {},
  ): Promise<TenantUsage> {
    const { kubernetes } = this.clusters.get(tenant.cluster);
    const { namespace } = tenant;
    const [{ items }, deployment] = await Promise.all([
      kubernetes.list<ResourceQuota>(
        { apiVersion: 'v1', kind: 'ResourceQuota', namespace },
        options,
      ),
      kubernetes.get<any>(
        { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: N8N },
        options,
      ),
    ]);
    return {
      quotas: quotaUses(items),
      ...(deployment && { n8n: workloadOf(deployment) }),
    };
  }
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
