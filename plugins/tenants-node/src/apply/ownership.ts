import { ConflictError } from '@backstage/errors';
import {
  ADOPT_LABEL,
  FIELD_MANAGER,
  MANAGED_BY_LABEL,
  OWNER_ANNOTATION,
  TENANT_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import { KubernetesObject } from '../plan/types';

/**
 * Refuses an object that is there and is not this tenant's, or a namespace that
 * another owner's tenant of that name has left with its data.
 *
 * @throws ConflictError unless `adopt` was said
 */
export function checkOwnership(
  live: KubernetesObject,
  tenant: string,
  adopt: boolean,
  owner?: string,
): void {
  const labels = live.metadata.labels ?? {};
  const ours =
    labels[MANAGED_BY_LABEL] === FIELD_MANAGER &&
    labels[TENANT_LABEL] === tenant;
  const what = `${live.kind} ${live.metadata.name}`;
  const itsOwner = live.metadata.annotations?.[OWNER_ANNOTATION];
  const another = owner && itsOwner !== owner && live.kind === 'Namespace';
  if (adopt || (ours && !another)) {
    return;
  }
  if (ours) {
    throw new ConflictError(
      `${what} is of a tenant ${tenant} that ${itsOwner} owns: choose another name, or say adopt to take over its data`,
    );
  }
  throw new ConflictError(
    live.kind === 'Namespace'
      ? `${what} exists and is not tenant ${tenant}'s: choose another name, or have an administrator label it ${ADOPT_LABEL}=true and say adopt`
      : `${what} exists in ${live.metadata.namespace} and is not Threewalls': remove it, or say adopt to take it over`,
  );
}
