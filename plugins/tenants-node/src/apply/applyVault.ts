import { NotFoundError } from '@backstage/errors';
import { notAsSent } from '../plan/compare';
import { VaultResource } from '../plan/types';
import { ApplyContext } from './applyKubernetes';
import { checkVaultOwnership } from './ownership';

/** Writes a policy or role where it is not as planned already. */
export async function applyPolicyOrRole(
  resource: VaultResource,
  context: ApplyContext,
): Promise<'created' | 'updated' | 'unchanged'> {
  const { vault } = context.cluster;
  const live = await vault.read(resource.path);
  if (live && notAsSent(resource.body, live).length === 0) {
    return 'unchanged';
  }
  if (resource.given) {
    throw new NotFoundError(
      `${resource.id} is ${
        live ? 'not as it has to be' : 'not there'
      }, and the portal may not write it: have an administrator install deploy/vault/threewalls-tenant.hcl as docs/install.md says`,
    );
  }
  if (live) {
    checkVaultOwnership(resource.id, live, context.plan.names, context);
  }
  await vault.expect('PUT', resource.path, resource.body);
  return live ? 'updated' : 'created';
}
