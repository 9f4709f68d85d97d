import {
  ProofSummary,
  WALLS,
  WallState,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';

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
 * The walls of a tenant as of now. Old is not green: a wall that was last seen to
 * hold is unproven once the proof is too old, whatever kept it from being proved,
 * with what was last known beside it; and so is every wall of a tenant that is lost,
 * and of a cluster whose prover is in doubt.
 * A breach stays one until a proof shows otherwise.
 */
export function wallStates(
  last: ProofSummary | undefined,
  options: {
    now: number;
    maxAgeMs: number;
    lost?: string;
    /** Why the cluster's proofs can't be believed */
    doubt?: string;
  },
): WallState[] {
  const { now, maxAgeMs, lost, doubt } = options;
  const provedAt = last?.finishedAt;
  const stale = provedAt ? now > Date.parse(provedAt) + maxAgeMs : false;
  return WALLS.map(wall => {
    const verdict = last?.verdicts.find(v => v.wall === wall);
    if (!last || !provedAt || !verdict) {
      const summary = last
        ? 'The last proof did not judge this wall'
        : 'No proof yet';
      return {
        wall,
        status: 'unproven',
        stale: false,
        summary: lost ?? summary,
      };
    }
    const { status } = verdict;
    const because = lost ?? (status === 'holds' ? doubt : undefined);
    const isOver = status === 'holds' && (stale || because !== undefined);
    return {
      wall,
      status: isOver ? 'unproven' : status,
      stale,
      summary: because ?? verdict.summary,
      provedAt,
      ...(isOver && { lastStatus: status }),
    };
  });
}
