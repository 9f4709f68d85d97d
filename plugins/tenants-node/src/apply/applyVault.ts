import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  addedVaultFields,
  changedVaultFields,
  clearedVaultFields,
} from '../plan/live/vault';
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
  const changed = live ? changedVaultFields(resource, live) : [];
  if (live && changed.length === 0) {
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
  const added = addedVaultFields(resource, changed);
  const cleared = clearedVaultFields(resource, added);
  await vault.expect('PUT', resource.path, { ...cleared, ...resource.body });
  if (Object.keys(added).length > 0 && (await leftOf(resource, vault))) {
    // There is no other way to take back what Vault keeps.
    await vault.expect('DELETE', resource.path);
    await vault.expect('PUT', resource.path, resource.body);
    const left = await leftOf(resource, vault);
    if (left) {
      throw new ConflictError(
        `Vault itself sets ${left} of ${resource.id}, which was deleted and written anew: have an administrator of Vault take that out of its auth mount, or run another version of Vault; until then the wall stays breached`,
      );
    }
  }
  return live ? 'updated' : 'created';
}

/** What others have added and is there still. */
async function leftOf(
  resource: VaultResource,
  vault: ApplyContext['cluster']['vault'],
): Promise<string> {
  const live = (await vault.read(resource.path)) ?? {};
  const added = addedVaultFields(resource, changedVaultFields(resource, live));
  return Object.keys(added).join(', ');
}
