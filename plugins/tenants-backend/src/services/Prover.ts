import { ProofProgress } from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { ProofResult } from '../database/ProofStore';

/** One tenant, or two of one cluster that are proved against each other. */
export interface ProofRound {
  cluster: string;
  tenants: TenantRecord[];
  /** Whether policies may still be taking hold */
  fresh: boolean;
  signal: AbortSignal;
  onProgress(tenant: string, progress: ProofProgress): void;
}

/** What makes proofs. */
export interface Prover {
  /** Results by tenant. Rejects when the round could not be made at all. */
  prove(round: ProofRound): Promise<Map<string, ProofResult>>;

  /**
   * Makes every cluster that answers ready for proofs: pods that a dead process
   * left are removed, the canary is there.
   */
  prepare(): Promise<void>;
}
