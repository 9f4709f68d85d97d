import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  ListTenantsRequest,
  Page,
  ProofSummary,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { LatestProof, PairResult, ProofStore } from '../database/ProofStore';
import { TenantSource } from './TenantSource';
import { wallStates } from './verdicts';

/** The N×N matrix of last results. */
export interface TenantMatrix {
  /** Names, in the order of rows and columns */
  tenants: string[];
  totalItems: number;
  /** The last result of every ordered pair that has one */
  cells: PairResult[];
  /** Ordered pairs of one cluster among these tenants, and those with a result */
  coverage: { pairs: number; proved: number };
}

/** Tenants as the API shows them: what the clusters hold and what was proved. */
export class TenantOverview {
  static create(options: {
    source: TenantSource;
    store: ProofStore;
    intervalMs: number;
    now?: () => number;
  }): TenantOverview {
    const { source, store, intervalMs, now = Date.now } = options;
    return new TenantOverview(source, store, intervalMs, now);
  }

  private constructor(
    private readonly source: TenantSource,
    private readonly store: ProofStore,
    private readonly intervalMs: number,
    private readonly now: () => number,
  ) {}

  async list(
    request: ListTenantsRequest,
    isVisible: (tenant: TenantRecord) => boolean,
  ): Promise<Page<Tenant>> {
    const { status, owner, cluster, limit = 100, offset = 0 } = request;
    const { tenants } = await this.source.list();
    const found = tenants.filter(
      tenant =>
        (owner === undefined || isSameRef(tenant.owner, owner)) &&
        (cluster === undefined || tenant.cluster === cluster) &&
        isVisible(tenant),
    );
    const statuses = status && (await this.store.statuses());
    const matching = statuses
      ? found.filter(
          ({ name }) => (statuses.get(name) ?? 'unproven') === status,
        )
      : found;
    const page = matching.slice(offset, offset + limit);
    return {
      items: await this.#describe(page),
      totalItems: matching.length,
    };
  }

  async describe(record: TenantRecord): Promise<Tenant> {
    return (await this.#describe([record]))[0];
  }

  async matrix(
    request: { cluster?: string; limit: number; offset: number },
    isVisible: (tenant: TenantRecord) => boolean,
  ): Promise<TenantMatrix> {
    const { cluster, limit, offset } = request;
    const { tenants } = await this.source.list();
    const found = tenants.filter(
      tenant =>
        (cluster === undefined || tenant.cluster === cluster) &&
        isVisible(tenant),
    );
    const shown = found.slice(offset, offset + limit);
    const cells = await this.store.pairs(shown.map(tenant => tenant.name));
    const sizes = new Map<string, number>();
    for (const tenant of shown) {
      sizes.set(tenant.cluster, (sizes.get(tenant.cluster) ?? 0) + 1);
    }
    const pairs = [...sizes.values()].reduce((sum, n) => sum + n * (n - 1), 0);
    return {
      tenants: shown.map(tenant => tenant.name),
      totalItems: found.length,
      cells,
      coverage: { pairs, proved: cells.length },
    };
  }

  async #describe(records: TenantRecord[]): Promise<Tenant[]> {
    const names = records.map(record => record.name);
    const [latest, current] = await Promise.all([
      this.store.latest(names),
      this.store.current(names),
    ]);
    return records.map(record =>
      this.#tenant(record, latest.get(record.name), current.get(record.name)),
    );
  }

  #tenant(
    record: TenantRecord,
    latest: LatestProof | undefined,
    current: ProofSummary | undefined,
  ): Tenant {
    const { name, cluster, namespace, owner, spec, phase, createdAt } = record;
    return {
      name,
      cluster,
      namespace,
      owner,
      spec,
      phase,
      entityRef: stringifyEntityRef({
        kind: 'resource',
        namespace: 'default',
        name,
      }),
      walls: this.#walls(latest),
      ...(latest && { lastProof: latest.proof }),
      ...(current && { currentProof: current }),
      createdAt,
    };
  }

  #walls(latest: LatestProof | undefined) {
    return wallStates(latest, {
      now: this.now(),
      intervalMs: this.intervalMs,
    });
  }
}

function isSameRef(a: string, b: string): boolean {
  return a.toLocaleLowerCase('en-US') === b.toLocaleLowerCase('en-US');
}
