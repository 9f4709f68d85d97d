import { WallStatus } from './proofs';

/**
 * The last result of one ordered pair of tenants.
 *
 * @public
 */
export interface MatrixCell {
  /** Who attacked */
  tenant: string;
  /** Who was attacked */
  neighbour: string;
  /** As of now: a result that is too old, or of a tenant that is lost, is unproven */
  status: WallStatus;
  /** What it was when it was proved, where that was another */
  lastStatus?: WallStatus;
  /** The proof of `tenant` that holds the receipts */
  proofId: string;
  /** ISO 8601 */
  provedAt: string;
}

/**
 * The last result of every ordered pair of tenants, as far as there is one.
 *
 * @public
 */
export interface TenantMatrix {
  /** Names, in the order of the rows */
  tenants: string[];
  /** Names, in the order of the columns, where those are others */
  targets?: string[];
  /** Tenants that there are in all, on this page and on others */
  totalItems: number;
  cells: MatrixCell[];
  /** Ordered pairs of one cluster among `tenants`, and those with a result */
  coverage: { pairs: number; proved: number };
  /** Of all tenants that the caller may read, whatever the page; not for one tenant */
  fleet?: MatrixFleet;
}

/**
 * What is known of all pairs of tenants.
 *
 * @public
 */
export interface MatrixFleet {
  /** Ordered pairs of one cluster, and those with a result */
  pairs: number;
  proved: number;
  /**
   * The share of all pairs, 0 to 1, that can be breached at most, at a confidence of
   * 95 %: the pairs that were proved are taken at random, and each of them held. Absent
   * while one is breached, none held of late, or a prover is in doubt
   */
  breachedAtMost?: number;
  /**
   * Milliseconds in which every pair is tried once, as config has the interval:
   * each round tries one neighbour a tenant
   */
  roundMs: number;
  /** How many pairs are breached, and the latest of them */
  breached: { total: number; cells: MatrixCell[] };
}

/** @public */
export interface GetMatrixRequest {
  cluster?: string;
  /** Only the row and the column of this tenant */
  tenant?: string;
  /** Tenants, not pairs; default 100, at most 1000 */
  limit?: number;
  offset?: number;
  /** Where the columns begin; default where the rows do */
  targetsOffset?: number;
}
