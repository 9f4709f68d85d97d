import {
  canonicalRef,
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
  OWNER_ANNOTATION,
  SPEC_ANNOTATION,
  Tenant,
  TENANT_LABEL,
  tenantSpecSchema,
} from '@threewalls/backstage-plugin-tenants-common';
import { Platform } from '../config/platform';
import { ARCHIVED_LABEL, PLATFORM_NAMES, TENANT_SELECTOR } from '../plan/names';
import { KubernetesObject } from '../plan/types';
import { Cluster } from './clusters';

/**
 * A tenant as it is found in a cluster. Whether it is one of this portal's its
 * records say, by the UID.
 *
 * @public
 */
export interface TenantRecord
  extends Pick<
    Tenant,
    'uid' | 'name' | 'cluster' | 'namespace' | 'owner' | 'spec' | 'createdAt'
  > {
  phase: 'active' | 'removing';
  resourceVersion: string;
}

/**
 * A namespace with a tenant's labels that does not say which tenant it is:
 * somebody has edited it, or made it. A guess would be worse.
 *
 * @public
 */
export interface OddNamespace
  extends Pick<TenantRecord, 'uid' | 'cluster' | 'namespace' | 'createdAt'> {
  /** As its label says, whatever that is worth */
  name: string;
  /** What does not agree */
  problem: string;
}

/**
 * Every tenant of a cluster, and the namespaces that only look like one.
 *
 * @public
 */
export async function listTenants(
  cluster: Cluster,
  platform: Pick<Platform, 'naming'>,
  options: { signal?: AbortSignal } = {},
): Promise<{ tenants: TenantRecord[]; odd: OddNamespace[] }> {
  const { items } = await cluster.kubernetes.list(
    { apiVersion: 'v1', kind: 'Namespace' },
    { labelSelector: TENANT_SELECTOR, ...options },
  );
  const tenants: TenantRecord[] = [];
  const odd: OddNamespace[] = [];
  for (const item of items) {
    const read = readNamespace(item, cluster.name, platform);
    if ('problem' in read) {
      odd.push(read);
    } else {
      tenants.push(read);
    }
  }
  return { tenants, odd };
}

/**
 * The tenant that a namespace says it is: its name is the prefix and the
 * tenant's, and label, spec and owner agree.
 *
 * @public
 */
export function readNamespace(
  { metadata }: KubernetesObject,
  cluster: string,
  { naming }: Pick<Platform, 'naming'>,
): TenantRecord | OddNamespace {
  const { name: namespace, labels, annotations = {} } = metadata;
  const name = labels?.[TENANT_LABEL] ?? '';
  const found = {
    uid: String(metadata.uid ?? ''),
    name,
    cluster,
    namespace,
    createdAt: String(metadata.creationTimestamp ?? ''),
  };
  const parsed = tenantSpecSchema.safeParse(
    parseJson(annotations[SPEC_ANNOTATION]),
  );
  if (!parsed.success) {
    return { ...found, problem: `${SPEC_ANNOTATION} can't be read` };
  }
  const spec = { ...parsed.data, cluster };
  const owner = canonicalRef(annotations[OWNER_ANNOTATION] ?? '');
  const differing = [
    namespace !== `${naming.namespacePrefix}${name}` && 'its name',
    spec.name !== name && `${SPEC_ANNOTATION} (name)`,
    spec.owner !== owner && OWNER_ANNOTATION,
  ].filter(Boolean);
  if (differing.length > 0) {
    return {
      ...found,
      problem: `${TENANT_LABEL}=${name} and ${differing.join(
        ', ',
      )} do not agree`,
    };
  }
  return {
    ...found,
    owner,
    spec,
    phase: metadata.deletionTimestamp ? 'removing' : 'active',
    resourceVersion: String(metadata.resourceVersion ?? ''),
  };
}

/**
 * Whether a namespace has a tenant's labels: as the selector says that
 * {@link listTenants} asks with.
 *
 * @public
 */
export function looksLikeTenant({ metadata }: KubernetesObject): boolean {
  const { labels = {} } = metadata;
  const name = labels[TENANT_LABEL];
  return (
    labels[MANAGED_BY_LABEL] === FIELD_MANAGER &&
    name !== undefined &&
    !PLATFORM_NAMES.includes(name) &&
    labels[ARCHIVED_LABEL] !== 'true'
  );
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
