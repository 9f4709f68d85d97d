/* eslint-disable no-console */
import {
  Cluster,
  planTenant,
  Platform,
  TenantPlan,
} from '@threewalls/backstage-plugin-tenants-node';
import { atOnce } from '../src/support/atOnce';
import { testSpec } from '../src/support/lab';
import { removePlan } from '../src/support/plans';

/** Requests that have been sent to a cluster and its Vault. */
export const sent = ({ kubernetes, vault }: Cluster) =>
  kubernetes.requests + vault.requests;

/** Removals under way at once. */
const REMOVALS = 8;

/** Tenants of a benchmark's own. */
export class BenchTenants {
  readonly #plans: TenantPlan[] = [];
  #made = 0;

  constructor(
    private readonly platform: Platform,
    private readonly cluster: Cluster,
    private readonly prefix = 't-bench',
  ) {}

  /** The plan of a tenant that {@link BenchTenants.removeAll} removes. */
  next(
    planOf = (name: string) => planTenant(testSpec(name), this.platform),
  ): TenantPlan {
    const plan = planOf(`${this.prefix}-${process.pid}-${this.#made++}`);
    this.#plans.push(plan);
    return plan;
  }

  /** Removes them all; one that can't be removed is named, and the rest go on. */
  async removeAll(): Promise<void> {
    await atOnce(REMOVALS, this.#plans.splice(0), async plan => {
      const { name } = plan.spec;
      await removePlan(plan, this.cluster).catch(error => {
        process.exitCode = 1;
        console.error(`${name} is left: ${error.message}`);
      });
    });
  }
}
