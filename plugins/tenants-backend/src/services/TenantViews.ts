import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  canonicalRef,
  isProofOnly,
  ListTenantsRequest,
  MatrixCell,
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

/** What goes with tenants for a viewer, by UID, as of now. */
interface Known {
  now: number;
  activity: Map<string, TenantActivity>;
  said: Map<string, Attention>;
  hide: Hide;
}

/** How pairs stand at one moment. */
export interface PairsNow {
  /** Pairs of which either is no tenant any more are left out */
  cells(pairs: PairResult[]): MatrixCell[];
  /**
   * Since when the result of any pair of these counts, in milliseconds; nothing while
   * one is lost or the prover of a cluster in doubt
   */
  countSince(tenants: Tenant[]): number | undefined;
}

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
      isOutdated(tenant: Tenant): boolean;
    },
  ) {}

  /** A page of those that the viewer may read. */
  async list(
    request: ListTenantsRequest,
    canRead: Viewer,
  ): Promise<TenantsPage> {
    const { inventory } = this.options;
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
    const known = await this.#known(looked, canRead);
    if (status !== undefined) {
      found = found.filter(
        tenant => overallStatus(this.#walls(tenant, known)) === status,
      );
    }
    return {
      items: page(found).map(tenant => this.#view(tenant, known)),
      totalItems: found.length,
      impostors,
    };
  }

  async describe(tenant: Tenant, canRead: Viewer): Promise<ApiTenant> {
    return this.#view(tenant, await this.#known([tenant], canRead));
  }

  /** Sees to it that the rest is in memory, too. */
  async #known(tenants: Tenant[], canRead: Viewer): Promise<Known> {
    const { proofs, attention, names, usage, state, drills } = this.options;
    const uids = tenants.map(({ uid }) => uid);
    const [now, activity, said, hide] = await Promise.all([
      this.now(),
      proofs.activity(uids),
      attention.list(uids),
      names.from(canRead),
      usage.refresh(tenants),
      state.ready(tenants),
      drills.refresh(),
    ]);
    return { now, activity, said, hide };
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
   * Results of pairs as of now. Old is not green here either: one that held is
   * unproven when its turn has come and gone, and while either tenant is lost or
   * the cluster's prover in doubt.
   *
   * @param tenants - All that there are
   */
  async pairsNow(tenants: Tenant[]): Promise<PairsNow> {
    const { drills, platform } = this.options;
    const { maxAgeMs } = platform.proofs;
    const [now] = await Promise.all([this.now(), drills.refresh()]);
    const isInDoubt = ({ lost, cluster }: Tenant) =>
      Boolean(lost || drills.state(cluster)?.problem);
    const since = (roundMs: number) =>
      now - Math.max(maxAgeMs, ROUNDS_MISSED * roundMs);
    const sizes = sizesOf(tenants);
    const known = new Map(
      tenants.map(tenant => {
        const { uid, name, cluster } = tenant;
        const oldest = isInDoubt(tenant)
          ? Infinity
          : since(this.#roundOf(sizes.get(cluster)!));
        return [uid, { name, oldest }];
      }),
    );
    return {
      cells: pairs =>
        pairs.flatMap(({ uid, neighbourUid, status, proofId, provedAt }) => {
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
        }),
      countSince: some =>
        some.some(isInDoubt) ? undefined : since(this.roundMs(some)),
    };
  }

  /** With one neighbour each interval. */
  #roundOf(size: number): number {
    return (size - 1) * this.options.platform.proofs.intervalMs;
  }

  #walls(tenant: Tenant, { activity, now }: Known) {
    const { platform, state, drills } = this.options;
    return wallStates(activity.get(tenant.uid)?.lastProof, {
      now,
      maxAgeMs: platform.proofs.maxAgeMs,
      lost: tenant.lost,
      turned: tenant.turned,
      state: state.verdictsOf(tenant),
      doubt: doubtOf(drills.state(tenant.cluster)),
    });
  }

  #view(tenant: Tenant, known: Known): ApiTenant {
    const { uid, name, cluster, namespace, owner, spec, phase } = tenant;
    const { isOutdated, platform } = this.options;
    // Where config still has it.
    const profile = platform.clusters.find(one => one.name === cluster);
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
      ...known.hide({
        ...(tenant.lost && {
          lost: {
            reason: tenant.lost.summary,
            ...(tenant.lost.wording && { wording: tenant.lost.wording }),
            since: tenant.lostSince ?? toIso(known.now),
          },
        }),
        ...(tenant.changed.length > 0 && { changed: tenant.changed }),
        ...known.said.get(uid),
        walls: this.#walls(tenant, known),
        ...(prover && { prover }),
        ...known.activity.get(uid),
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
