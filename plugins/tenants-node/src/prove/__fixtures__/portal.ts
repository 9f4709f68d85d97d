import { PortalAnswer, PortalAttempt, Side } from '../types';
import { testCluster } from './side';

/** Makes a portal-side attempt, with clients that are what a test makes them. */
export function runAttempt(
  side: Side,
  attempt: PortalAttempt,
  clients: { kubernetes?: object; vault?: object },
): Promise<PortalAnswer> {
  return attempt.run({
    cluster: testCluster(side.platform, clients),
    platform: side.platform,
    signal: new AbortController().signal,
  });
}
