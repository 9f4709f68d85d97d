import { isDeepStrictEqual } from 'node:util';
import { VaultResource } from '../types';
import { ChangedField } from './changedFields';

/** Fields that Vault repeats under their old names: they have to agree. */
const OLD_NAMES: Record<string, string> = {
  policies: 'token_policies',
  ttl: 'token_ttl',
  max_ttl: 'token_max_ttl',
  period: 'token_period',
  num_uses: 'token_num_uses',
  bound_cidrs: 'token_bound_cidrs',
};

/**
 * Where a live policy or role is not as planned. A field of a role that the plan
 * doesn't name has to be empty, or another name of one that it does.
 */
export function changedVaultFields(
  { body }: VaultResource,
  live: Record<string, unknown>,
): ChangedField[] {
  // Besides its text a policy has nothing that was sent.
  const theirs = 'policy' in body ? [] : Object.keys(live);
  return [...new Set([...Object.keys(body), ...theirs])].flatMap(field => {
    const planned = body[field in body ? field : OLD_NAMES[field]];
    const isAsPlanned =
      planned === undefined
        ? isEmpty(live[field])
        : isDeepStrictEqual(live[field], planned);
    return isAsPlanned ? [] : [{ path: [field], live: live[field], planned }];
  });
}

/** Fields of a live role that were never sent, and are not empty. */
export function addedVaultFields(
  resource: VaultResource,
  live: Record<string, unknown>,
): string[] {
  return changedVaultFields(resource, live)
    .map(({ path: [field] }) => field)
    .filter(field => !(field in resource.body));
}

function isEmpty(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}
