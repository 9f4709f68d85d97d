import { RequestView, VaultView } from '../../clients';
import { Attempt, Finding, Round, Side } from '../types';
import { testCluster } from './side';

/** A round in which no pod answers, with clients that are what a test makes them. */
export function testRound(
  side: Side,
  clients: { kubernetes?: object; vault?: object } = {},
): Round {
  const cluster = testCluster(side.cluster.config, clients);
  return {
    cluster,
    view: new RequestView(cluster.kubernetes),
    vault: new VaultView(cluster.vault),
    ours: new Set(),
    signal: new AbortController().signal,
    answer: async () => undefined,
    pod: async () => undefined,
    node: () => undefined,
  };
}

/** Makes an attempt, with clients that are what a test makes them. */
export function runAttempt(
  side: Side,
  attempt: Attempt,
  clients: { kubernetes?: object; vault?: object },
): Promise<Finding> {
  return attempt.run(testRound(side, clients));
}
