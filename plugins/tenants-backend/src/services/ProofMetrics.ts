import {
  MetricsService,
  MetricsServiceCounter,
  MetricsServiceHistogram,
} from '@backstage/backend-plugin-api/alpha';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { ProofResult, ProofStore, StoredProof } from '../database/ProofStore';

/** Metrics of proofs: how long they take, what they come to, how old they are. */
export class ProofMetrics {
  readonly #duration: MetricsServiceHistogram;
  readonly #checks: MetricsServiceCounter;

  static create(options: {
    metrics: MetricsService;
    store: ProofStore;
  }): ProofMetrics {
    return new ProofMetrics(options.metrics, options.store);
  }

  private constructor(metrics: MetricsService, store: ProofStore) {
    this.#duration = metrics.createHistogram('tenants.proof.duration', {
      description: 'Time from start to verdict of a proof',
      unit: 's',
    });
    this.#checks = metrics.createCounter('tenants.proof.checks', {
      description: 'Checks made, by wall and outcome',
    });
    metrics
      .createObservableGauge('tenants.walls', {
        description: 'Walls by status as of the last proof',
      })
      .addCallback(async result => {
        const counts = await countWalls(store);
        for (const [key, count] of counts) {
          const [wall, status] = key.split(' ');
          result.observe(count, { wall, status });
        }
      });
    metrics
      .createObservableGauge('tenants.proof.oldest', {
        description: 'Age of the oldest last proof',
        unit: 's',
      })
      .addCallback(async result => {
        const latest = [...(await store.latest()).values()];
        const ended = latest.map(l => Date.parse(l.proof.finishedAt!));
        const oldest = Math.min(Date.now(), ...ended);
        result.observe((Date.now() - oldest) / 1000);
      });
  }

  finished(proof: StoredProof, result: ProofResult): void {
    this.#duration.record((proof.durationMs ?? 0) / 1000, {
      trigger: proof.trigger,
    });
    for (const { wall, outcome } of result.receipts) {
      this.#checks.add(1, { wall, outcome });
    }
  }
}

async function countWalls(store: ProofStore): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const wall of WALLS) {
    for (const status of ['holds', 'breached', 'unproven']) {
      counts.set(`${wall} ${status}`, 0);
    }
  }
  for (const { proof } of (await store.latest()).values()) {
    for (const { wall, status } of proof.verdicts) {
      const key = `${wall} ${status}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
