import { isDeepStrictEqual } from 'node:util';
import { ConflictError } from '@backstage/errors';
import {
  ADOPT_LABEL,
  canonicalRef,
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
  OWNER_ANNOTATION,
  TENANT_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject, TenantNames, TenantPlan } from '../plan/types';
import { POLICY_MARK } from '../plan/vault';
import { AppliedResources } from './applied';

/**
 * What the portal's records know of a tenant, and what an administrator has said.
 *
 * @public
 */
export interface Ownership {
  /** Take over what is there and not this tenant's */
  adopt: boolean;
  /**
   * UID of the namespace that is the tenant's; empty where the records know none,
   * so that there may not be one. Left out: labels and owner decide
   */
  uid?: string;
  /**
   * Times, in milliseconds since the epoch, in which its namespace may have been made
   * without an answer: then labels and owner decide, whatever the records know
   */
  madeIn: { from: number; to?: number }[];
  /** What the portal has applied, and is its own whatever the labels say now */
  applied: AppliedResources;
}

/**
 * Refuses an object that is there and is not this tenant's. What is its own is so
 * by label or by record, and then with all of its fields.
 *
 * @throws ConflictError unless `adopt` was said
 */
export function checkOwnership(
  live: KubernetesObject,
  { spec }: Pick<TenantPlan, 'spec'>,
  { adopt = false, uid, madeIn = [], applied }: Partial<Ownership> = {},
): void {
  const { kind, metadata } = live;
  const { labels = {}, annotations = {} } = metadata;
  const what = `${kind} ${metadata.name}`;
  const isLabelled =
    labels[MANAGED_BY_LABEL] === FIELD_MANAGER &&
    labels[TENANT_LABEL] === spec.name;
  if (adopt) {
    checkAdoption(live, spec, uid);
    return;
  }
  if (kind !== 'Namespace') {
    if (!isLabelled && !applied?.[what]) {
      throw new ConflictError(
        `${what} exists in ${metadata.namespace} and is not Threewalls': remove it, or have an administrator say adopt to take it over`,
      );
    }
    return;
  }
  const createdAt = Date.parse(String(metadata.creationTimestamp));
  const isMadeIn = madeIn.some(
    ({ from, to = Infinity }) => createdAt >= from && createdAt <= to,
  );
  const isKnown = uid !== undefined && metadata.uid === uid;
  const isOurs = isKnown || (isLabelled && (uid === undefined || isMadeIn));
  if (!isOurs) {
    throw new ConflictError(
      uid
        ? `${what} is another than the one of tenant ${spec.name}: it was deleted and created again. Have an administrator remove it, then restore the tenant`
        : `${what} exists and is not tenant ${spec.name}'s: choose another name, or have an administrator label it ${ADOPT_LABEL}=true and say adopt`,
    );
  }
  const owner = canonicalRef(annotations[OWNER_ANNOTATION] ?? '');
  if (!isKnown && owner !== spec.owner) {
    throw new ConflictError(
      `${what} is of a tenant ${spec.name} that ${owner} owns: choose another name`,
    );
  }
}

/**
 * To adopt is to take over a tenant for whom it is: with its data, its key and its
 * password, an archived one's too, it goes to nobody else.
 */
function checkAdoption(
  { kind, metadata }: KubernetesObject,
  spec: TenantPlan['spec'],
  uid?: string,
): void {
  const owner = metadata.annotations?.[OWNER_ANNOTATION];
  // What the records know of its own namespace is so whatever is written on it.
  const isKnown = metadata.uid === uid;
  if (
    kind === 'Namespace' &&
    !isKnown &&
    owner &&
    canonicalRef(owner) !== spec.owner
  ) {
    throw new ConflictError(
      `Namespace ${metadata.name} is of a tenant ${spec.name} that ${owner} owns, and adopting it would hand its data to ${spec.owner}: name its owner, or choose another name`,
    );
  }
}

/**
 * Refuses a policy or role that is there and is not this tenant's.
 *
 * @throws ConflictError unless `adopt` was said
 */
export function checkVaultOwnership(
  id: string,
  live: Record<string, unknown>,
  names: TenantNames,
  { adopt = false, applied }: Partial<Ownership> = {},
): void {
  if (!adopt && !isOwnInVault(id, live, names, applied)) {
    throw new ConflictError(
      `${id} exists and is not Threewalls': remove it in Vault, or have an administrator say adopt to take it over`,
    );
  }
}

/**
 * Whether a policy or role is a tenant's. Vault's objects carry no labels: by record,
 * or else a policy by its first line and the entry that it is for, a role by its
 * namespace.
 */
export function isOwnInVault(
  id: string,
  live: Record<string, unknown>,
  { namespace, kvPath }: Pick<TenantNames, 'namespace' | 'kvPath'>,
  applied: AppliedResources = {},
): boolean {
  const known = applied[id]?.resource;
  if (known?.type === 'vault' && !known.given) {
    return true;
  }
  const text = String(live.policy);
  return 'policy' in live
    ? text.startsWith(POLICY_MARK) && text.includes(`/${kvPath}"`)
    : isDeepStrictEqual(live.bound_service_account_namespaces, [namespace]);
}
