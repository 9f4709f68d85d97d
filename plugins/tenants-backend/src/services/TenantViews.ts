import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  canonicalRef,
  isProofOnly,
  ListTenantsRequest,
  MatrixCell,
  overallStatus,
  ProofSummary,
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
import { PairResult, ProofStore, TenantActivity } from '../database/ProofStore';
import { toIso } from '../database/rows';
import { Inventory, Tenant } from '../inventory/Inventory';
import { doubtOf, Drills } from '../operations/Drills';
import { wallStates } from '../operations/verdicts';
import { Viewer } from '../permissions/TenantAuthorizer';
import { Hide, HiddenNames } from './HiddenNames';
import { StateWatch } from '../state/StateWatch';
import { UsageSummaries } from './UsageSummaries';

/** Turns of a pair after which its result is too old: by then a proof was due. */
const ROUNDS_MISSED = 3;

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
      names: HiddenNames;
      platform: Platform;
      maxAgeMs: number;
      /** Milliseconds between two proofs of a tenant, each against another neighbour */
      intervalMs: number;
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
    // By status each one's age counts; else only those that are shown are looked at.
    const page = (all: Tenant[]) => all.slice(offset, offset + limit);
    const looked = status === undefined ? page(found) : found;
    const uids = looked.map(({ uid }) => uid);
    const [now, activity, said, hide] = await Promise.all([
      this.now(),
      proofs.activity(uids),
      this.options.attention.list(uids),
      this.options.names.from(canRead),
      usage.refresh(tenants),
      state.ready(looked),
      drills.refresh(),
    ]);
    if (status !== undefined) {
      found = found.filter(
        tenant =>
          overallStatus(
            this.#walls(tenant, activity.get(tenant.uid)?.lastProof, now),
          ) === status,
      );
    }
    return {
      items: page(found).map(tenant => {
        const { uid } = tenant;
        return this.#view(tenant, activity.get(uid), said.get(uid), hide, now);
      }),
      totalItems: found.length,
      impostors,
    };
  }

  async describe(tenant: Tenant, canRead: Viewer): Promise<ApiTenant> {
    const { proofs, state, usage, drills } = this.options;
    const [now, activity, said, hide] = await Promise.all([
      this.now(),
      proofs.activity([tenant.uid]),
      this.options.attention.list([tenant.uid]),
      this.options.names.from(canRead),
      usage.refresh([tenant]),
      state.ready([tenant]),
      drills.refresh(),
    ]);
    return this.#view(
      tenant,
      activity.get(tenant.uid),
      said.get(tenant.uid),
      hide,
      now,
    );
  }

  /** The database's time, in milliseconds, by which everything shown here ages. */
  async now(): Promise<number> {
    return this.options.proofs.now();
  }

  /** Milliseconds in which each pair of these is tried once. */
  roundMs(tenants: Pick<Tenant, 'cluster'>[]): number {
    return this.#roundOf(Math.max(1, ...sizesOf(tenants).values()));
  }

  /**
   * Since when the result of any pair of these counts, in milliseconds; nothing while
   * one is lost or the prover of a cluster in doubt.
   */
  async pairsCountSince(tenants: Tenant[]): Promise<number | undefined> {
    const { drills, maxAgeMs } = this.options;
    const [now] = await Promise.all([this.now(), drills.refresh()]);
    return tenants.some(t => t.lost || drills.state(t.cluster)?.problem)
      ? undefined
      : now - Math.max(maxAgeMs, ROUNDS_MISSED * this.roundMs(tenants));
  }

  /**
   * Results of pairs as of now. Old is not green here either: one that held is
   * unproven when its turn has come and gone, and while either tenant is lost or
   * the cluster's prover in doubt.
   *
   * @param tenants - All that there are
   */
  async pairsNow(
    pairs: PairResult[],
    tenants: Tenant[],
  ): Promise<MatrixCell[]> {
    const { drills, maxAgeMs } = this.options;
    const [now] = await Promise.all([this.now(), drills.refresh()]);
    const sizes = sizesOf(tenants);
    const known = new Map(
      tenants.map(tenant => {
        const { uid, name, cluster, lost } = tenant;
        const ms = ROUNDS_MISSED * this.#roundOf(sizes.get(cluster)!);
        const isInDoubt = lost || drills.state(cluster)?.problem;
        const oldest = isInDoubt ? Infinity : now - Math.max(maxAgeMs, ms);
        return [uid, { name, oldest }];
      }),
    );
    return pairs.flatMap(({ uid, neighbourUid, status, proofId, provedAt }) => {
      const [one, other] = [known.get(uid), known.get(neighbourUid)];
      if (!one || !other) {
        return [];
      }
      const isOver =
        status === 'holds' && provedAt < Math.max(one.oldest, other.oldest);
      return {
        tenant: one.name,
        neighbour: other.name,
        status: isOver ? 'unproven' : status,
        ...(isOver && { lastStatus: status }),
        proofId,
        provedAt: toIso(provedAt),
      };
    });
  }

  /** With one neighbour each interval. */
  #roundOf(size: number): number {
    return (size - 1) * this.options.intervalMs;
  }

  #walls(tenant: Tenant, lastProof: ProofSummary | undefined, now: number) {
    const { maxAgeMs, state, drills } = this.options;
    return wallStates(lastProof, {
      now,
      maxAgeMs,
      lost: tenant.lost,
      turned: tenant.turned,
      state: state.verdictsOf(tenant),
      doubt: doubtOf(drills.state(tenant.cluster)),
    });
  }

  #view(
    tenant: Tenant,
    { currentProof, currentOperation, lastProof }: TenantActivity = {},
    { acknowledged, muted }: Attention = {},
    hide: Hide,
    now: number,
  ): ApiTenant {
    const { uid, name, cluster, namespace, owner, spec, phase } = tenant;
    const { isOutdated, platform } = this.options;
    const profile = profileOf(tenant, platform);
    const url = profile && !isProofOnly(spec) && n8nUrl(spec, profile);
    const isGone = tenant.lost && !tenant.isAway;
    const usage = isGone ? undefined : this.options.usage.get(tenant);
    const prover = this.options.drills.state(cluster);
    return {
      uid,
      name,
      cluster,
      namespace,
      owner,
      spec,
      phase,
      outdated: isOutdated(tenant),
      entityRef: stringifyEntityRef({
        kind: 'resource',
        namespace: 'default',
        name,
      }),
      names: namesOf(tenant, platform, profile),
      ...(url && { url }),
      ...(usage && { usage }),
      createdAt: tenant.createdAt,
      // All that may tell of others; above it is the tenant's own.
      ...hide({
        ...(tenant.lost && {
          lost: {
            reason: tenant.lost.summary,
            ...(tenant.lost.wording && { wording: tenant.lost.wording }),
            since: tenant.lostSince ?? toIso(now),
          },
        }),
        ...(tenant.changed.length > 0 && { changed: tenant.changed }),
        ...(acknowledged && { acknowledged }),
        ...(muted && { muted }),
        walls: this.#walls(tenant, lastProof, now),
        ...(prover && { prover }),
        ...(lastProof && { lastProof }),
        ...(currentProof && { currentProof }),
        ...(currentOperation && { currentOperation }),
      }),
    };
  }
}

/** How many there are, by cluster. */
export function sizesOf(
  tenants: Pick<Tenant, 'cluster'>[],
): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { cluster } of tenants) {
    sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  }
  return sizes;
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
