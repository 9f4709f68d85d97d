import { createHash } from 'node:crypto';
import {
  Receipt,
  Said,
  say,
  Wall,
  WALLS,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, ClusterView, VaultReader } from '../clients';
import { notApplied } from '../plan/planned';
import { TenantPlan } from '../plan/types';
import { readsOf, receiptId, requirementOf } from './checks/checks';
import { judge } from './judge';
import { canaryParty, nodesOf, tenantParty } from './round/facts';
import { ask, cut, receiptOf } from './round/receipts';
import { AddedCheck, Finding, Round, Side } from './types';
import { rolesOf } from './vault/roles';

/** @public */
export interface StateOptions {
  cluster: Cluster;
  /** As last applied */
  plan: TenantPlan;
  /** Where objects are read, such as from memory */
  view: ClusterView;
  vault: VaultReader;
  /** Other views, for what these say is not as it should be: they may be behind */
  again?: { view: ClusterView; vault: VaultReader };
  /** Of an earlier look: what the views still say is not asked for once more */
  confirmed?: StateFindings['confirmed'];
  /** Checks of the platform's own, beside the catalogue's */
  added?: readonly AddedCheck[];
  signal?: AbortSignal;
}

/**
 * What a tenant's objects show of its walls, without an attack.
 *
 * @public
 */
export interface StateFindings {
  /**
   * `holds` means that all is as planned, not that a wall was seen to hold: for that
   * it takes a proof
   */
  verdicts: WallVerdict[];
  receipts: Receipt[];
  /** Breaches that were asked for once more, by what the views said; for the next look */
  confirmed?: ReadonlyMap<string, Finding>;
}

/**
 * Compares what the cluster and Vault say of a tenant with its plan: every check
 * that only reads, and no other.
 *
 * @public
 */
export async function checkState(
  options: StateOptions,
): Promise<StateFindings> {
  const { cluster, plan, view, vault, again } = options;
  const confirmed = new Map<string, Finding>();
  const missing = notApplied(plan);
  if (missing) {
    return { receipts: [], verdicts: unproven(missing), confirmed };
  }
  // Planned anew each time: kept, it is most of the memory that a tenant takes.
  const side: Side = {
    cluster,
    tenant: tenantParty(plan),
    canary: canaryParty(cluster.config),
    kubeApi: [],
    kubelets: [],
    otherRoles: [],
    added: options.added,
  };
  const tried = readsOf(side);
  const nodes = await nodesOf(view);
  const nothing = async () => undefined;
  const round: Round = {
    cluster,
    signal: options.signal ?? new AbortController().signal,
    view,
    vault,
    again,
    answer: nothing,
    made: nothing,
    pod: nothing,
    node: name => nodes.get(name ?? ''),
  };
  const receipts = await Promise.all(
    tried.map(async ({ check, attempt }) => {
      const type = attempt.by === 'vault' ? 'vault' : 'kubernetes';
      let said = '';
      const finding = await ask(attempt, round, found => {
        // Vault's view lags by seconds: what it says is asked each time.
        if (found.outcome !== 'breached' || type !== 'kubernetes') {
          return undefined;
        }
        said = keyOf(receiptId(check, attempt), found);
        return options.confirmed?.get(said);
      });
      if (said && finding.outcome === 'breached') {
        confirmed.set(said, cut(finding));
      }
      const source = { type, name: cluster.name } as const;
      return receiptOf(side, check, attempt, { ...finding, source });
    }),
  );
  const required = tried.map(({ check, attempt }) =>
    requirementOf(side, check, attempt),
  );
  return {
    confirmed,
    receipts,
    verdicts: judge(required, receipts, false).map(verdict =>
      verdict.status === 'breached'
        ? { ...verdict, ...sayBreached(receipts, verdict.wall) }
        : verdict,
    ),
  };
}

/**
 * Has a view of Vault know all roles. Each tenant is compared with them, and of many
 * tenants reading them takes longer than one comparison may.
 *
 * @public
 */
export async function knowRoles(
  { config }: Pick<Cluster, 'config'>,
  vault: VaultReader,
): Promise<void> {
  await rolesOf(vault, config.vault.authMount);
}

/**
 * Verdicts of a tenant that can't be proved or compared, with the reason.
 *
 * @public
 */
export function unproven(summary: string): WallVerdict[] {
  return WALLS.map(wall => ({
    wall,
    status: 'unproven',
    summary,
    barriers: { counted: 0, refused: 0 },
    controls: { tried: 0, succeeded: 0 },
  }));
}

/** Short: of a breach of all tenants there is one for each. */
function keyOf(id: string, { code, response }: Finding): string {
  return createHash('sha256')
    .update([id, code, response].join())
    .digest('base64');
}

function sayBreached(receipts: Receipt[], wall: Wall): Said {
  const [first, ...more] = receipts.filter(
    r => r.wall === wall && r.kind === 'barrier' && r.outcome === 'breached',
  );
  const why = {
    summary: first.reason ?? first.response,
    wording: first.wording,
  };
  return more.length > 0
    ? say('foundMore', { first: why, more: more.length })
    : why;
}
