import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { TenantSpec } from '@threewalls/backstage-plugin-tenants-common';
import { hash } from 'bcryptjs';
import { VaultError } from '../clients';
import { SeedField, SeedResource, VaultResource } from '../plan/types';
import { POLICY_MARK } from '../plan/vault';
import { ApplyContext } from './applyKubernetes';

/**
 * Rounds of bcrypt for the owner's first password, as n8n itself uses; and for
 * one of 192 random bits, which no number of rounds makes harder to guess.
 */
const BCRYPT_ROUNDS = { given: 10, random: 4 };

/**
 * Values of the form's secrets that a KV seed takes.
 *
 * @public
 */
export interface SeedValues {
  /** First password of n8n's owner; made up where absent, and then unknown to all */
  ownerPassword?: string;
}

/** Writes a policy or role where it is not as planned already. */
export async function applyPolicyOrRole(
  resource: VaultResource,
  context: ApplyContext,
): Promise<'created' | 'updated' | 'unchanged'> {
  const { vault } = context.cluster;
  const live = await vault.read(resource.path);
  if (live && vaultDifferences(resource, live).length === 0) {
    return 'unchanged';
  }
  if (resource.given) {
    throw new NotFoundError(
      `${resource.id} is ${
        live ? 'not as it has to be' : 'not there'
      }, and the portal may not write it: have an administrator install deploy/vault/threewalls-tenant.hcl as docs/install.md says`,
    );
  }
  if (live && !context.adopt) {
    checkVaultOwnership(resource, live);
  }
  await vault.expect('PUT', resource.path, resource.body);
  return live ? 'updated' : 'created';
}

/** Fields of a policy or role that are not as planned. */
export function vaultDifferences(
  resource: VaultResource,
  live: Record<string, unknown>,
): { field: string; live: unknown; planned: unknown }[] {
  return Object.entries(resource.body)
    .filter(([field, planned]) => !isDeepStrictEqual(live[field], planned))
    .map(([field, planned]) => ({ field, live: live[field], planned }));
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
      `${resource.id} exists and is not Threewalls': remove it in Vault, or say adopt to take it over`,
    );
  }
}

/** Writes a KV entry that is not there yet; one that is there is never touched, nor read. */
export async function applySeed(
  resource: SeedResource,
  context: ApplyContext & { spec: TenantSpec; seed: SeedValues },
): Promise<'created' | 'unchanged'> {
  const { vault } = context.cluster;
  const { mount, path } = resource;
  // The portal may create a KV entry and not overwrite it, and a refused write
  // of an existing one reads like any other 403: look first.
  const metadata = await vault.read(`${mount}/metadata/${path}`);
  if (metadata?.current_version > 0) {
    return 'unchanged';
  }
  // A KV v1 mount would take the write, as an entry that nobody looks for.
  if ((await vault.kvVersion(mount)) === '1') {
    throw new InputError(
      `Vault's mount ${mount} is KV version 1: set vault.kvMount of cluster ${context.cluster.name} to one of version 2`,
    );
  }
  const data: Record<string, string> = {};
  for (const field of resource.fields) {
    data[field.name] = await seedValue(field, context);
  }
  const target = `${mount}/data/${path}`;
  const response = await vault.request('POST', target, {
    options: { cas: 0 },
    data,
  });
  if (response.status === 404) {
    throw new InputError(
      `Vault has no KV v2 mount at ${mount}: set vault.kvMount of cluster ${context.cluster.name}, or enable one`,
    );
  }
  if (response.status >= 300) {
    throw VaultError.fromResponse({ method: 'POST', path: target }, response);
  }
  return 'created';
}

async function seedValue(
  field: SeedField,
  { spec, seed }: { spec: TenantSpec; seed: SeedValues },
): Promise<string> {
  switch (field.from) {
    case 'owner-email':
      return spec.email ?? `owner@${spec.name}.example.com`;
    case 'owner-password-hash':
      return seed.ownerPassword
        ? hash(seed.ownerPassword, BCRYPT_ROUNDS.given)
        : hash(randomBytes(24).toString('base64url'), BCRYPT_ROUNDS.random);
    default:
      return randomBytes(32).toString('base64url');
  }
}
