import { TenantRecord } from '@threewalls/backstage-plugin-tenants-node';
import { RenderedJson } from '../http/RenderedJson';
import { Viewer } from '../permissions/TenantAuthorizer';
import { MatrixFormat, MatrixPages } from './MatrixPages';
import { ProofView } from './ProofView';
import { TenantSource } from './TenantSource';
import { VisibleTenants } from './VisibleTenants';

export interface MatrixPageRequest {
  cluster?: string;
  format: MatrixFormat;
  /** Tenants, not pairs */
  limit: number;
  offset: number;
}

/** The N×N matrix of last results, as far as somebody may read it. */
export class TenantMatrixOverview {
  static create(options: {
    source: TenantSource;
    proofs: ProofView;
    pages: MatrixPages;
    visible: VisibleTenants;
  }): TenantMatrixOverview {
    return new TenantMatrixOverview(options);
  }

  private constructor(
    private readonly options: Parameters<typeof TenantMatrixOverview.create>[0],
  ) {}

  /** The results among a page of tenants. */
  async page(
    request: MatrixPageRequest,
    viewer: Viewer,
  ): Promise<RenderedJson> {
    const { source, proofs, pages, visible } = this.options;
    const { cluster, format, limit, offset } = request;
    const [inventory] = await Promise.all([source.list(), proofs.fresh()]);
    const found = visible.of(inventory, viewer, cluster);
    const shown = found.slice(offset, offset + limit);
    const key = JSON.stringify([
      viewer.key,
      cluster,
      limit,
      offset,
      found.length,
    ]);
    return pages.square(key, shown, format, found.length);
  }

  /** The row and the column of one tenant, against a page of its cluster's others. */
  async cross(
    tenant: TenantRecord,
    request: MatrixPageRequest,
    viewer: Viewer,
  ): Promise<RenderedJson> {
    const { source, pages, visible } = this.options;
    const { limit, offset } = request;
    const others = visible
      .of(await source.list(), viewer, tenant.cluster)
      .filter(other => other.name !== tenant.name);
    return pages.cross(
      tenant,
      others.slice(offset, offset + limit),
      others.length + 1,
    );
  }
}
