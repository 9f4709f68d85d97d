import {
  ListTenantsRequest,
  Tenant,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { overallStatus } from '../database/statuses';
import { RenderedJson } from '../http/RenderedJson';
import { Viewer } from '../permissions/TenantAuthorizer';
import { LruMap } from './LruMap';
import { ProofView } from './ProofView';
import { Card, TenantCards } from './TenantCards';
import { TenantInventory, TenantSource } from './TenantSource';
import { UsageSummaries } from './UsageSummaries';
import { VisibleTenants } from './VisibleTenants';

/** Pages that are remembered; one of 100 tenants has some 150 KB. */
const MAX_PAGES = 200;
/** Single tenants that are remembered. */
const MAX_CARDS = 2_000;

/** What the page was made of: as long as all is the same, so is the page. */
interface Page {
  inventory: TenantInventory;
  proofs: number;
  usage: number;
  /** Milliseconds */
  until: number;
  rendered: RenderedJson;
}

/** Figures of quotas that go with tenants. */
export type Usage = Pick<UsageSummaries, 'refresh' | 'get' | 'stamp'>;

/**
 * Tenants as the API shows them: what the clusters hold and what was proved. All
 * of it is in memory, and answers are rendered once for all who get the same.
 */
export class TenantOverview {
  readonly #pages = new LruMap<string, Page>(MAX_PAGES);
  readonly #rendered = new LruMap<string, { of: Card; json: RenderedJson }>(
    MAX_CARDS,
  );
  readonly #cards: TenantCards;

  static create(options: {
    source: TenantSource;
    proofs: ProofView;
    usage: Usage;
    visible: VisibleTenants;
    intervalMs: number;
    now?: () => number;
  }): TenantOverview {
    return new TenantOverview(options, options.now ?? Date.now);
  }

  private constructor(
    private readonly options: Parameters<typeof TenantOverview.create>[0],
    private readonly now: () => number,
  ) {
    this.#cards = new TenantCards(options.intervalMs);
  }

  /** A page of those that the viewer may have. */
  async list(
    request: ListTenantsRequest,
    viewer: Viewer,
  ): Promise<RenderedJson> {
    const { proofs, usage } = this.options;
    const inventory = await this.#fresh();
    const key = `${viewer.key} ${JSON.stringify(request)}`;
    const known = this.#pages.get(key);
    if (
      known &&
      known.inventory === inventory &&
      known.proofs === proofs.stamp &&
      known.usage === usage.stamp &&
      this.now() < known.until
    ) {
      return known.rendered;
    }
    this.#cards.keep(inventory.tenants);
    const { status, owner, cluster, limit = 100, offset = 0 } = request;
    const found = this.options.visible
      .of(inventory, viewer, cluster)
      .filter(
        tenant =>
          (owner === undefined || isSameRef(tenant.owner, owner)) &&
          (status === undefined || this.#status(tenant) === status),
      );
    const cards = found
      .slice(offset, offset + limit)
      .map(tenant => this.#card(tenant));
    const json = `{"items":[${cards
      .map(card => card.json)
      .join()}],"totalItems":${found.length}}`;
    const page = {
      inventory,
      proofs: proofs.stamp,
      usage: usage.stamp,
      until: Math.min(...cards.map(card => card.until)),
      rendered: new RenderedJson(json),
    };
    // Unchanged after all: those who have it need not get it again.
    if (known && known.rendered.etag === page.rendered.etag) {
      page.rendered = known.rendered;
    }
    this.#pages.set(key, page);
    return page.rendered;
  }

  async describe(record: TenantRecord): Promise<Tenant> {
    return (await this.#freshCard(record)).tenant;
  }

  /** One tenant, whoever may have it. */
  async render(record: TenantRecord): Promise<RenderedJson> {
    const card = await this.#freshCard(record);
    let rendered = this.#rendered.get(record.name);
    if (rendered?.of !== card) {
      rendered = { of: card, json: new RenderedJson(card.json) };
      this.#rendered.set(record.name, rendered);
    }
    return rendered.json;
  }

  /** Everything as new as it has to be, whatever is asked for. */
  async #fresh(): Promise<TenantInventory> {
    const { source, proofs, usage } = this.options;
    const [inventory] = await Promise.all([source.list(), proofs.fresh()]);
    await usage.refresh(inventory.tenants);
    return inventory;
  }

  async #freshCard(record: TenantRecord): Promise<Card> {
    await this.#fresh();
    return this.#card(record);
  }

  #card(record: TenantRecord): Card {
    const proofs = this.options.proofs.get(record.name);
    const usage = this.options.usage.get(record);
    return this.#cards.get(
      { record, stamp: proofs.stamp, usage },
      proofs,
      this.now(),
    );
  }

  /** The worst of a tenant's walls. */
  #status({ name }: TenantRecord): WallStatus {
    return overallStatus(
      this.options.proofs.get(name).latest?.proof.verdicts ?? [],
    );
  }
}

function isSameRef(a: string, b: string): boolean {
  return a.toLocaleLowerCase('en-US') === b.toLocaleLowerCase('en-US');
}
