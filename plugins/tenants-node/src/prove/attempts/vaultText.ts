import { VaultResource } from '../../plan/types';
import { plannedVault } from '../checks/planned';
import { Attempt, Side } from '../types';
import { abortable } from './abortable';
import { differences } from './differences';

/** Fields that Vault repeats under their old names: they have to agree. */
const OLD_NAMES: Record<string, string> = {
  policies: 'token_policies',
  ttl: 'token_ttl',
  max_ttl: 'token_max_ttl',
  period: 'token_period',
  num_uses: 'token_num_uses',
  bound_cidrs: 'token_bound_cidrs',
};

/** The live policy and role, against the plan. */
export function vaultAsPlanned({ tenant }: Side): Attempt[] {
  return plannedVault(tenant.plan).map(resource => ({
    key: resource.id,
    by: 'vault',
    target: resource.id,
    request: `GET ${resource.path}, and compare it with the plan field by field`,
    expected: 'equal',
    run: async ({ cluster, signal }) => {
      const reading = cluster.vault.read(resource.path);
      const live = await abortable(reading, signal);
      if (!live) {
        return {
          code: '404',
          response: `${resource.id} is not there`,
          // What isn't there gives nothing away; the login will say so too.
          outcome: 'inconclusive',
          reason: `${resource.id} is gone`,
        };
      }
      const found = vaultDifferences(resource, live);
      return found.length === 0
        ? { code: 'EQUAL', response: 'equal', outcome: 'asExpected' }
        : {
            code: 'DIFFERENT',
            response: found.join('; '),
            outcome: 'breached',
            reason: `${resource.id} is not as planned: ${found.join('; ')}`,
          };
    },
  }));
}

/**
 * Where a live policy or role is not as planned. A field that the plan doesn't
 * name has to be empty.
 */
export function vaultDifferences(
  { body }: VaultResource,
  live: Record<string, unknown>,
): string[] {
  if ('policy' in body) {
    return differences({ policy: body.policy }, { policy: live.policy });
  }
  const planned: Record<string, unknown> = { ...body };
  for (const [field, value] of Object.entries(live)) {
    if (!(field in planned)) {
      const current = OLD_NAMES[field];
      if (current in planned) {
        planned[field] = planned[current];
      } else if (isEmpty(value)) {
        planned[field] = value;
      }
    }
  }
  return differences(planned, live);
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === '' ||
    value === 0 ||
    value === false ||
    (Array.isArray(value) && value.length === 0)
  );
}
