import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  canonicalRef,
  isProofOnly,
  ListTenantsRequest,
  overallStatus,
  Tenant as ApiTenant,
  TenantPlanNames,
  TenantsPage,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  ClusterProfile,
  n8nUrl,
  Platform,
  proofOnlyNames,
  tenantNames,
} from '@threewalls/backstage-plugin-tenants-node';
import { Attention, AttentionStore } from '../database/AttentionStore';
import { ProofStore, TenantActivity } from '../database/ProofStore';
import { Inventory, Tenant } from '../inventory/Inventory';
import { Drills } from '../operations/Drills';
import { wallStates } from '../operations/verdicts';
import { Viewer } from '../permissions/TenantAuthorizer';
import { forViewer, KnowsName } from './forViewer';
import { StateWatch } from '../state/StateWatch';
import { UsageSummaries } from './UsageSummaries';

/** Tenants as the API shows them: what there is, and what was proved of it. */
export class TenantViews {
  constructor(
    private readonly options: {
      inventory: Inventory;
      proofs: ProofStore;
      drills: Drills;
      usage: UsageSummaries;
      state: Pick<StateWatch, 'ready' | 'verdictsOf'>;
      attention: AttentionStore;
      platform: Platform;
      maxAgeMs: number;
      isOutdated(tenant: Tenant): boolean;
    },
  ) {}

  /** A page of those that the viewer may read. */
  async list(
    request: ListTenantsRequest,
    canRead: Viewer,
  ): Promise<TenantsPage> {
    const { inventory, proofs, state, usage, drills } = this.options;
    const { status, owner, cluster, limit = 100, offset = 0 } = request;
    const { tenants, impostors } = await inventory.list();
    let found = tenants.filter(
      tenant =>
        canRead(tenant) &&
        (cluster === undefined || tenant.cluster === cluster) &&
        (owner === undefined || tenant.owner === canonicalRef(owner)),
    );
    const knows = knowsName(tenants, canRead);
    // By status each one's age counts; else only those that are shown are looked at.
    const page = (all: Tenant[]) => all.slice(offset, offset + limit);
    const looked = status === undefined ? page(found) : found;
    const uids = looked.map(({ uid }) => uid);
    const [activity, said] = await Promise.all([
      proofs.activity(uids),
      this.options.attention.list(uids),
      usage.refresh(tenants),
      state.ready(looked),
      drills.refresh(),
    ]);
    const views = new Map(
      looked.map(tenant => [
        tenant.uid,
        this.#view(
          tenant,
          activity.get(tenant.uid),
          said.get(tenant.uid),
          knows,
        ),
      ]),
    );
    if (status !== undefined) {
      found = found.filter(
        ({ uid }) => overallStatus(views.get(uid)!.walls) === status,
      );
    }
    return {
      items: page(found).map(({ uid }) => views.get(uid)!),
      totalItems: found.length,
      impostors,
    };
  }

  async describe(tenant: Tenant, canRead: Viewer): Promise<ApiTenant> {
    const { inventory, proofs, state, usage, drills } = this.options;
    const { tenants } = await inventory.list();
    const [activity, said] = await Promise.all([
      proofs.activity([tenant.uid]),
      this.options.attention.list([tenant.uid]),
      usage.refresh([tenant]),
      state.ready([tenant]),
      drills.refresh(),
    ]);
    return this.#view(
      tenant,
      activity.get(tenant.uid),
      said.get(tenant.uid),
      knowsName(tenants, canRead),
    );
  }

  #view(
    tenant: Tenant,
    activity: TenantActivity = {},
    { acknowledged, muted }: Attention = {},
    knows: KnowsName = () => false,
  ): ApiTenant {
    const { uid, name, cluster, namespace, owner, spec, phase } = tenant;
    const { currentProof, currentOperation } = activity;
    const { maxAgeMs, isOutdated, platform, state } = this.options;
    const lastProof =
      activity.lastProof && forViewer(activity.lastProof, knows, platform);
    const profile = profileOf(tenant, platform);
    const url = profile && !isProofOnly(spec) && n8nUrl(spec, profile);
    const usage = this.options.usage.get(tenant);
    const prover = this.options.drills.state(cluster);
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
      names: namesOf(tenant, platform, profile),
      ...(url && { url }),
      ...(acknowledged && { acknowledged }),
      ...(muted && { muted }),
      walls: wallStates(lastProof, {
        now: Date.now(),
        maxAgeMs,
        lost: tenant.lost,
        turned: tenant.turned,
        state: state.verdictsOf(uid),
        doubt: prover?.problem,
      }),
      ...(prover && { prover }),
      ...(lastProof && { lastProof }),
      ...(currentProof && { currentProof }),
      ...(currentOperation && { currentOperation }),
      ...(usage && { usage }),
      createdAt: tenant.createdAt,
    };
  }
}

/** Of the tenants that there are, those that the viewer may read. */
export function knowsName(tenants: Tenant[], canRead: Viewer): KnowsName {
  const byName = new Map(tenants.map(tenant => [tenant.name, tenant]));
  return name => {
    const tenant = byName.get(name);
    return tenant !== undefined && canRead(tenant);
  };
}

/** The settings of its cluster, where config still has it. */
function profileOf(
  { cluster }: Tenant,
  { clusters }: Platform,
): ClusterProfile | undefined {
  return clusters.find(({ name }) => name === cluster);
}

/** What the tenant's objects are called: nobody else puts these names together. */
function namesOf(
  { name, owner, spec }: Tenant,
  platform: Platform,
  config?: ClusterProfile,
): TenantPlanNames {
  const declared = isProofOnly(spec)
    ? config?.proofOnly.find(one => one.name === name)
    : undefined;
  const { ownerSubject, ...names } = declared
    ? proofOnlyNames(declared, platform)
    : tenantNames(name, owner, platform, config);
  return { ...names, kvMount: config?.vault.kvMount };
}

function nowIso(): string {
  return new Date().toISOString();
}
