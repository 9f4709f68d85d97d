import { NotFoundError } from '@backstage/errors';
import {
  OWNER_ANNOTATION,
  SPEC_ANNOTATION,
  TENANT_LABEL,
  TenantSpec,
  tenantSpecSchema,
} from '@threewalls/backstage-plugin-tenants-common';
import { TENANT_SELECTOR } from '../plan/names';
import { KubernetesObject } from '../plan/types';
import { Cluster, Clusters } from './clusters';

/**
 * A tenant as it is found in a cluster.
 *
 * @public
 */
export interface TenantRecord {
  name: string;
  cluster: string;
  namespace: string;
  owner: string;
  spec: TenantSpec;
  phase: 'active' | 'removing';
  /** ISO 8601 */
  createdAt: string;
  resourceVersion: string;
}

/**
 * Every tenant of a cluster, and the resourceVersion to watch from.
 *
 * @public
 */
export async function listTenants(
  cluster: Cluster,
  options: { signal?: AbortSignal } = {},
): Promise<{ tenants: TenantRecord[]; resourceVersion: string }> {
  const { items, resourceVersion } = await cluster.kubernetes.list(
    { apiVersion: 'v1', kind: 'Namespace' },
    { labelSelector: TENANT_SELECTOR, ...options },
  );
  const tenants = items.flatMap(item => toTenant(item, cluster.name) ?? []);
  return { tenants, resourceVersion };
}

/**
 * Every tenant of a cluster.
 *
 * @public
 */
export async function readTenants(cluster: Cluster): Promise<TenantRecord[]> {
  return (await listTenants(cluster)).tenants;
}

/**
 * The tenant of that name, in whichever cluster it is.
 *
 * @throws NotFoundError where there is none
 * @throws ClusterUnavailableError where a cluster that may hold it is away
 * @public
 */
export async function readTenant(
  clusters: Clusters,
  name: string,
): Promise<TenantRecord> {
  const answers = await Promise.allSettled(
    clusters.all().map(async cluster => {
      const { items } = await cluster.kubernetes.list(
        { apiVersion: 'v1', kind: 'Namespace' },
        { labelSelector: `${TENANT_SELECTOR},${TENANT_LABEL}=${name}` },
      );
      return items.map(item => toTenant(item, cluster.name))[0];
    }),
  );
  for (const answer of answers) {
    if (answer.status === 'fulfilled' && answer.value) {
      return answer.value;
    }
  }
  for (const answer of answers) {
    if (answer.status === 'rejected') {
      throw answer.reason;
    }
  }
  throw new NotFoundError(`There is no tenant ${name}`);
}

/**
 * The tenant that a namespace is, or `undefined` where its annotations do not
 * say one: somebody has edited them, and a guess would be worse.
 *
 * @public
 */
export function toTenant(
  namespace: KubernetesObject,
  cluster: string,
): TenantRecord | undefined {
  const { metadata } = namespace;
  const annotations = metadata.annotations ?? {};
  const parsed = tenantSpecSchema.safeParse(
    parseJson(annotations[SPEC_ANNOTATION]),
  );
  const name = metadata.labels?.[TENANT_LABEL];
  if (!parsed.success || parsed.data.name !== name) {
    return undefined;
  }
  return {
    name,
    cluster,
    namespace: metadata.name,
    owner: annotations[OWNER_ANNOTATION] ?? parsed.data.owner,
    spec: { ...parsed.data, cluster },
    phase: metadata.deletionTimestamp ? 'removing' : 'active',
    createdAt: String(metadata.creationTimestamp ?? ''),
    resourceVersion: String(metadata.resourceVersion ?? ''),
  };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
