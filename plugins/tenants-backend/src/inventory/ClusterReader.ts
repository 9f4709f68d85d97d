import {
  ClusterView,
  KubernetesObject,
  looksLikeTenant,
  OddNamespace,
  Platform,
  readNamespace,
  TenantRecord,
} from '@threewalls/backstage-plugin-tenants-node';

export const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace' };

/** A namespace with a tenant's labels, readable as a tenant or not. */
export type Found = TenantRecord | OddNamespace;

/** What a cluster has of tenants, as of now. */
export interface Listing {
  /** By UID; as last known where there is no answer */
  found: ReadonlyMap<string, Found>;
  /** Every namespace by name */
  namespaces: ReadonlyMap<string, KubernetesObject>;
  /** Why there is no answer now */
  error?: string;
}

/** A cluster's tenants, from its namespaces in memory. */
export class ClusterReader {
  #items: KubernetesObject[] = [];
  #last: Listing = { found: new Map(), namespaces: new Map() };
  /** What a namespace says is read once for as long as it is the same */
  readonly #read = new WeakMap<KubernetesObject, Found>();

  constructor(
    private readonly cluster: string,
    private readonly view: ClusterView,
    private readonly platform: Pick<Platform, 'naming'>,
  ) {}

  async list(): Promise<Listing> {
    const seen = await this.view.list<KubernetesObject>(NAMESPACES);
    if ('problem' in seen) {
      return { ...this.#last, error: seen.problem };
    }
    if (seen.items !== this.#items) {
      this.#items = seen.items;
      const found = seen.items
        .filter(looksLikeTenant)
        .map(ns => this.#found(ns));
      this.#last = {
        found: new Map(found.map(item => [item.uid, item])),
        namespaces: new Map(seen.items.map(ns => [ns.metadata.name, ns])),
      };
    }
    return this.#last;
  }

  #found(namespace: KubernetesObject): Found {
    let found = this.#read.get(namespace);
    if (!found) {
      found = readNamespace(namespace, this.cluster, this.platform);
      this.#read.set(namespace, found);
    }
    return found;
  }
}
