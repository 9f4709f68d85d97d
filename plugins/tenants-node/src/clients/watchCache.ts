import { EventEmitter, once } from 'node:events';
import { ClusterView, KindRef, RequestView, Seen } from './clusterView';
import { Collection, CollectionStats, ObjectChange, share } from './collection';
import { inTime } from './inTime';
import { KubernetesClient } from './kubernetes';
import { ClusterProfile } from '../config/platform';
import { vaultEndpoint } from '../config/vaultService';
import { KubernetesObject } from '../plan/types';

/** Milliseconds between two signs of life, and that one may take. */
const BEAT_MS = { every: 2_000, most: 3_000 };
/** Milliseconds that what discovery said is good for. */
const DISCOVERY_MS = 15_000;

/**
 * Kinds that are looked at in any namespace, for any tenant: a right may come from there,
 * a host be taken, or an address.
 *
 * @public
 */
export const SEEN_EVERYWHERE: readonly string[] = [
  'HTTPRoute',
  'Ingress',
  'Role',
  'RoleBinding',
  'Service',
];
/** Whether a Service stands for something else, or takes an address: of others none is kept. */
function leadsOutside({ type, externalIPs }: any = {}): boolean {
  return type === 'ExternalName' || externalIPs?.length > 0;
}

/** Kinds that change all the time, of which little is looked at, and seldom. */
const ASKED_FOR = ['Event', 'PersistentVolume'];
/** Kinds that change all the time, and are looked at in one namespace. */
const IN_ONE_PLACE: Record<string, string> = { EndpointSlice: 'default' };

/**
 * Who is told of what happens to a cache.
 *
 * @public
 */
export interface CacheListener {
  /** An object has changed since the collection was first read */
  changed?(change: ObjectChange): void;
  /** A collection is in step with the API server now, or no longer, and why */
  stepped?(kind: KindRef, problem?: string): void;
}

/**
 * A cluster's objects in memory: one list and one watch a kind, for the whole
 * cluster, shared by everybody who looks. A kind is watched from the first
 * question after it; what is not watched, such as pods, is asked for each time.
 *
 * It never answers with what may be old: while a watch is away or behind, the
 * answer is why.
 *
 * @public
 */
export class WatchCache implements ClusterView {
  readonly #collections = new Map<string, Collection>();
  readonly #listeners = new Set<CacheListener>();
  readonly #stop = new AbortController();
  /** Why the API server gives no sign of life */
  #silence: string | undefined;
  #heart: NodeJS.Timeout | undefined;
  readonly #served = new Map<string | undefined, Required<KindRef>[]>();
  #discovery: { view: RequestView; until: number } | undefined;

  static create(options: {
    kubernetes: KubernetesClient;
    /** Which kinds are kept; the others are asked for. Default all */
    isWatched?: (kind: KindRef) => boolean;
    /** Which objects are kept of those kinds: of the others nobody asks. Default all */
    isKept?: (kind: KindRef, object: KubernetesObject) => boolean;
  }): WatchCache {
    return new WatchCache(options);
  }

  /** Of what is looked at of a cluster's tenants, and of those that config names. */
  static ofTenants(
    kubernetes: KubernetesClient,
    config: ClusterProfile,
  ): WatchCache {
    const { namespacePrefix } = config.naming;
    const others = [
      vaultEndpoint(config).namespace,
      ...config.proofOnly.map(({ namespace }) => namespace),
    ];
    return WatchCache.create({
      kubernetes,
      isWatched: ({ kind }) => !ASKED_FOR.includes(kind),
      isKept: ({ kind }, { metadata, spec }) =>
        metadata.namespace === undefined ||
        (SEEN_EVERYWHERE.includes(kind) &&
          (kind !== 'Service' || leadsOutside(spec))) ||
        kind in IN_ONE_PLACE ||
        metadata.namespace.startsWith(namespacePrefix) ||
        others.includes(metadata.namespace),
    });
  }

  private readonly kubernetes: KubernetesClient;

  private constructor(
    private readonly options: Parameters<typeof WatchCache.create>[0],
  ) {
    this.kubernetes = options.kubernetes;
  }

  async list<T = any>(kind: KindRef, namespace?: string): Promise<Seen<T>> {
    const { isKept = () => true } = this.options;
    const home = IN_ONE_PLACE[kind.kind];
    if (!this.#isWatched(kind) || (home && namespace !== home)) {
      return new RequestView(this.kubernetes).list<T>(kind, namespace);
    }
    const key = `${kind.apiVersion}/${kind.kind}`;
    let collection = this.#collections.get(key);
    if (!collection) {
      const of = { ...kind, namespace: home };
      collection = new Collection(of, this.kubernetes, {
        signal: this.#stop.signal,
        isKept: object => isKept(kind, object),
        onChange: change =>
          this.#listeners.forEach(told => told.changed?.(change)),
        onStep: problem =>
          this.#listeners.forEach(told => told.stepped?.(kind, problem)),
      });
      this.#collections.set(key, collection);
      this.#heart ??= setInterval(() => this.#beat(), BEAT_MS.every).unref();
    }
    const seen = await collection.read<T>(namespace);
    return this.#silence ? { problem: this.#silence } : seen;
  }

  /**
   * A host that is gone closes no connection, and its watches would only seem to
   * be quiet.
   */
  async #beat(): Promise<void> {
    try {
      await inTime(
        signal =>
          this.kubernetes.expect({ method: 'GET', path: '/version', signal }),
        {
          ms: BEAT_MS.most,
          late: () => `No sign of life within ${BEAT_MS.most} ms`,
          signal: this.#stop.signal,
        },
      );
      this.#silence = undefined;
    } catch (error) {
      if (this.#stop.signal.aborted) {
        return;
      }
      if (!this.#silence) {
        // When it is back, nobody knows what was missed.
        this.#collections.forEach(collection => collection.reopen());
      }
      this.#silence = (error as Error).message;
    }
  }

  async kinds(group?: string): Promise<Seen<Required<KindRef>>> {
    if (!this.#discovery || this.#discovery.until <= performance.now()) {
      this.#discovery = {
        view: new RequestView(this.kubernetes),
        until: performance.now() + DISCOVERY_MS,
      };
    }
    const known = this.#discovery;
    const seen = await known.view.kinds(group);
    if ('problem' in seen && this.#discovery === known) {
      // Not remembered: the next who asks may be luckier.
      this.#discovery = undefined;
    }
    if ('items' in seen) {
      // The same list until it changes, as of objects.
      seen.items = share(seen.items, this.#served.get(group));
      this.#served.set(group, seen.items);
    }
    return seen;
  }

  follow<T = any>(kind: KindRef, namespace: string, signal: AbortSignal) {
    return this.#isWatched(kind)
      ? this.#follow<T>(kind, namespace, signal)
      : undefined;
  }

  async *#follow<T>(
    kind: KindRef,
    namespace: string,
    signal: AbortSignal,
  ): AsyncGenerator<T[]> {
    const told = new EventEmitter();
    const tell = () => told.emit('change');
    const stop = this.listen({
      changed: ({ object }) =>
        object.kind === kind.kind &&
        object.metadata.namespace === namespace &&
        tell(),
      stepped: (of, problem) => problem && of.kind === kind.kind && tell(),
    });
    try {
      for (;;) {
        // From before one looks: what changes meanwhile is looked at again.
        const changed = once(told, 'change', { signal });
        changed.catch(() => {});
        const seen = await this.list<T>(kind, namespace);
        signal.throwIfAborted();
        if ('problem' in seen) {
          throw new Error(seen.problem);
        }
        yield seen.items;
        await changed;
      }
    } finally {
      stop();
      tell();
    }
  }

  #isWatched(kind: KindRef): boolean {
    return this.options.isWatched?.(kind) ?? true;
  }

  /** Tells of what happens to what is watched, until the answer is called. */
  listen(listener: CacheListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether a kind that was asked for is being read for the first time. */
  get isStarting(): boolean {
    return [...this.#collections.values()].some(c => c.isStarting);
  }

  stats(): CollectionStats[] {
    return [...this.#collections.values()].map(c => c.stats());
  }

  stop(): void {
    clearInterval(this.#heart);
    this.#stop.abort(new Error('The cache was stopped'));
  }
}
