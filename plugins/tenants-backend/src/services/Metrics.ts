import {
  MetricsService,
  MetricsServiceCounter,
  MetricsServiceHistogram,
} from '@backstage/backend-plugin-api/alpha';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { WatchCache } from '@threewalls/backstage-plugin-tenants-node';
import { OperationStore } from '../database/OperationStore';
import { ProofResult } from '../database/ProofStore';
import { StoredOperation } from '../database/rows';
import { Caches } from '../inventory/caches';
import { Inventory } from '../inventory/Inventory';
import { TenantViews } from './TenantViews';

const STATUSES = ['holds', 'breached', 'unproven'] as const;
const STATES = ['active', 'removing', 'lost', 'impostor'] as const;

type CacheStats = ReturnType<WatchCache['stats']>[number];
const CACHE_GAUGES = [
  {
    name: 'tenants.cache.objects',
    description: 'Objects in memory',
    of: ({ objects }: CacheStats) => objects,
  },
  {
    name: 'tenants.cache.bytes',
    description: 'Size of the objects in memory as JSON',
    unit: 'By',
    of: ({ bytes }: CacheStats) => bytes,
  },
  {
    name: 'tenants.cache.age',
    description: 'Time since memory was in step with the API server',
    unit: 's',
    of: ({ ageMs }: CacheStats) => ageMs / 1000,
  },
];

/** Metrics of the tenants that there are, of their proofs, and of the queue. */
export class Metrics {
  readonly #duration: MetricsServiceHistogram;
  readonly #checks: MetricsServiceCounter;

  constructor(
    metrics: MetricsService,
    options: {
      views: TenantViews;
      inventory: Inventory;
      operations: OperationStore;
      caches: Caches;
    },
  ) {
    const { views, inventory, operations, caches } = options;
    const all = async () =>
      (await views.list({ limit: Number.MAX_SAFE_INTEGER }, () => true)).items;
    this.#duration = metrics.createHistogram('tenants.proof.duration', {
      description: 'Time from start to verdict of a proof',
      unit: 's',
    });
    this.#checks = metrics.createCounter('tenants.proof.checks', {
      description: 'Checks made, by wall and outcome',
    });
    metrics
      .createObservableGauge('tenants.walls', {
        description: 'Walls of tenants that there are, by status as of now',
      })
      .addCallback(async result => {
        const tenants = await all();
        for (const wall of WALLS) {
          for (const status of STATUSES) {
            const count = tenants.filter(({ walls }) =>
              walls.some(w => w.wall === wall && w.status === status),
            ).length;
            result.observe(count, { wall, status });
          }
        }
      });
    metrics
      .createObservableGauge('tenants.state', {
        description: 'Tenants, and what only looks like one, by state',
      })
      .addCallback(async result => {
        const { tenants, impostors } = await inventory.list();
        for (const state of STATES) {
          result.observe(
            state === 'impostor'
              ? impostors.length
              : tenants.filter(({ phase }) => phase === state).length,
            { state },
          );
        }
      });
    metrics
      .createObservableGauge('tenants.differing', {
        description: 'Tenants that others have changed, and outdated ones',
      })
      .addCallback(async result => {
        const tenants = await all();
        const changed = tenants.filter(t => t.changed?.length).length;
        const outdated = tenants.filter(t => t.outdated).length;
        result.observe(changed, { how: 'changed' });
        result.observe(outdated, { how: 'outdated' });
      });
    metrics
      .createObservableGauge('tenants.proof.oldest', {
        description: 'Age of the oldest last proof of a tenant that there is',
        unit: 's',
      })
      .addCallback(async result => {
        const ended = (await all()).map(({ lastProof, createdAt }) =>
          Date.parse(lastProof?.finishedAt ?? createdAt),
        );
        const now = await views.now();
        result.observe((now - Math.min(now, ...ended)) / 1000);
      });
    metrics
      .createObservableGauge('tenants.operations', {
        description: 'Operations that wait and that run',
      })
      .addCallback(async result => {
        for (const { count, ...by } of await operations.counts()) {
          result.observe(count, by);
        }
      });
    for (const { name, of, ...rest } of CACHE_GAUGES) {
      metrics.createObservableGauge(name, rest).addCallback(result => {
        for (const [cluster, cache] of caches) {
          for (const stats of cache.stats()) {
            result.observe(of(stats), { cluster, kind: stats.kind });
          }
        }
      });
    }
  }

  finished(proof: StoredOperation, result: ProofResult): void {
    const { startedAt, finishedAt, trigger } = proof;
    const ms = Date.parse(finishedAt!) - Date.parse(startedAt!);
    this.#duration.record(ms / 1000, { trigger });
    for (const { wall, outcome } of result.receipts) {
      this.#checks.add(1, { wall, outcome });
    }
  }
}
