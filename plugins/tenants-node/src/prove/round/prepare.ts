import { Said, say } from '@threewalls/backstage-plugin-tenants-common';
import {
  Cluster,
  ClusterView,
  RequestView,
  StillView,
  VaultView,
} from '../../clients';
import { TenantPlan } from '../../plan/types';
import { ProveOptions } from '../proof';
import { accountsOf } from '../attempts/vaultRoles';
import { OtherRole, Party, Side } from '../types';
import { rolesThatTake } from '../vault/roles';
import {
  canaryParty,
  ClusterFacts,
  kubeletsFor,
  readCluster,
  readTenantParty,
  tenantParty,
} from './facts';
import { waitForProbeQuota } from './quota';

/** Where roles of an auth method and policies are, and each of them. */
const OF_ALL =
  /^(auth\/.+\/role|sys\/policies\/acl)(\/[^/]+)?$|^auth\/token\/lookup-self$/;

/** What a round begins with. */
export interface Prepared {
  sides: Side[];
  view: ClusterView;
  vault: VaultView;
  /** The API server and Vault themselves, where the views are others */
  again?: { view: ClusterView; vault: VaultView };
  facts: ClusterFacts;
  /** Why a tenant's pod can't be made, by the tenant's place */
  noRoom: (Said | undefined)[];
  /** Why the round can't begin */
  problem?: Said;
}

/** Looks up what there is to attack, and waits until a pod may be made. */
export async function prepare(
  options: ProveOptions,
  signal: AbortSignal,
): Promise<Prepared> {
  const { cluster, tenants } = options;
  const asked = new RequestView(cluster.kubernetes, signal);
  const view = options.view ? new StillView(options.view) : asked;
  const vault = viewOfVault(options);
  const [facts, ready] = await Promise.all([
    readCluster(view),
    Promise.all(
      tenants.map(plan => prepareTenant(cluster, view, plan, signal)),
    ),
  ]);
  const sides = sidesOf(
    options,
    facts,
    ready.map(({ party }) => party),
  );
  return {
    sides: await Promise.all(
      sides.map(async side => ({
        ...side,
        otherRoles: await otherRoles(side, view, vault),
      })),
    ),
    view,
    vault,
    ...((options.view || options.vault) && {
      again: { view: asked, vault: new VaultView(cluster.vault) },
    }),
    facts,
    noRoom: ready.map(({ problem }) => problem),
  };
}

/**
 * Roles of every mount and policies may be as they were when all tenants were looked
 * at: there are as many as tenants. Of the tenants' own nothing is older than the round.
 */
function viewOfVault({ cluster, tenants, vault }: ProveOptions): VaultView {
  const roles = `auth/${cluster.config.vault.authMount}/role`;
  const own = tenants.flatMap(({ names }) => [
    `${roles}/${names.vaultRole}`,
    `sys/policies/acl/${names.vaultPolicy}`,
  ]);
  return new VaultView(
    cluster.vault,
    vault && {
      view: vault,
      isNewEnough: path => OF_ALL.test(path) && !own.includes(path),
    },
  );
}

/** Roles to try from inside; what can't be read of them is a finding of its own. */
async function otherRoles(
  side: Side,
  view: ClusterView,
  vault: VaultView,
): Promise<OtherRole[]> {
  const accounts = await accountsOf({ view }, side);
  if ('problem' in accounts) {
    return [];
  }
  const taken = await rolesThatTake(
    vault,
    side.cluster.config.vault.authMount,
    accounts,
    side.tenant.plan.names.vaultRole,
  );
  return 'problem' in taken ? [] : taken.roles;
}

/** What is wrong with one tenant must not stop the other's proof. */
async function prepareTenant(
  cluster: Cluster,
  view: ClusterView,
  plan: TenantPlan,
  signal: AbortSignal,
): Promise<{ party: Party; problem?: Said }> {
  try {
    const [party, problem] = await Promise.all([
      readTenantParty(view, plan),
      waitForProbeQuota(cluster, view, plan, signal),
    ]);
    return { party, problem };
  } catch (error) {
    signal.throwIfAborted();
    const problem = say('podNotMade', { message: (error as Error).message });
    return { party: tenantParty(plan), problem };
  }
}

/** A round that could not even begin: what it would have tried, as planned. */
export function nominal(options: ProveOptions, problem: Said): Prepared {
  const facts = { kubeApi: [], nodes: new Map() };
  const parties = options.tenants.map(tenantParty);
  return {
    sides: sidesOf(options, facts, parties),
    view: new RequestView(options.cluster.kubernetes),
    vault: new VaultView(options.cluster.vault),
    facts,
    noRoom: [],
    problem,
  };
}

function sidesOf(
  options: ProveOptions,
  facts: ClusterFacts,
  parties: Party[],
): Side[] {
  const { cluster, added, tried, open } = options;
  const canary = canaryParty(cluster.config);
  return parties.map((tenant, i) => {
    const other = parties[1 - i];
    return {
      cluster,
      tenant,
      // A neighbour without a pod is no target.
      neighbour: other?.pods.length ? other : undefined,
      canary,
      kubeApi: facts.kubeApi,
      kubelets: kubeletsFor(tenant.nodes, facts),
      otherRoles: [],
      added,
      tried: tried?.get(tenant.name),
      isOpen: open?.has(tenant.name),
    };
  });
}
