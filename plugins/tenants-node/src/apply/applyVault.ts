import { ConflictError, NotFoundError } from '@backstage/errors';
import { addedVaultFields, changedVaultFields } from '../plan/live/vault';
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
  if (live && changedVaultFields(resource, live).length === 0) {
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
  const isAddedTo = live && addedVaultFields(resource, live).length > 0;
  if (isAddedTo) {
    // Vault keeps what a write leaves out, and what a write may say is limited.
    await vault.expect('DELETE', resource.path);
  }
  await vault.expect('PUT', resource.path, resource.body);
  if (isAddedTo) {
    const now = (await vault.read(resource.path)) ?? {};
    const added = addedVaultFields(resource, now);
    if (added.length > 0) {
      throw new ConflictError(
        `Vault itself sets ${added} of ${resource.id}, which was deleted and written anew: have an administrator of Vault take that out of its auth mount, or run another version of Vault; until then the wall stays breached`,
      );
    }
  }
  return live ? 'updated' : 'created';
}
