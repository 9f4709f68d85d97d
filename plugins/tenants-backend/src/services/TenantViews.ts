import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  canonicalRef,
  ListTenantsRequest,
  Tenant as ApiTenant,
  TenantsPage,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { ProofStore, TenantActivity } from '../database/ProofStore';
import { overallStatus } from '../database/statuses';
import { Inventory, Tenant } from '../inventory/Inventory';
import { wallStates } from '../operations/verdicts';
import { Viewer } from '../permissions/TenantAuthorizer';
import { StateWatch } from '../state/StateWatch';
import { UsageSummaries } from './UsageSummaries';

/** Tenants as the API shows them: what there is, and what was proved of it. */
export class TenantViews {
  constructor(
    private readonly options: {
      inventory: Inventory;
      proofs: ProofStore;
      usage: UsageSummaries;
      state: Pick<StateWatch, 'ready' | 'verdictsOf'>;
      maxAgeMs: number;
      isOutdated(tenant: Tenant): boolean;
    },
  ) {}

  /** A page of those that the viewer may read. */
  async list(
    request: ListTenantsRequest,
    canRead: Viewer,
  ): Promise<TenantsPage> {
    const { inventory, proofs, state, usage } = this.options;
    const { status, owner, cluster, limit = 100, offset = 0 } = request;
    const { tenants, impostors } = await inventory.list();
    let found = tenants.filter(
      tenant =>
        canRead(tenant) &&
        (cluster === undefined || tenant.cluster === cluster) &&
        (owner === undefined || tenant.owner === canonicalRef(owner)),
    );
    // By status each one's age counts; else only those that are shown are looked at.
    const page = (all: Tenant[]) => all.slice(offset, offset + limit);
    const looked = status === undefined ? page(found) : found;
    const [activity] = await Promise.all([
      proofs.activity(looked.map(({ uid }) => uid)),
      usage.refresh(tenants),
      state.ready(looked),
    ]);
    const views = new Map(
      looked.map(tenant => [
        tenant.uid,
        this.#view(tenant, activity.get(tenant.uid)),
      ]),
    );
    if (status !== undefined) {
      found = found.filter(({ uid }) => statusOf(views.get(uid)!) === status);
    }
    return {
      items: page(found).map(({ uid }) => views.get(uid)!),
      totalItems: found.length,
      impostors,
    };
  }

  async describe(tenant: Tenant): Promise<ApiTenant> {
    const { proofs, state, usage } = this.options;
    const [activity] = await Promise.all([
      proofs.activity([tenant.uid]),
      usage.refresh([tenant]),
      state.ready([tenant]),
    ]);
    return this.#view(tenant, activity.get(tenant.uid));
  }

  #view(tenant: Tenant, activity: TenantActivity = {}): ApiTenant {
    const { uid, name, cluster, namespace, owner, spec, phase } = tenant;
    const { lastProof, currentProof, currentOperation } = activity;
    const { maxAgeMs, isOutdated, state } = this.options;
    const usage = this.options.usage.get(tenant);
    return {
      uid,
      name,
      cluster,
      namespace,
      owner,
      spec,
      phase,
      ...(tenant.lost && {
        lost: { reason: tenant.lost, since: tenant.lostSince ?? nowIso() },
      }),
      ...(tenant.changed.length > 0 && { changed: tenant.changed }),
      outdated: isOutdated(tenant),
      entityRef: stringifyEntityRef({
        kind: 'resource',
        namespace: 'default',
        name,
      }),
      walls: wallStates(lastProof, {
        now: Date.now(),
        maxAgeMs,
        lost: tenant.lost,
        turned: tenant.turned,
        state: state.verdictsOf(uid),
      }),
      ...(lastProof && { lastProof }),
      ...(currentProof && { currentProof }),
      ...(currentOperation && { currentOperation }),
      ...(usage && { usage }),
      createdAt: tenant.createdAt,
    };
  }
}

/** The worst of a tenant's walls. */
export function statusOf({ walls }: Pick<ApiTenant, 'walls'>): WallStatus {
  return overallStatus(walls);
}

function nowIso(): string {
  return new Date().toISOString();
}
