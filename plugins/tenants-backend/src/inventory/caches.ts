import {
  Clusters,
  WatchCache,
} from '@threewalls/backstage-plugin-tenants-node';

/** What each cluster has, in memory: the one reader that everything here shares. */
export type Caches = ReadonlyMap<string, WatchCache>;

/** A cache for each cluster; it begins to read with the first question. */
export function createCaches(clusters: Clusters): Caches {
  return new Map(
    clusters
      .all()
      .map(({ name, kubernetes, config }) => [
        name,
        WatchCache.ofTenants(kubernetes, config),
      ]),
  );
}
