import { Said, say } from '@threewalls/backstage-plugin-tenants-common';
import {
  objectsLimited,
  roleAsDeclared,
  withinAnyQuota,
} from '../attempts/declared';
import { Attempt, DoesNotApply, Side } from '../types';

type Attempts = Attempt[] | DoesNotApply;

/** What a check tries of a tenant that is only proved, and what it tries of others. */
type Otherwise = (side: Side, asOfOthers: () => Attempts) => Attempts;

/** Its wall is judged without it. */
const leftOut = (because: Said) => () => ({ because, inDoubt: false });

/** By its own login in Vault: required unless config says that it has none. */
const byVault: Otherwise = ({ tenant }, attempts) => {
  const { vault, withoutVault } = tenant.plan.proofOnly ?? {};
  if (vault) {
    return attempts();
  }
  return withoutVault
    ? { because: say('nothingInVault'), inDoubt: false }
    : { because: say('vaultUndeclared'), inDoubt: true };
};

/** By what it may have at most: required in any case. */
const byLimits: Otherwise = ({ tenant }, attempts) =>
  tenant.plan.proofOnly?.limits
    ? attempts()
    : { because: say('limitsUndeclared'), inDoubt: true };

const BY_VAULT = [
  ...['login', 'token-policies', 'own-path', 'neighbour-data', 'list-root'],
  ...['canary-data', 'canary-metadata', 'canary-list', 'canary-subkeys'],
  ...['neighbour-role', 'wrong-audience', 'prefix-twin', 'capabilities'],
  ...['escalate', 'other-policies'],
].map(check => [`sec.${check}`, byVault]);

const BY_LIMITS = [
  ...['container-max', 'init-container-max', 'pod-level'],
  ...['quota-memory', 'quota-cpu'],
].map(check => [`res.${check}`, byLimits]);

/**
 * The checks that do otherwise of a tenant that is only proved, by id. What can't be
 * tried without a plan compares with what config declares; what config does not
 * declare leaves its wall unproven. All others are as for any tenant.
 */
export const PROOF_ONLY: Record<string, Otherwise> = {
  ...Object.fromEntries([...BY_VAULT, ...BY_LIMITS]),
  'net.vault': ({ tenant }, attempts) =>
    tenant.plan.proofOnly?.vault
      ? attempts()
      : { because: say('nothingDeclared'), inDoubt: false },
  'net.as-planned': leftOut(say('noPlanPolicies')),
  'sec.as-planned': side => byVault(side, () => [roleAsDeclared(side)]),
  'sec.store-ready': leftOut(say('noPlanStore')),
  'sec.eso-neighbour': leftOut(say('noPlanSecret')),
  'res.as-planned': leftOut(say('noPlanQuotas')),
  'res.quota-objects': side =>
    byLimits(side, () =>
      objectsLimited(side, side.tenant.plan.proofOnly!.limits!.storage),
    ),
  'res.workload': leftOut(say('noPlanPods')),
  'res.quota-used': side => [withinAnyQuota(side)],
  'res.hold': leftOut(say('heldElse')),
};
