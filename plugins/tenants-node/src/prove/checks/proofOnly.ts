import {
  podOverLimits,
  quotasAtMost,
  roleAsDeclared,
  withinAnyQuota,
} from '../attempts/declared';
import { Attempt, DoesNotApply, Side } from '../types';

type Attempts = Attempt[] | DoesNotApply;

/** What a check tries of a tenant that is only proved, and what it tries of others. */
type Otherwise = (side: Side, asOfOthers: () => Attempts) => Attempts;

/** Left out: its wall is judged without it. */
const leftOut =
  (because: string): Otherwise =>
  () => ({ because, inDoubt: false });

const NO_PLAN =
  'Nothing of it is the portal’s: there is no plan to compare with';
const WITHOUT_VAULT = 'It has no entry in Vault, as config says';
const UNDECLARED = {
  vault:
    'Config does not say what it has in Vault: name it as proofOnly[].vault, or set withoutVault',
  limits:
    'Config does not say what it may have at most: name it as proofOnly[].limits',
};

/** By its own login in Vault: required unless config says that it has none. */
const byVault: Otherwise = ({ tenant }, asOfOthers) => {
  const { vault, withoutVault } = tenant.plan.proofOnly ?? {};
  if (vault) {
    return asOfOthers();
  }
  return withoutVault
    ? { because: WITHOUT_VAULT, inDoubt: false }
    : { because: UNDECLARED.vault, inDoubt: true };
};

/** By what it may have at most: required in any case. */
const byLimits: Otherwise = ({ tenant }, asOfOthers) =>
  tenant.plan.proofOnly?.limits
    ? asOfOthers()
    : { because: UNDECLARED.limits, inDoubt: true };

const VAULT_CHECKS = [
  'sec.login',
  'sec.token-policies',
  'sec.own-path',
  'sec.canary-data',
  'sec.canary-metadata',
  'sec.canary-list',
  'sec.canary-subkeys',
  'sec.neighbour-data',
  'sec.list-root',
  'sec.neighbour-role',
  'sec.wrong-audience',
  'sec.prefix-twin',
  'sec.capabilities',
  'sec.escalate',
];
const LIMIT_CHECKS = [
  'res.container-max',
  'res.init-container-max',
  'res.quota-memory',
  'res.quota-cpu',
];

/**
 * The checks that do otherwise of a tenant that is only proved, by id. What can't be
 * tried without a plan compares with what config declares; what config does not
 * declare leaves its wall unproven. All others are as for any tenant.
 */
export const PROOF_ONLY: Record<string, Otherwise> = {
  ...Object.fromEntries(VAULT_CHECKS.map(id => [id, byVault])),
  ...Object.fromEntries(LIMIT_CHECKS.map(id => [id, byLimits])),
  'net.vault': ({ tenant }, asOfOthers) =>
    tenant.plan.proofOnly?.vault
      ? asOfOthers()
      : { because: 'No entry in Vault is declared', inDoubt: false },
  'net.as-planned': leftOut(
    `${NO_PLAN}. net.no-widening holds its policies to what config declares`,
  ),
  'sec.as-planned': side => byVault(side, () => [roleAsDeclared(side)]),
  'sec.store-ready': leftOut(
    'No SecretStore is declared. sec.no-other-store finds those that config does not except',
  ),
  'sec.eso-neighbour': leftOut(
    'It would write an ExternalSecret, and nothing but proof pods is written here. sec.no-other-store finds every store that config does not except',
  ),
  'res.as-planned': side => byLimits(side, () => quotasAtMost(side, 'totals')),
  'res.quota-objects': side =>
    byLimits(side, () => quotasAtMost(side, 'objects')),
  'res.pod-level': side => byLimits(side, () => [podOverLimits(side)]),
  'res.workload': leftOut(NO_PLAN),
  'res.quota-used': side => [withinAnyQuota(side)],
  'res.hold': leftOut('Admission holds what the portal has made, and no other'),
};
