import { WallStatus } from '@threewalls/backstage-plugin-tenants-common';
import {
  proveTenants,
  TenantProof,
} from '@threewalls/backstage-plugin-tenants-node';
import { testResult } from './testResult';

type Round = Parameters<typeof proveTenants>[0];

/** A prover that answers with the status it is told, when it is told to. */
export class FakeProver {
  readonly rounds: Round[] = [];
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

  /** Names of tenants by round. */
  get names(): string[][] {
    return this.rounds.map(({ tenants }) => tenants.map(t => t.spec.name));
  }

  readonly prove = async (round: Round): Promise<Map<string, TenantProof>> => {
    this.rounds.push(round);
    const names = round.tenants.map(({ spec }) => spec.name);
    for (const name of names) {
      round.onProgress?.(name, { phase: 'attacking', done: 1, total: 2 });
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
        ) as TenantProof,
      ]),
    );
  };
}
