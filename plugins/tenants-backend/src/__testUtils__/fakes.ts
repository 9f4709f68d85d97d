import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import { WallStatus } from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { ProofResult } from '../database/ProofStore';
import { ProofRound, Prover } from '../services/Prover';
import { TenantInventory, TenantSource } from '../services/TenantSource';
import { testResult } from './testResult';

/** Tenants in memory; clusters may be away. */
export class FakeTenantSource implements TenantSource {
  tenants: TenantRecord[] = [];
  readonly away = new Map<string, string>();

  async list(): Promise<TenantInventory> {
    const tenants = [...this.tenants];
    tenants.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { tenants, away: this.away };
  }

  async get(name: string): Promise<TenantRecord> {
    const tenant = this.tenants.find(t => t.name === name);
    const problem = tenant && this.away.get(tenant.cluster);
    if (problem) {
      throw new ServiceUnavailableError(problem);
    }
    if (!tenant) {
      throw new NotFoundError(`There is no tenant ${name}`);
    }
    return tenant;
  }

  async find(name: string): Promise<TenantRecord> {
    return this.get(name);
  }
}

/** A prover that answers with the status it is told, when it is told to. */
export class FakeProver implements Prover {
  readonly rounds: ProofRound[] = [];
  readonly status = new Map<string, WallStatus>();
  error: Error | undefined;
  #gate: Promise<void> = Promise.resolve();

  /** Holds rounds back until the returned function is called. */
  hold(): () => void {
    let release!: () => void;
    this.#gate = new Promise(resolve => {
      release = resolve;
    });
    return release;
  }

  async prove(round: ProofRound): Promise<Map<string, ProofResult>> {
    this.rounds.push(round);
    const names = round.tenants.map(tenant => tenant.name);
    for (const name of names) {
      round.onProgress(name, { phase: 'attacking', done: 1, total: 2 });
    }
    await this.#gate;
    if (this.error) {
      throw this.error;
    }
    return new Map(
      names.map(name => [
        name,
        testResult(
          this.status.get(name) ?? 'holds',
          names.find(other => other !== name),
        ),
      ]),
    );
  }

  async prepare(): Promise<void> {}
}
