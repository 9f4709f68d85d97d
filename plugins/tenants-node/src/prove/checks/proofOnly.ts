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
const leftOut =
  (because: string): Otherwise =>
  () => ({ because, inDoubt: false });

/** By its own login in Vault: required unless config says that it has none. */
const byVault: Otherwise = ({ tenant }, attempts) => {
  const { vault, withoutVault } = tenant.plan.proofOnly ?? {};
  if (vault) {
    return attempts();
  }
  return withoutVault
    ? { because: 'It has nothing in Vault, as config says', inDoubt: false }
    : {
        because:
          'Config does not say what it has in Vault: name it as proofOnly[].vault, or set withoutVault',
        inDoubt: true,
      };
};

/** By what it may have at most: required in any case. */
const byLimits: Otherwise = ({ tenant }, attempts) =>
  tenant.plan.proofOnly?.limits
    ? attempts()
    : {
        because:
          'Config does not say what it may have at most: name it as proofOnly[].limits',
        inDoubt: true,
      };

const BY_VAULT = [
  ...['login', 'token-policies', 'own-path', 'neighbour-data', 'list-root'],
  ...['canary-data', 'canary-metadata', 'canary-list', 'canary-subkeys'],
  ...['neighbour-role', 'wrong-audience', 'prefix-twin', 'capabilities'],
  'escalate',
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
      : { because: 'Nothing in Vault is declared', inDoubt: false },
  'net.as-planned': leftOut(
    'There is no plan: net.no-widening holds its policies to what config declares',
  ),
  'sec.as-planned': side => byVault(side, () => [roleAsDeclared(side)]),
  'sec.store-ready': leftOut(
    'No SecretStore is declared: sec.no-other-store finds those that config does not except',
  ),
  'sec.eso-neighbour': leftOut(
    'It writes an ExternalSecret, and nothing but proof pods is written here: sec.no-other-store finds every store that config does not except',
  ),
  'res.as-planned': leftOut(
    'There is no plan: dry runs hold its quotas and limits to what config declares',
  ),
  'res.quota-objects': side =>
    byLimits(side, () =>
      objectsLimited(side, side.tenant.plan.proofOnly!.limits!.storage),
    ),
  'res.workload': leftOut(
    'There is no plan: res.pods-restricted looks at pods',
  ),
  'res.quota-used': side => [withinAnyQuota(side)],
  'res.hold': leftOut('Admission holds what the portal has made, and no other'),
};
