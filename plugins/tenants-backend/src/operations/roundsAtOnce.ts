import {
  Clusters,
  MOST_ROUNDS,
  readyNodes,
} from '@threewalls/backstage-plugin-tenants-node';
import { Caches } from '../inventory/caches';

/** Rounds at once for each node that is Ready, and in the smallest cluster. */
const ROUNDS = { perNode: 2, least: 4 };

/** How many rounds of proofs a cluster takes at once: as config says, else by its nodes. */
export function roundsAtOnce(
  clusters: Clusters,
  caches: Caches,
): (cluster: string) => Promise<number> {
  return async name => {
    const { concurrency } = clusters.get(name).config.proofs;
    const nodes = concurrency ? 0 : await readyNodes(caches.get(name)!);
    const { perNode, least } = ROUNDS;
    return (
      concurrency ?? Math.min(MOST_ROUNDS, Math.max(least, perNode * nodes))
    );
  };
}
