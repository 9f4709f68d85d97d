import { Cluster, ClusterView, RequestView } from '../../clients';
import { planCanary } from '../../plan/canary';
import { TenantPlan } from '../../plan/types';
import { ProveOptions } from '../proof';
import { Party, Side } from '../types';
import {
  canaryParty,
  ClusterFacts,
  readCluster,
  readTenantParty,
  tenantParty,
} from './facts';
import { waitForProbeQuota } from './quota';

/** What a round begins with. */
export interface Prepared {
  sides: Side[];
  view: ClusterView;
  facts: ClusterFacts;
  /** Why a tenant's pod can't be made, by the tenant's place */
  noRoom: (string | undefined)[];
  /** Why the round can't begin */
  problem?: string;
}

/** Looks up what there is to attack, and waits until a pod may be made. */
export async function prepare(
  options: ProveOptions,
  signal: AbortSignal,
): Promise<Prepared> {
  const { cluster, tenants } = options;
  const view = new RequestView(cluster.kubernetes, signal);
  const [facts, ready] = await Promise.all([
    readCluster(view),
    Promise.all(
      tenants.map(plan => prepareTenant(cluster, view, plan, signal)),
    ),
  ]);
  return {
    sides: sidesOf(
      options,
      facts,
      ready.map(({ party }) => party),
    ),
    view,
    facts,
    noRoom: ready.map(({ problem }) => problem),
  };
}

/** What is wrong with one tenant must not stop the other's proof. */
async function prepareTenant(
  cluster: Cluster,
  view: ClusterView,
  plan: TenantPlan,
  signal: AbortSignal,
): Promise<{ party: Party; problem?: string }> {
  try {
    const [party, problem] = await Promise.all([
      readTenantParty(view, plan),
      waitForProbeQuota(cluster, plan.names.namespace, signal),
    ]);
    return { party, problem };
  } catch (error) {
    signal.throwIfAborted();
    const problem = `No proof pod was made: ${(error as Error).message}`;
    return { party: tenantParty(plan), problem };
  }
}

/** A round that could not even begin: what it would have tried, as planned. */
export function nominal(options: ProveOptions, problem: string): Prepared {
  const facts = { kubeApi: [], kubelets: [], nodes: new Map() };
  const parties = options.tenants.map(tenantParty);
  return {
    sides: sidesOf(options, facts, parties),
    view: new RequestView(options.cluster.kubernetes),
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
  const { cluster, platform } = options;
  const canary = canaryParty(planCanary(cluster, platform));
  return parties.map((tenant, i) => {
    const other = parties[1 - i];
    return {
      cluster,
      platform,
      tenant,
      // A neighbour without a pod is no target.
      neighbour: other?.pods.length ? other : undefined,
      canary,
      kubeApi: facts.kubeApi,
      kubelets: facts.kubelets,
    };
  });
}
