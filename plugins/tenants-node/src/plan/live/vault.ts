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

/** Those of the fields that were never sent: Vault keeps what a write leaves out. */
export function addedVaultFields(
  { body }: VaultResource,
  changed: ChangedField[],
): Record<string, unknown> {
  return Object.fromEntries(
    changed.flatMap(({ path: [field], live }) =>
      field in body ? [] : [[field, live]],
    ),
  );
}

/** What is to be written so that Vault has fields no more, by all of their names. */
export function clearedVaultFields(
  { body }: VaultResource,
  added: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(added).flatMap(([field, live]) => {
      const name = OLD_NAMES[field] ?? field;
      const nothing = emptyOf(live);
      return name in body
        ? []
        : [
            [field, nothing],
            [name, nothing],
          ];
    }),
  );
}

function emptyOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return [];
  }
  const empty: Record<string, unknown> = {
    number: 0,
    boolean: false,
    object: {},
  };
  return empty[typeof value] ?? '';
}

function isEmpty(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}
