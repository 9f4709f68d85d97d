import {
  MatrixCell,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { ProofStore } from '../database/ProofStore';
import { RenderedJson } from '../http/RenderedJson';
import { LruMap } from './LruMap';
import { ProofView } from './ProofView';

/** Pages that are remembered; one of 100 tenants has 9,900 cells, some 1.5 MB. */
const MAX_PAGES = 20;

export type MatrixFormat = 'cells' | 'compact';

/** A letter for each status in a compact row; `-` is no result. */
const LETTERS: Record<WallStatus, string> = {
  holds: 'h',
  breached: 'b',
  unproven: 'u',
};

/** A row as it was read: the tenant's results against the page's tenants. */
interface Row {
  /** The last proof at that time: a new one means new results */
  proofId: string | undefined;
  json: string;
  compact: string;
  proved: number;
}

interface Page {
  tenants: TenantRecord[];
  stamp: number;
  rows: Map<string, Row>;
  rendered: Partial<Record<MatrixFormat, RenderedJson>>;
}

/**
 * Pages of the N×N matrix. A page stays in memory, and after a proof only the
 * row of its tenant is read again.
 */
export class MatrixPages {
  readonly #pages = new LruMap<string, Page>(MAX_PAGES);
  readonly #updates = new Map<string, Promise<Page>>();

  static create(options: { store: ProofStore; proofs: ProofView }) {
    return new MatrixPages(options.store, options.proofs);
  }

  private constructor(
    private readonly store: ProofStore,
    private readonly proofs: ProofView,
  ) {}

  /**
   * The square of these tenants.
   *
   * @param key - Who asks for which page of how many tenants
   */
  async square(
    key: string,
    tenants: TenantRecord[],
    format: MatrixFormat,
    totalItems: number,
  ): Promise<RenderedJson> {
    const page = await this.#page(key, tenants);
    page.rendered[format] ??= render(page, format, totalItems);
    return page.rendered[format];
  }

  /** A tenant's row and column, and nothing else. */
  async cross(
    tenant: TenantRecord,
    others: TenantRecord[],
    totalItems: number,
  ): Promise<RenderedJson> {
    const names = others.map(other => other.name);
    const [row, column] = await Promise.all([
      this.store.pairs([tenant.name], names),
      this.store.pairs(names, [tenant.name]),
    ]);
    const cells: MatrixCell[] = [...row, ...column];
    return new RenderedJson(
      JSON.stringify({
        tenants: [tenant.name, ...names],
        totalItems,
        cells,
        coverage: { pairs: 2 * names.length, proved: cells.length },
      }),
    );
  }

  async #page(key: string, tenants: TenantRecord[]): Promise<Page> {
    const known = this.#pages.get(key);
    const isSame = known && areSame(known.tenants, tenants);
    if (isSame && known.stamp === this.proofs.stamp) {
      return known;
    }
    // One update serves all who ask meanwhile, but for those who know of more.
    const id = `${this.proofs.stamp} ${key}`;
    let update = this.#updates.get(id);
    if (!update) {
      update = this.#update(tenants, isSame ? known : undefined).finally(() =>
        this.#updates.delete(id),
      );
      this.#updates.set(id, update);
    }
    const page = await update;
    this.#pages.set(key, page);
    return page;
  }

  async #update(
    tenants: TenantRecord[],
    before: Page | undefined,
  ): Promise<Page> {
    const { stamp } = this.proofs;
    const rows = new Map(before?.rows);
    const names = tenants.map(tenant => tenant.name);
    const last = new Map(
      names.map(name => [name, this.proofs.get(name).latest?.proof.id]),
    );
    const changed = names.filter(
      name => !rows.has(name) || rows.get(name)!.proofId !== last.get(name),
    );
    if (before && !changed.length) {
      return { ...before, tenants, stamp };
    }
    const cells = new Map<string, MatrixCell[]>();
    for (const cell of await this.store.pairs(changed, names)) {
      const row = cells.get(cell.tenant) ?? [];
      row.push(cell);
      cells.set(cell.tenant, row);
    }
    for (const name of changed) {
      rows.set(name, toRow(cells.get(name) ?? [], names, last.get(name)));
    }
    return { tenants, stamp, rows, rendered: {} };
  }
}

function toRow(
  cells: MatrixCell[],
  names: string[],
  proofId: string | undefined,
): Row {
  const byNeighbour = new Map(cells.map(cell => [cell.neighbour, cell]));
  const letters = names.map(name => {
    const cell = byNeighbour.get(name);
    return cell ? LETTERS[cell.status] : '-';
  });
  return {
    proofId,
    json: cells.map(cell => JSON.stringify(cell)).join(),
    compact: letters.join(''),
    proved: cells.length,
  };
}

function render(
  { tenants, rows }: Page,
  format: MatrixFormat,
  totalItems: number,
): RenderedJson {
  const names = tenants.map(tenant => tenant.name);
  const ordered = names.map(name => rows.get(name)!);
  const head = JSON.stringify({
    tenants: names,
    totalItems,
    coverage: {
      pairs: countPairs(tenants),
      proved: ordered.reduce((sum, row) => sum + row.proved, 0),
    },
  });
  const body =
    format === 'compact'
      ? `"rows":${JSON.stringify(ordered.map(row => row.compact))}`
      : `"cells":[${ordered
          .map(row => row.json)
          .filter(Boolean)
          .join()}]`;
  return new RenderedJson(`${head.slice(0, -1)},${body}}`);
}

/** Ordered pairs of tenants of one cluster. */
function countPairs(tenants: TenantRecord[]): number {
  const sizes = new Map<string, number>();
  for (const { cluster } of tenants) {
    sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  }
  return [...sizes.values()].reduce((sum, n) => sum + n * (n - 1), 0);
}

function areSame(a: TenantRecord[], b: TenantRecord[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ name, cluster }, i) => name === b[i].name && cluster === b[i].cluster,
    )
  );
}
