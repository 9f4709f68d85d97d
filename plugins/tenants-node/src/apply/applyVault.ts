import { isDeepStrictEqual } from 'node:util';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { notAsSent } from '../plan/compare';
import { VaultResource } from '../plan/types';
import { POLICY_MARK } from '../plan/vault';
import { ApplyContext } from './applyKubernetes';

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
  if (live && !context.adopt && !context.applied?.[resource.id]) {
    checkVaultOwnership(resource, live);
  }
  await vault.expect('PUT', resource.path, resource.body);
  return live ? 'updated' : 'created';
}

/** Vault's objects carry no labels: a policy is known by its first line, a role by its policy. */
function checkVaultOwnership(
  resource: VaultResource,
  live: Record<string, unknown>,
): void {
  const { body } = resource;
  const ours =
    'policy' in body
      ? String(live.policy).startsWith(POLICY_MARK)
      : isDeepStrictEqual(
          live.bound_service_account_namespaces,
          body.bound_service_account_namespaces,
        );
  if (!ours) {
    throw new ConflictError(
      `${resource.id} exists and is not Threewalls': remove it in Vault, or have an administrator say adopt to take it over`,
    );
  }
}
