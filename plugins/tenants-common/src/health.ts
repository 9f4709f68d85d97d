import { Wording } from './wording';

/**
 * A part that the backend can't reach, or that is not as it has to be.
 *
 * @public
 */
export interface HealthProblem {
  /** Such as `cluster lab`, `Vault of lab`, `database` or `confinement in lab` */
  part: string;
  /** Of the part */
  wording?: Wording;
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
  /** What stops nothing, and has to be put right all the same */
  warnings: HealthProblem[];
}
