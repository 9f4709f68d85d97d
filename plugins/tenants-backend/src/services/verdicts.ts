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
  const { proof, meanGapMs = 0 } = latest;
  const provedAt = proof.finishedAt!;
  const age = options.now - Date.parse(provedAt);
  const round = Math.max(options.intervalMs, meanGapMs);
  return WALLS.map(wall => {
    const verdict = proof.verdicts.find(v => v.wall === wall);
    return {
      wall,
      status: verdict?.status ?? 'unproven',
      stale: age > STALE_ROUNDS * round,
      summary: verdict?.summary ?? 'The last proof did not judge this wall',
      provedAt,
    };
  });
}
