import {
  ProofProgress,
  Receipt,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import { Cluster, ClusterView, VaultView } from '../clients';
import { TenantPlan } from '../plan/types';
import { AddedCheck, NodesTried } from './types';

/** @public */
export interface ProveOptions {
  cluster: Cluster;
  /** A pair, or one that is proved with the canary alone */
  tenants: [TenantPlan] | [TenantPlan, TenantPlan];
  /**
   * Where the cluster's objects are read, such as from memory; what is not as it
   * should be by that is asked for. Default the API server is asked for everything
   */
  view?: ClusterView;
  /**
   * Where roles of Vault are read that are not these tenants' own: there are as
   * many as tenants. Default Vault is asked for each
   */
  vault?: VaultView;
  /** Checks of the platform's own, beside the catalogue's */
  added?: readonly AddedCheck[];
  /**
   * From which nodes each tenant was tried before, by its name: each of its workload's
   * has to have its turn. Default nothing is known, and nothing asked for
   */
  tried?: ReadonlyMap<string, NodesTried>;
  /**
   * Names of tenants whose objects show that their network wall is breached: what gets
   * through to or from these is not tried again until a policy may have bitten
   */
  open?: ReadonlySet<string>;
  signal?: AbortSignal;
  onProgress?: (tenant: string, progress: ProofProgress) => void;
}

/**
 * What a round came to for one of its tenants.
 *
 * @public
 */
export interface TenantProof {
  receipts: Receipt[];
  verdicts: WallVerdict[];
  /** Milliseconds a policy took to bite on a new pod, where it let something through at first */
  timeToEnforceMs?: number;
  /** The tenant on the other side, or `canary` when there was none, or none that was well */
  neighbour: string;
}
