import { KubernetesObject } from '../plan/types';
import { KubernetesClient } from './kubernetes';
import { madeOnce, remembered } from './remembered';

/**
 * What a cluster holds of something, as it was when it was read; or why that
 * can't be told. A refusal is no empty list.
 */
export type Seen<T> =
  | {
      items: T[];
      /** When they were read, ISO 8601 */
      at: string;
    }
  | { problem: string };

/** A kind of object, by the API version that it is read in. */
export interface KindRef {
  apiVersion: string;
  kind: string;
  /** As discovery says it; known for the kinds that a plan holds */
  plural?: string;
  /** As discovery says it */
  namespaced?: boolean;
}

/**
 * A cluster's objects for whoever only looks: the same answer to the same
 * question for as long as the view is used.
 */
export interface ClusterView {
  /** Objects of a kind: of a namespace, or of the whole cluster. */
  list<T = any>(kind: KindRef, namespace?: string): Promise<Seen<T>>;
  /**
   * The kinds that the API server serves of a group, none where it does not know the group;
   * or of all groups but the core's, as far as it knows them now.
   */
  kinds(group?: string): Promise<Seen<Required<KindRef>>>;
  /**
   * What a namespace has of a kind now, and again after each change, without a request;
   * nothing where that kind is not kept in step.
   */
  follow?<T = any>(
    kind: KindRef,
    namespace: string,
    signal: AbortSignal,
  ): AsyncGenerator<T[]> | undefined;
}

/** Up to so many are looked through; of more there is an index. */
const FEW = 16;

const byName = madeOnce(
  (items: readonly any[]) =>
    new Map(items.map(item => [item.metadata.name, item])),
);

/** The object of a list, of one namespace or none, that has a name. */
export function named<T>(items: readonly T[], name: string): T | undefined {
  return items.length > FEW
    ? byName(items).get(name)
    : items.find((item: any) => item.metadata.name === name);
}

/** An object as memory has it at this moment; `undefined` where it can't tell. */
export async function fromMemory<T = any>(
  view: ClusterView,
  kind: KindRef,
  { namespace, name }: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<T | undefined> {
  const followed = view.follow?.<any>(kind, namespace, signal);
  try {
    const now = await followed?.next();
    return now?.value && named<any>(now.value, name);
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    await followed?.return(undefined);
  }
}

/** @throws Error that says why it could not be read */
export async function expectSeen<T>(seen: Promise<Seen<T>>): Promise<T[]> {
  const answer = await seen;
  if ('problem' in answer) {
    throw new Error(answer.problem);
  }
  return answer.items;
}

/**
 * All objects of every kind that is served of some API groups: of a namespace, and
 * those of the whole cluster.
 */
export async function listKinds(
  view: ClusterView,
  groups: string[],
  namespace: string,
  isWanted: (kind: KindRef) => boolean = () => true,
): Promise<
  | { all: { kind: Required<KindRef>; objects: KubernetesObject[] }[] }
  | { problem: string }
> {
  const kinds: Required<KindRef>[] = [];
  for (const served of await Promise.all(groups.map(g => view.kinds(g)))) {
    if ('problem' in served) {
      return served;
    }
    kinds.push(...served.items.filter(isWanted));
  }
  const lists = await Promise.all(
    kinds.map(kind =>
      view.list<KubernetesObject>(
        kind,
        kind.namespaced ? namespace : undefined,
      ),
    ),
  );
  const all = [];
  for (const [i, kind] of kinds.entries()) {
    const seen = lists[i];
    if ('problem' in seen) {
      return { problem: `${kind.kind} (${kind.apiVersion}): ${seen.problem}` };
    }
    all.push({ kind, objects: seen.items });
  }
  return { all };
}

/**
 * A view that asks another one, and each thing once. A kind that can't be read is
 * not asked for again.
 *
 * @public
 */
export class StillView implements ClusterView {
  readonly #answers = new Map<string, Promise<Seen<any>>>();
  readonly #problems = new Map<string, { problem: string }>();

  constructor(private readonly view: ClusterView) {}

  async list<T = any>(kind: KindRef, namespace?: string): Promise<Seen<T>> {
    return (
      this.#problems.get(nameOf(kind)) ??
      this.#once(`${nameOf(kind)} ${namespace ?? ''}`, () =>
        this.#ask<T>(kind, namespace),
      )
    );
  }

  /**
   * For one of many tenants that are looked at in turn: what is in the namespaces that
   * it looks at is remembered for as long as it is used, and the rest for all of them.
   */
  forOne(): StillView {
    return new StillView({
      list: async <T>(kind: KindRef, namespace?: string) =>
        namespace === undefined
          ? this.list<T>(kind)
          : this.#problems.get(nameOf(kind)) ?? this.#ask<T>(kind, namespace),
      kinds: group => this.kinds(group),
      follow: this.follow.bind(this),
    });
  }

  async #ask<T>(kind: KindRef, namespace?: string): Promise<Seen<T>> {
    const seen = await this.view.list<T>(kind, namespace);
    if ('problem' in seen) {
      this.#problems.set(nameOf(kind), seen);
    }
    return seen;
  }

  async kinds(group?: string): Promise<Seen<Required<KindRef>>> {
    return this.#once(group ?? '', () => this.view.kinds(group));
  }

  /** Why a kind can't be read, where there is one. */
  get problem(): string | undefined {
    const [first] = this.#problems.values();
    return first?.problem;
  }

  /** As it goes on, and not as it was. */
  follow<T = any>(kind: KindRef, namespace: string, signal: AbortSignal) {
    return this.view.follow?.<T>(kind, namespace, signal);
  }

  #once<T>(question: string, ask: () => Promise<Seen<T>>): Promise<Seen<T>> {
    return remembered(this.#answers, question, ask);
  }
}

function nameOf({ apiVersion, kind }: KindRef): string {
  return `${apiVersion} ${kind}`;
}

/** What discovery says that a group serves, each kind by the version that is preferred. */
function kindsOf(
  { metadata: { name: group }, versions }: any,
  { stale = true } = {},
): Required<KindRef>[] {
  const kinds = new Map<string, Required<KindRef>>();
  for (const { version, freshness, resources = [] } of versions ?? []) {
    if (freshness === 'Stale' && !stale) {
      throw new Error(`What ${group}/${version} serves is not known now`);
    }
    for (const { resource, responseKind, scope } of resources) {
      const { kind } = responseKind ?? {};
      // The first version is the one that is preferred.
      if (kind && !kinds.has(kind)) {
        kinds.set(kind, {
          apiVersion: `${group}/${version}`,
          kind,
          plural: resource,
          namespaced: scope === 'Namespaced',
        });
      }
    }
  }
  return [...kinds.values()];
}

/** A view that asks the API server, and each thing once. */
export class RequestView implements ClusterView {
  readonly #answers = new Map<string, Promise<Seen<any>>>();
  #groups: Promise<any[]> | undefined;

  constructor(
    private readonly kubernetes: KubernetesClient,
    private readonly signal?: AbortSignal,
  ) {}

  async list<T = any>(kind: KindRef, namespace?: string): Promise<Seen<T>> {
    return this.#once(`${nameOf(kind)} ${namespace ?? ''}`, async () => {
      const { items } = await this.kubernetes.list<any>(
        { ...kind, namespace },
        { signal: this.signal },
      );
      // A list's items do not say what they are.
      return items.map(item => ({
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        ...item,
      }));
    });
  }

  async kinds(group?: string): Promise<Seen<Required<KindRef>>> {
    return this.#once(group ?? '', async () => {
      this.#groups ??= this.#discover();
      const groups = await this.#groups;
      // An API of somebody else's that is away, such as of metrics, says nothing of the others.
      return group === undefined
        ? groups.flatMap(found => kindsOf(found))
        : groups
            .filter(({ metadata }) => metadata.name === group)
            .flatMap(found => kindsOf(found, { stale: false }));
    });
  }

  /** All groups with all versions and kinds, in one answer. */
  async #discover(): Promise<any[]> {
    const { kind, items } = await this.kubernetes.expect({
      method: 'GET',
      path: '/apis',
      accept: ['v2', 'v2beta1']
        .map(
          version =>
            `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
        )
        .join(','),
      signal: this.signal,
    });
    if (kind !== 'APIGroupDiscoveryList') {
      throw new Error(
        'The API server does not say what it serves in one answer',
      );
    }
    return items;
  }

  #once<T>(question: string, ask: () => Promise<T[]>): Promise<Seen<T>> {
    return remembered(this.#answers, question, async () => {
      const at = new Date().toISOString();
      try {
        return { items: await ask(), at };
      } catch (error) {
        this.signal?.throwIfAborted();
        return { problem: (error as Error).message };
      }
    });
  }
}
