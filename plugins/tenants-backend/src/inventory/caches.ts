import {
  Clusters,
  KindRef,
  KubernetesObject,
  Platform,
  WatchCache,
} from '@threewalls/backstage-plugin-tenants-node';

/** Kinds of namespaces that are looked at wherever they are: a right may come from anywhere. */
const EVERYWHERE = ['Role', 'RoleBinding'];
/** Kinds that change all the time, of which little is looked at, and seldom. */
const ASKED_FOR = ['EndpointSlice', 'Event', 'ServiceCIDR', 'PersistentVolume'];

/** What each cluster has, in memory: the one reader that everything here shares. */
export type Caches = ReadonlyMap<string, WatchCache>;

/** A cache for each cluster; it begins to read with the first question. */
export function createCaches(clusters: Clusters, platform: Platform): Caches {
  const { namespacePrefix } = platform.naming;
  const isKept = ({ kind }: KindRef, { metadata }: KubernetesObject) =>
    metadata.namespace === undefined ||
    EVERYWHERE.includes(kind) ||
    metadata.namespace.startsWith(namespacePrefix);
  return new Map(
    clusters.all().map(({ name, kubernetes }) => [
      name,
      WatchCache.create({
        kubernetes,
        isWatched: ({ kind }) => !ASKED_FOR.includes(kind),
        isKept,
      }),
    ]),
  );
}
