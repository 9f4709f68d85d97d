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
  status: WallStatus;
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
  /** Names, in the order of rows and columns */
  tenants: string[];
  /** Tenants that there are in all, on this page and on others */
  totalItems: number;
  cells: MatrixCell[];
  /** Ordered pairs of one cluster among `tenants`, and those with a result */
  coverage: { pairs: number; proved: number };
}

/**
 * What {@link TenantsApi.getMatrix} can be asked for.
 *
 * @public
 */
export interface GetMatrixRequest {
  cluster?: string;
  /** Only the row and the column of this tenant */
  tenant?: string;
  /** Tenants, not pairs; default 100, at most 1000 */
  limit?: number;
  offset?: number;
}
