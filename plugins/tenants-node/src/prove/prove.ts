import { say, WallVerdict } from '@threewalls/backstage-plugin-tenants-common';
import { TenantPlan } from '../plan/types';
import { judge } from './judge';
import { ProveOptions, TenantProof } from './proof';
import { nominal, prepare } from './round/prepare';
import { untried } from './round/receipts';
import { runRound } from './round/run';

/**
 * Proves one or two tenants: one round, all checks, judged for each. What goes
 * wrong becomes a receipt that says why; nothing of a round is left behind.
 *
 * @throws the signal's reason when it is given up
 * @public
 */
export async function proveTenants(
  options: ProveOptions,
): Promise<Map<string, TenantProof>> {
  const { tenants, signal = new AbortController().signal } = options;
  const deadline = AbortSignal.timeout(
    options.cluster.config.proofs.deadlineMs,
  );
  const prepared = await prepare(
    options,
    AbortSignal.any([signal, deadline]),
  ).catch((error: Error) => {
    signal.throwIfAborted();
    return nominal(options, say('notBegun', { problem: error.message }));
  });
  const { sides, problem } = prepared;
  const taken = problem
    ? sides.map(side => untried(side, problem))
    : await runRound(prepared, options, { signal, deadline });
  return new Map(
    tenants.map((plan, i) => {
      const { required, ...side } = taken[i];
      const verdicts = judge(required, side.receipts).map(verdict =>
        sayLate(sayWithout(verdict, plan), side.timeToEnforceMs),
      );
      return [plan.spec.name, { ...side, verdicts }];
    }),
  );
}

/** A secret wall that was judged without Vault says so. */
function sayWithout(verdict: WallVerdict, plan: TenantPlan): WallVerdict {
  const { wall, status, barriers } = verdict;
  const { counted } = barriers;
  return wall === 'secret' && status === 'holds' && plan.proofOnly?.withoutVault
    ? { ...verdict, ...say('withoutVault', { counted }) }
    : verdict;
}

/** A wall that holds once policies have bitten says how long it was open before. */
function sayLate(verdict: WallVerdict, lateMs?: number): WallVerdict {
  const { wall, status, barriers } = verdict;
  if (lateMs === undefined || wall !== 'network' || status !== 'holds') {
    return verdict;
  }
  const seconds = (lateMs / 1000).toFixed(1);
  const { counted } = barriers;
  return { ...verdict, ...say('late', { counted, seconds }) };
}
