import { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import {
  Receipt,
  Wall,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  asApplied,
  checkState,
  Cluster,
  Clusters,
  ClusterView,
  knowRoles,
  Platform,
  planTenant,
  RequestView,
  StateFindings,
  StillView,
  TenantPlan,
  unproven,
  VaultView,
} from '@threewalls/backstage-plugin-tenants-node';
import pLimit from 'p-limit';
import { OperationStore } from '../database/OperationStore';
import { ProofStore, WallChange } from '../database/ProofStore';
import { StoredOperation } from '../database/rows';
import { TenantStore } from '../database/TenantStore';
import { Caches } from '../inventory/caches';
import { Inventory, Tenant } from '../inventory/Inventory';
import { untilAborted } from '../operations/untilAborted';
import { doubted } from '../operations/verdicts';
import { concernOf } from './concerns';
import { Debts } from './Debts';
import { BEHIND_MS, Rounds } from './Rounds';
import { Sight } from './Sight';

/** Tenants looked at side by side: those that a change concerns, and all in their turn. */
const CONCURRENCY = { rounds: 8, sweeps: 2 };
/** Milliseconds that a view of a tenant waits for the first look at it. */
const PATIENCE_MS = 1_500;
/** Milliseconds until a tenant is looked at again that is being changed. */
const CHANGING_MS = 500;
/** Milliseconds until one is looked at again that could not be: twice as many each time. */
const RETRY_MS = { first: 1_000, most: 30_000 };
/** Milliseconds that everybody waits after a change that may concern all. */
const ALL_MS = 300;
/** Milliseconds between two looks at Vault, whatever asks for one: at least, and a tenant. */
const VAULT_GAP_MS = { least: 2_000, perTenant: 10 };
/** Milliseconds for one look, and for what it begins with: Vault's client takes half of it. */
const LOOK_MS = BEHIND_MS;
const BEHIND = {
  summary: `Objects of this cluster were not compared with their plans for ${
    BEHIND_MS / 1000
  } s: the portal's log says why`,
};

export interface StateWatchOptions {
  platform: Platform;
  clusters: Clusters;
  caches: Caches;
  store: TenantStore;
  operations: OperationStore;
  proofs: ProofStore;
  inventory: Inventory;
  logger: LoggerService;
  /** Checks of the platform's own, which may look elsewhere, too */
  added?: readonly unknown[];
  /** The engine's own; a test has another */
  checkState: typeof checkState;
  /** Called where objects show that walls are breached, and that is news */
  onTurned(
    tenant: Tenant,
    proof: StoredOperation,
    changes: WallChange[],
  ): Promise<void>;
  /** Called whenever a wall turns, also one that is on record as breached */
  onBreached(tenant: Tenant, receipts: Receipt[]): Promise<void>;
}

/** What a look at a tenant has shown. */
interface SeenTenant {
  look: number;
  verdicts: WallVerdict[];
  confirmed?: StateFindings['confirmed'];
  /** Where it could not be compared: milliseconds to wait if it can't be once more */
  pauseMs?: number;
  /** What it was held against, and what was seen of it, where all is as planned */
  of?: string;
  sight?: Sight;
}

/** What is watched of one cluster. */
interface Watched {
  cluster: Cluster;
  /** Of tenants that a change concerns */
  rounds: Rounds;
  /** Of all; they hold up nobody of the others */
  sweeps: Rounds;
  /** Namespaces with a deliberate change, and the time of the last one */
  meant: Map<string, number>;
  /** As it was at the last look: Vault has no watch */
  vault: VaultView;
  vaultAt: number;
  /** Tenants at the last look, of whom each is some three requests to Vault */
  count: number;
}

/**
 * Compares tenants with their plans whenever something has changed that may concern
 * them, from memory. A wall that objects show to be breached turns at once, is told
 * of, and is attacked. While the portal itself changes a tenant, nothing is judged.
 */
export class StateWatch {
  readonly #watched: Map<string, Watched>;
  /** What was seen last, by UID */
  readonly #seen = new Map<string, SeenTenant>();
  #looks = 0;
  #debts: Debts | undefined;
  readonly #ends: (() => void)[] = [];
  readonly #stop = new AbortController();

  constructor(private readonly options: StateWatchOptions) {
    const { clusters, logger } = options;
    const roundsOf = ({ name }: Cluster, which: 'rounds' | 'sweeps') =>
      new Rounds({
        run: async (due, progress) =>
          this.#look(name, { due, progress }, CONCURRENCY[which]),
        onError: error =>
          logger.warn(
            `Tenants of cluster ${name} were not compared with their plans: ${error}`,
          ),
      });
    this.#watched = new Map(
      clusters.all().map(cluster => [
        cluster.name,
        {
          cluster,
          meant: new Map<string, number>(),
          vault: new VaultView(cluster.vault),
          vaultAt: performance.now(),
          count: 0,
          rounds: roundsOf(cluster, 'rounds'),
          sweeps: roundsOf(cluster, 'sweeps'),
        },
      ]),
    );
  }

  /**
   * Begins to look, and goes on until it is stopped.
   *
   * @param pay - How proofs are queued, or made anew, that changes ask for
   */
  start(
    pay: Pick<ConstructorParameters<typeof Debts>[0], 'enqueue' | 'renew'>,
  ): void {
    const { caches, inventory, logger, operations, platform } = this.options;
    const active = async (namespaces: ReadonlySet<string>) =>
      activeOf((await inventory.list(namespaces)).tenants);
    this.#debts = new Debts({ ...pay, operations, active, logger });
    for (const [name, watched] of this.#watched) {
      const { meant, rounds, sweeps } = watched;
      const end = caches.get(name)?.listen({
        changed: change => {
          const { namespaces, all, isMeant } = concernOf(change);
          rounds.add(namespaces);
          if (all) {
            sweeps.addAll(ALL_MS);
          }
          if (isMeant) {
            meant.set(namespaces[0], performance.now());
          }
        },
        // What can't be read any more, or can again, concerns everybody.
        stepped: () => sweeps.addAll(0),
      });
      const timer = setInterval(
        () => this.#renewVault(watched),
        platform.proofs.vaultIntervalMs,
      ).unref();
      this.#ends.push(() => {
        end?.();
        clearInterval(timer);
        rounds.stop();
        sweeps.stop();
      });
      sweeps.addAll(0);
    }
  }

  stop(): void {
    this.#stop.abort(new Error('The portal stops'));
    this.#ends.splice(0).forEach(end => end());
    this.#debts?.stop();
  }

  /** What a tenant's objects show now; `undefined` where that is not known. */
  verdictsOf({
    uid,
    cluster,
  }: Pick<Tenant, 'uid' | 'cluster'>): WallVerdict[] | undefined {
    const verdicts = this.#seen.get(uid)?.verdicts;
    const watched = this.#watched.get(cluster);
    return watched?.rounds.isBehind || watched?.sweeps.isBehind
      ? verdicts && doubted(verdicts, BEHIND)
      : verdicts;
  }

  /** Vault as it was at the last look at all tenants of a cluster. */
  vaultOf(cluster: string): VaultView | undefined {
    return this.#watched.get(cluster)?.vault;
  }

  /** Sees to it that these were looked at once, as far as that does not take long. */
  async ready(tenants: Tenant[]): Promise<void> {
    const unseen = tenants.filter(
      ({ uid, phase, proofId }) =>
        proofId && phase === 'active' && !this.#seen.has(uid),
    );
    await Promise.all(
      [...this.#watched].map(async ([name, { rounds }]) => {
        const own = unseen.filter(({ cluster }) => cluster === name);
        if (own.length > 0) {
          await rounds.addAndWait(
            own.map(({ namespace }) => namespace),
            PATIENCE_MS,
          );
        }
      }),
    );
  }

  /** An operation has begun or ended: what it has changed is looked at. */
  async moved(operation: StoredOperation): Promise<void> {
    const { cluster, request, tenant, finishedAt } = operation;
    const watched = this.#watched.get(cluster);
    if (!watched || !finishedAt || request.kind === 'remove') {
      return;
    }
    const { naming, proofOnly } = watched.cluster.config;
    const own = `${naming.namespacePrefix}${tenant}`;
    if (request.kind === 'apply') {
      // No event tells of what it has put right in Vault, of which an attack alone may know.
      watched.meant.set(own, performance.now());
      this.#renewVault(watched);
    }
    watched.rounds.add([
      own,
      ...proofOnly.flatMap(one => (one.name === tenant ? one.namespace : [])),
    ]);
  }

  async #renewVault(watched: Watched): Promise<void> {
    const now = performance.now();
    const { least, perTenant } = VAULT_GAP_MS;
    const gap = Math.max(least, watched.count * perTenant);
    if (now - watched.vaultAt >= gap) {
      // Until it is read nobody reads it once more.
      watched.vaultAt = Infinity;
      const vault = watched.vault.renewed();
      await rolesKnown(watched.cluster, vault);
      watched.vault = vault;
      watched.vaultAt = now;
      watched.sweeps.addAll(0);
    }
  }

  /** One without a proof is being made: whoever makes it asks for its first. */
  #oweTo(
    { name: tenant, phase, proofId, ...rest }: Tenant,
    changedAt: number = performance.now(),
  ): void {
    if (phase === 'active' && proofId) {
      const { uid, cluster, owner, namespace } = rest;
      const owed = { tenant, uid, cluster, owner, namespace };
      this.#debts?.add(owed, changedAt);
    }
  }

  /** Looks at those tenants of a cluster that are due; default all. */
  async #look(
    name: string,
    {
      due: namespaces,
      progress,
    }: { due?: ReadonlySet<string>; progress: () => void },
    concurrency: number,
  ): Promise<void> {
    const { inventory, operations, caches, logger } = this.options;
    const watched = this.#watched.get(name)!;
    const { cluster, meant, vault, rounds, sweeps } = watched;
    const [{ tenants }, { changing }] = await inTime(
      Promise.all([inventory.list(namespaces), operations.openByTenant()]),
    );
    const here = tenants.filter(t => t.cluster === name);
    // To one that can't be read now it is owed once it can.
    here
      .filter(({ phase }) => phase !== 'lost')
      .forEach(tenant => {
        const at = meant.get(tenant.namespace);
        if (meant.delete(tenant.namespace)) {
          this.#oweTo(tenant, at);
        }
      });
    if (!namespaces) {
      this.#forget(tenants);
      watched.count = here.length;
      const known = new Set(here.map(({ namespace }) => namespace));
      meant.forEach((_, one) => known.has(one) || meant.delete(one));
    }
    const due = here.filter(t => t.phase === 'active');
    const idle = due.filter(tenant => !changing.has(tenant.name));
    const later = due.filter(tenant => changing.has(tenant.name));
    rounds.add(
      later.map(({ namespace }) => namespace),
      CHANGING_MS,
    );
    const cache = caches.get(name)!;
    const view = new StillView(cache);
    if (!namespaces) {
      await rolesKnown(cluster, vault);
    }
    const asked = {
      view: new RequestView(cluster.kubernetes),
      vault: new VaultView(cluster.vault),
    };
    const problems: string[] = [];
    const limit = pLimit(concurrency);
    const looks = idle.map(tenant =>
      limit(async () => {
        this.#stop.signal.throwIfAborted();
        // Others have their turn in between.
        await new Promise(resolve => setImmediate(resolve));
        const look = ++this.#looks;
        if (view.problem && cache.isStarting) {
          // It shows nothing of any of them, and all are due anew once it is read.
          this.#see(tenant.uid, { look, verdicts: unproven(view.problem) });
          progress();
          return;
        }
        const compare = async () => {
          const of = `${tenant.appliedDigest} ${JSON.stringify(tenant.spec)}`;
          const before = this.#seen.get(tenant.uid);
          const views = { view: view.forOne(), vault };
          // What a change concerns is compared in any case.
          if (
            !namespaces &&
            before?.of === of &&
            (await before.sight?.isSame(views))
          ) {
            return true;
          }
          const sight = new Sight();
          const found = await this.options.checkState({
            cluster,
            plan: await this.#planOf(tenant),
            ...sight.of(views),
            // What it doubted of memory is not the same as long as memory says so.
            again: sight.of({ ...asked, view: askedFor(cluster, asked.view) }),
            confirmed: before?.confirmed,
          });
          return this.#note(tenant, found, { look, of, sight });
        };
        try {
          if (!(await inTime(compare()))) {
            rounds.add([tenant.namespace], CHANGING_MS);
          }
        } catch (error) {
          this.#stop.signal.throwIfAborted();
          // What can't be compared is not known to be as planned; nor is a breach known
          // that could not be written down: the next look finds it anew.
          const reason = isError(error) ? error.message : String(error);
          const before = this.#seen.get(tenant.uid);
          const { pauseMs = RETRY_MS.first } = before ?? {};
          this.#see(tenant.uid, {
            look: ++this.#looks,
            verdicts: unproven(reason),
            pauseMs: Math.min(2 * pauseMs, RETRY_MS.most),
          });
          // Where all are looked at, those that fail are many: in no change's way.
          if (namespaces) {
            rounds.add([tenant.namespace], pauseMs);
          } else {
            sweeps.addAll(pauseMs);
          }
          problems.push(`${tenant.name}: ${reason}`);
        } finally {
          progress();
        }
      }),
    );
    await Promise.all(looks);
    if (problems.length > 0) {
      logger.warn(
        `${problems.length} of cluster ${name}'s tenants were not compared with their plans, such as ${problems[0]}`,
      );
    }
  }

  /** @returns whether that counts: one that began later may have been quicker */
  #see(uid: string, seen: SeenTenant): boolean {
    const isOld = (this.#seen.get(uid)?.look ?? 0) >= seen.look;
    if (!isOld) {
      this.#seen.set(uid, seen);
    }
    return !isOld;
  }

  /**
   * Notes what was found.
   *
   * @returns whether that counts: not where the portal has begun to change the tenant
   */
  async #note(
    tenant: Tenant,
    { verdicts, receipts, confirmed }: StateFindings,
    seen: Omit<SeenTenant, 'verdicts'>,
  ): Promise<boolean> {
    const { uid, name, cluster, owner, proofId } = tenant;
    const { operations, proofs, onTurned, onBreached } = this.options;
    const before = this.#seen.get(uid);
    const was = breachedOf(before?.verdicts);
    const is = breachedOf(verdicts);
    const turned = verdicts.filter(
      ({ wall, status }) => status === 'breached' && !was.includes(wall),
    );
    if (turned.length > 0) {
      const open = await operations.open(name);
      const isChanging = open.some(
        ({ state, request }) => state === 'running' && request.kind !== 'prove',
      );
      if (isChanging) {
        return false;
      }
    }
    const isKept =
      !this.options.added?.length && verdicts.every(v => v.status === 'holds');
    const { look } = seen;
    if (!this.#see(uid, { look, verdicts, confirmed, ...(isKept && seen) })) {
      return true;
    }
    if (turned.length > 0 && proofId) {
      const walls = turned.map(({ wall }) => wall);
      const done = await proofs.turn(
        { uid, tenant: name, cluster, owner },
        {
          verdicts: turned,
          receipts: receipts.filter(({ wall }) => walls.includes(wall)),
        },
      );
      if (done) {
        await onTurned(tenant, done.proof, done.changes);
      }
      await onBreached(tenant, receipts);
    }
    if (before && was.join() !== is.join()) {
      this.#oweTo(tenant);
    }
    return true;
  }

  /** As last applied. Planned anew each time: kept, it is most that a tenant takes. */
  async #planOf({ uid, spec }: Tenant): Promise<TenantPlan> {
    const { platform, store } = this.options;
    return asApplied(planTenant(spec, platform), await store.applied(uid));
  }

  /** What is no tenant any more, or can't be read, was not seen. */
  #forget(tenants: Tenant[]): void {
    const active = activeOf(tenants);
    for (const uid of this.#seen.keys()) {
      if (!active.has(uid)) {
        this.#seen.delete(uid);
      }
    }
  }
}

/** Reads all roles first: who is compared meanwhile would wait for them, and in vain. */
async function rolesKnown(cluster: Cluster, vault: VaultView): Promise<void> {
  // What is not known then is not for anybody: each is told why.
  await inTime(knowRoles(cluster, vault)).catch(() => {});
}

/** What concerns all is asked for once for all of them, and the rest for one alone. */
function askedFor({ kubernetes }: Cluster, all: ClusterView): ClusterView {
  const own = new RequestView(kubernetes);
  return {
    list: (kind, namespace) =>
      (namespace === undefined ? all : own).list(kind, namespace),
    kinds: group => all.kinds(group),
  };
}

/** One that hangs is given up: nobody else is to wait for it. */
async function inTime<T>(looked: Promise<T>): Promise<T> {
  const late = new AbortController();
  const reason = new Error(`Comparing took more than ${LOOK_MS / 1000} s`);
  const timer = setTimeout(() => late.abort(reason), LOOK_MS).unref();
  try {
    return await untilAborted(late.signal, looked);
  } finally {
    clearTimeout(timer);
  }
}

function activeOf(tenants: Tenant[]): Set<string> {
  return new Set(
    tenants.flatMap(({ uid, phase }) => (phase === 'active' ? uid : [])),
  );
}

function breachedOf(verdicts: WallVerdict[] = []): Wall[] {
  return verdicts.flatMap(v => (v.status === 'breached' ? v.wall : []));
}
