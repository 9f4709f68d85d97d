import {
  WALLS,
  WallState,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import { LatestProof } from '../database/ProofStore';

/** Rounds after which a proof is stale. */
const STALE_ROUNDS = 2;

/** Verdicts of a proof that came to nothing, with the reason. */
export function unproven(reason: string): WallVerdict[] {
  return WALLS.map(wall => ({
    wall,
    status: 'unproven',
    summary: reason,
    barriers: { counted: 0, refused: 0 },
    controls: { tried: 0, succeeded: 0 },
  }));
}

/**
 * The walls of a tenant as of now. `stale` is set when the proof is older than
 * two rounds as they are really achieved: with many tenants a round takes
 * longer than the interval.
 */
export function wallStates(
  latest: LatestProof | undefined,
  options: { now: number; intervalMs: number },
): WallState[] {
  if (!latest) {
    return WALLS.map(wall => ({
      wall,
      status: 'unproven',
      stale: false,
      summary: 'No proof yet',
    }));
  }
  const { proof } = latest;
  const provedAt = proof.finishedAt!;
  const stale = options.now > staleAt(latest, options.intervalMs);
  return WALLS.map(wall => {
    const verdict = proof.verdicts.find(v => v.wall === wall);
    return {
      wall,
      status: verdict?.status ?? 'unproven',
      stale,
      summary: verdict?.summary ?? 'The last proof did not judge this wall',
      provedAt,
    };
  });
}

/** Milliseconds since the epoch after which a proof is stale. */
export function staleAt(latest: LatestProof, intervalMs: number): number {
  const { proof, meanGapMs = 0 } = latest;
  const round = Math.max(intervalMs, meanGapMs);
  return Date.parse(proof.finishedAt!) + STALE_ROUNDS * round;
}
