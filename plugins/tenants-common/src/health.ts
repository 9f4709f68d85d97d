/**
 * A part that the backend can't reach.
 *
 * @public
 */
export interface HealthProblem {
  /** Such as `cluster lab`, `Vault of lab` or `database` */
  part: string;
  /** What it answered last, or why it did not */
  message: string;
  /** ISO 8601, when that began */
  since: string;
}

/**
 * Whether the backend can do its work. `degraded`: a cluster or a Vault is away,
 * so that its tenants can't be proved. `unavailable`: the database is away.
 *
 * @public
 */
export interface TenantsHealth {
  status: 'ok' | 'degraded' | 'unavailable';
  problems: HealthProblem[];
}
