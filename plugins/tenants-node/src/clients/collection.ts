import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesObject } from '../plan/types';
import { KindRef, Seen } from './clusterView';
import { KubernetesError } from './errors';
import { whileListening } from './inTime';
import { KubernetesClient } from './kubernetes';
import { remembered } from './remembered';

/** Milliseconds until a collection that can't be read is tried again: first, and at most. */
const RETRY_MS = { first: 500, most: 30_000 };
/** Milliseconds since the last try after which one who asks has it tried at once. */
const ASKED_MS = 1_000;
/**
 * Milliseconds that one who asks waits for a collection that was never read, and for
 * one that was: it may be back, and says so at once, or its requests are swallowed.
 */
const PATIENCE_MS = { first: 1_500, again: 300 };
/**
 * Milliseconds without an event or a bookmark after which a watch is taken for dead:
 * an API server sends a bookmark about once a minute.
 */
const SILENT_MS = 90_000;
/** Milliseconds that a watch may take to be taken up again where it ended. */
const OPEN_MS = 1_000;

/** Times in a row that what was listed too long ago is listed again. */
const LATE = 2;

/** Most namespaces have nothing of most kinds. */
const NONE: readonly KubernetesObject[] = Object.freeze([]);

/** Names of which the last object is known: more than tenants have in common. */
const ALIKE = 64;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * A change of an object, as the API server tells it.
 *
 * @public
 */
export interface ObjectChange {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubernetesObject;
  /** As it was, where it was known */
  before?: KubernetesObject;
}

/**
 * What a collection of the cache holds, and how old it may be.
 *
 * @public
 */
export interface CollectionStats {
  apiVersion: string;
  kind: string;
  objects: number;
  /** Of the objects as JSON */
  bytes: number;
  /** Milliseconds since the API server was last heard of it; 0 while it is in step */
  ageMs: number;
  problem?: string;
}

interface CollectionOptions {
  signal: AbortSignal;
  isKept: (object: KubernetesObject) => boolean;
  onChange: (change: ObjectChange) => void;
  onStep: (problem?: string) => void;
}

/** The objects of one kind, kept in step with the API server. */
export class Collection {
  /** By namespace, `''` for what has none, then by name */
  #objects = new Map<string, Map<string, Kept>>();
  /** The last object of each name; of those without a namespace, the last */
  readonly #alike = new Map<string, KubernetesObject>();
  /** What was answered since the last change, by namespace */
  #answers = new Map<string | undefined, KubernetesObject[]>();
  #inStep = false;
  #isRead = false;
  /** Whether nothing has been missed since it was listed, and in step */
  #isWhole = false;
  #listedAt = 0;
  /** Times in a row that its watch has answered too late for what was listed */
  #late = 0;
  /** Whether the API server has refused it for want of time */
  #isBusy = false;
  /** Since it was last in step */
  #failures = 0;
  #problem = 'It has not been read yet';
  #heardAt = 0;
  #triedAt = 0;
  #isTrying = true;
  #wake = new AbortController();
  #reopen = new AbortController();
  readonly #waiting = new Set<() => void>();

  constructor(
    private readonly kind: KindRef & { namespace?: string },
    private readonly kubernetes: KubernetesClient,
    private readonly options: CollectionOptions,
  ) {
    // It ends with the cache, and what goes wrong in it is its problem.
    void this.#follow();
  }

  async read<T>(namespace?: string): Promise<Seen<T>> {
    if (!this.#inStep) {
      // Who asks is not to feed an API server that has too much to do.
      const pause = this.#isBusy
        ? ASKED_MS * 2 ** Math.min(this.#failures, 3)
        : ASKED_MS;
      const isDue = performance.now() - this.#triedAt >= pause;
      if (isDue) {
        this.#wake.abort();
      }
      if (isDue || this.#isTrying) {
        await this.#untilTried();
      }
    }
    if (!this.#inStep) {
      return { problem: this.#problem };
    }
    return {
      items: this.#answer(namespace) as T[],
      at: new Date().toISOString(),
    };
  }

  /** The same list for as long as nothing changes, so that others can build on it. */
  #answer(namespace?: string): readonly KubernetesObject[] {
    const group = this.#objects.get(namespace ?? '');
    if (namespace !== undefined && !group) {
      return NONE;
    }
    return remembered(this.#answers, namespace, () => {
      const groups =
        namespace === undefined ? [...this.#objects.values()] : [group!];
      return groups.flatMap(valuesOf).map(({ object }) => object);
    });
  }

  /** Whether it is being read for the first time, and has not failed yet. */
  get isStarting(): boolean {
    return !this.#isRead && this.#failures === 0;
  }

  /** Ends the watch, to go on from where it ended over another connection. */
  reopen(): void {
    this.#reopen.abort(new Error('The API server gave no sign of life'));
  }

  stats(): CollectionStats {
    const { apiVersion, kind } = this.kind;
    const all = [...this.#objects.values()].flatMap(valuesOf);
    return {
      apiVersion,
      kind,
      objects: all.length,
      bytes: all.reduce((sum, kept) => sum + bytesOf(kept), 0),
      ageMs: this.#inStep ? 0 : performance.now() - this.#heardAt,
      ...(!this.#inStep && { problem: this.#problem }),
    };
  }

  async #untilTried(): Promise<void> {
    const timer = new AbortController();
    let done = () => {};
    const tried = new Promise<void>(resolve => {
      done = resolve;
    });
    this.#waiting.add(done);
    const patience = PATIENCE_MS[this.#isRead ? 'again' : 'first'];
    const late = sleep(patience, undefined, { signal: timer.signal });
    await Promise.race([tried, late.catch(() => {})]);
    timer.abort();
    this.#waiting.delete(done);
  }

  /**
   * Lists, watches, and goes on from where a watch ended, until the cache stops. After
   * a time away it lists anew: what a watch that is taken up again has missed comes
   * some time after it answers, and until then it would pass for what there is.
   */
  async #follow(): Promise<void> {
    const { signal } = this.options;
    let from: string | undefined;
    while (!signal.aborted) {
      this.#triedAt = performance.now();
      this.#isTrying = true;
      try {
        from ??= await this.#list();
        from = await this.#watch(from);
      } catch (error) {
        this.#isAway((error as Error).message);
        from = undefined;
        const { status = 0 } = error as KubernetesError;
        this.#isBusy = [429, 503].includes(status);
        this.#isTrying = false;
        await this.#pause(this.#failures++);
      }
    }
  }

  async #list(): Promise<string> {
    const { items, resourceVersion } =
      await this.kubernetes.list<KubernetesObject>(this.kind, {
        signal: this.options.signal,
      });
    const { apiVersion, kind } = this.kind;
    const before = this.#objects;
    const changes: ObjectChange[] = [];
    this.#objects = new Map();
    this.#answers.clear();
    for (const item of items) {
      // In a list an object does not say what it is.
      const object = withoutBallast({ ...item, apiVersion, kind });
      if (this.options.isKept(object)) {
        const { namespace = '', name } = object.metadata;
        const known = before.get(namespace)?.get(name)?.object;
        before.get(namespace)?.delete(name);
        const kept = this.#keep(object, known);
        if (!known) {
          changes.push({ type: 'ADDED', object: kept });
        } else if (known !== kept) {
          changes.push({ type: 'MODIFIED', object: kept, before: known });
        }
      }
    }
    for (const { object } of [...before.values()].flatMap(valuesOf)) {
      changes.push({ type: 'DELETED', object, before: object });
    }
    // What there was in the first place is no change.
    if (this.#isRead) {
      changes.forEach(this.options.onChange);
    }
    this.#isRead = true;
    this.#isWhole = true;
    this.#listedAt = performance.now();
    return resourceVersion;
  }

  /**
   * Answers with the version from which to go on when the watch has ended; `undefined`
   * where it has to be listed first.
   */
  async #watch(since: string): Promise<string | undefined> {
    let resourceVersion = since;
    this.#reopen = new AbortController();
    const reopen = this.#reopen;
    let stop = whileListening(OPEN_MS, () =>
      this.#isAway('The API server does not answer to its watch'),
    );
    const heard = () => {
      this.#heardAt = performance.now();
      stop();
      stop = whileListening(SILENT_MS, () => this.reopen());
    };
    const events = this.kubernetes.watch<KubernetesObject>(this.kind, {
      resourceVersion,
      signal: AbortSignal.any([this.options.signal, reopen.signal]),
      onOpen: () => {
        heard();
        this.#failures = 0;
        const isLate =
          !this.#inStep && performance.now() - this.#listedAt > OPEN_MS;
        // One that is always late is better late than never.
        this.#isWhole &&= !isLate || ++this.#late > LATE;
        if (this.#isWhole) {
          this.#isInStep();
        } else {
          this.reopen();
        }
      },
    });
    try {
      for await (const { type, object } of events) {
        heard();
        if (type === 'ERROR') {
          const { code, message } = object as any;
          throw KubernetesError.fromResponse(
            { method: 'watch of', path: this.kind.kind },
            { status: code ?? 500, body: { message } },
          );
        }
        resourceVersion = String(object.metadata.resourceVersion);
        if (type !== 'BOOKMARK') {
          this.#take(type, withoutBallast(object));
        }
      }
    } catch (error) {
      if (!reopen.signal.aborted) {
        throw error;
      }
      this.#isAway('Its watch was silent for too long');
    } finally {
      stop();
    }
    return this.#isWhole ? resourceVersion : undefined;
  }

  #take(type: ObjectChange['type'], object: KubernetesObject): void {
    const { namespace = '', name } = object.metadata;
    const group = this.#objects.get(namespace);
    const before = group?.get(name)?.object;
    const isKept = type !== 'DELETED' && this.options.isKept(object);
    if (!before && !isKept) {
      return;
    }
    if (isKept) {
      if (this.#keep(object, before) === before) {
        return;
      }
    } else {
      group?.delete(name);
      if (group?.size === 0) {
        this.#objects.delete(namespace);
      }
    }
    this.#answers.delete(undefined);
    this.#answers.delete(namespace);
    this.options.onChange({
      // One that is kept no longer is gone for whoever looks.
      type: isKept ? type : 'DELETED',
      object,
      before,
    });
  }

  /**
   * Shares what it says with how it was, or with the last of its name: of many tenants
   * nearly all of it.
   */
  #keep(fresh: KubernetesObject, before?: KubernetesObject): KubernetesObject {
    const { namespace = '', name } = fresh.metadata;
    const group = this.#objects.get(namespace) ?? new Map<string, Kept>();
    this.#objects.set(namespace, group);
    const alike = namespace && name;
    const object = share(fresh, before ?? this.#alike.get(alike));
    if (object !== before || !group.has(name)) {
      group.set(name, { object });
    }
    // Pods have new names each time.
    if (this.#alike.size > ALIKE) {
      this.#alike.clear();
    }
    this.#alike.set(alike, object);
    return object;
  }

  #isInStep(): void {
    const isNews = !this.#inStep;
    this.#inStep = true;
    this.#late = 0;
    this.#waiting.forEach(done => done());
    if (isNews) {
      this.options.onStep();
    }
  }

  #isAway(problem: string): void {
    const isNews = this.#inStep;
    this.#inStep = false;
    // One that was just listed and is not watched yet has missed nothing.
    this.#isWhole &&= !isNews;
    this.#problem = `${this.kind.kind}: ${problem}`;
    // Who waits for this try is told that it failed.
    this.#waiting.forEach(done => done());
    if (isNews) {
      this.options.onStep(this.#problem);
    }
  }

  /** Longer with each failure, and cut short by one who asks. */
  async #pause(failures: number): Promise<void> {
    const ms = Math.min(RETRY_MS.first * 2 ** failures, RETRY_MS.most);
    // Of many replicas and kinds not all at once.
    const spread = ms * (0.75 + Math.random() / 2);
    this.#wake = new AbortController();
    const either = AbortSignal.any([this.options.signal, this.#wake.signal]);
    await sleep(spread, undefined, { signal: either, ref: false }).catch(
      () => {},
    );
  }
}

interface Kept {
  object: KubernetesObject;
  /** Set by the first question: most objects have changed by then */
  bytes?: number;
}

function valuesOf(group: Map<string, Kept>): Kept[] {
  return [...group.values()];
}

function bytesOf(kept: Kept): number {
  kept.bytes ??= JSON.stringify(kept.object).length;
  return kept.bytes;
}

/**
 * What is new, with the parts of what is known in place of those that say the same:
 * of what comes as JSON each string is one of its own.
 */
export function share<T>(fresh: T, known: unknown): T {
  if (fresh === known) {
    return known as T;
  }
  if (
    typeof fresh !== 'object' ||
    fresh === null ||
    typeof known !== 'object' ||
    known === null ||
    Array.isArray(known) !== Array.isArray(fresh)
  ) {
    return fresh;
  }
  const [to, from] = [fresh, known] as Record<string, unknown>[];
  const keys = Object.keys(to);
  for (const key of keys) {
    to[key] = share(to[key], from[key]);
  }
  const isSame =
    keys.length === Object.keys(from).length &&
    keys.every(key => to[key] === from[key] && key in from);
  return isSame ? (known as T) : fresh;
}

/** Of managed fields who and when is kept, and not which; of a node not that it still lives. */
function withoutBallast(object: KubernetesObject): KubernetesObject {
  const { managedFields, annotations, ...metadata } = object.metadata;
  if (object.kind === 'Node') {
    const { images, conditions = [], ...status } = (object as any).status ?? {};
    const { resourceVersion, ...rest } = metadata;
    return {
      ...object,
      metadata: { ...rest, annotations },
      status: {
        ...status,
        conditions: conditions.map(({ lastHeartbeatTime, ...c }: any) => c),
      },
    } as KubernetesObject;
  }
  const { [LAST_APPLIED]: _, ...rest } = annotations ?? {};
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(annotations && { annotations: rest }),
      ...(Array.isArray(managedFields) && {
        managedFields: managedFields.map(
          ({ manager, operation, time, subresource }) => ({
            manager,
            operation,
            time,
            ...(subresource && { subresource }),
          }),
        ),
      }),
    },
  };
}
