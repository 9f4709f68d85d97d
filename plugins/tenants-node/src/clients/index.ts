export {
  expectSeen,
  RequestView,
  StillView,
  type ClusterView,
  type KindRef,
  type Seen,
} from './clusterView';
export { Clusters, type Cluster } from './clusters';
export { ClusterUnavailableError, KubernetesError, VaultError } from './errors';
export { KubernetesClient } from './kubernetes';
export { objectPath } from './kinds';
export { VaultClient } from './vault';
export { VaultView, type SeenInVault, type VaultReader } from './vaultView';
export { type CollectionStats, type ObjectChange } from './collection';
export { SEEN_EVERYWHERE, WatchCache, type CacheListener } from './watchCache';
