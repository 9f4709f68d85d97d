import pLimit from 'p-limit';
import { attemptsOf } from '../checks/checks';
import { PortalContext, Side } from '../types';
import { portalKey, PortalResult } from './evaluate';

/** Requests of one side at once: its pods' streams need connections, too. */
const CONCURRENCY = 8;

/** Milliseconds for one attempt: what takes longer shows nothing. */
const PATIENCE_MS = 12_000;

/** Makes every attempt that the portal makes itself. */
export async function runPortalAttempts(
  side: Side,
  context: PortalContext,
  onDone: () => void,
): Promise<[string, PortalResult][]> {
  const limit = pLimit(CONCURRENCY);
  return Promise.all(
    attemptsOf(side).flatMap(planned => {
      const { attempt } = planned;
      if (attempt.by !== 'portal') {
        return [];
      }
      return limit(async (): Promise<[string, PortalResult]> => {
        const begun = Date.now();
        const patience = AbortSignal.timeout(PATIENCE_MS);
        const signal = AbortSignal.any([context.signal, patience]);
        const answer = await attempt.run({ ...context, signal }).catch(faultOf);
        onDone();
        return [
          portalKey(planned),
          {
            ...answer,
            startedAt: new Date(begun).toISOString(),
            durationMs: Date.now() - begun,
          },
        ];
      });
    }),
  );
}

/** What went wrong on the portal's side shows nothing about a wall. */
function faultOf(error: Error & { status?: number }) {
  return {
    code: error.status ? String(error.status) : 'NO-ANSWER',
    response: error.message,
    outcome: 'inconclusive' as const,
    reason: error.message,
  };
}
