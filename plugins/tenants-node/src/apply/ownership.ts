import { ConflictError } from '@backstage/errors';
import {
  ADOPT_LABEL,
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
  TENANT_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../plan/types';

/**
 * Refuses an object that is there and is not this tenant's.
 *
 * @throws ConflictError unless `adopt` was said
 */
export function checkOwnership(
  live: KubernetesObject,
  tenant: string,
  adopt: boolean,
): void {
  const labels = live.metadata.labels ?? {};
  const ours =
    labels[MANAGED_BY_LABEL] === FIELD_MANAGER &&
    labels[TENANT_LABEL] === tenant;
  if (ours || adopt) {
    return;
  }
  const what = `${live.kind} ${live.metadata.name}`;
  throw new ConflictError(
    live.kind === 'Namespace'
      ? `${what} exists and is not tenant ${tenant}'s: choose another name, or have an administrator label it ${ADOPT_LABEL}=true and say adopt`
      : `${what} exists in ${live.metadata.namespace} and is not Threewalls': remove it, or say adopt to take it over`,
  );
}
