import {
  ProofSummary,
  Said,
  say,
  WALLS,
  WallState,
  WallVerdict,
} from '@threewalls/backstage-plugin-tenants-common';
import { toIso, TurnedWall } from '../database/rows';

/** Verdicts of a prover in doubt: it is believed in what it has found, and in nothing else. */
export function doubted(verdicts: WallVerdict[], doubt: Said): WallVerdict[] {
  return verdicts.map(verdict =>
    verdict.status === 'holds'
      ? { ...verdict, status: 'unproven', wording: undefined, ...doubt }
      : verdict,
  );
}

/**
 * The walls of a tenant as of now. Old is not green: a wall that was last seen to
 * hold is unproven once the proof is too old, whatever kept it from being proved,
 * with what was last known beside it; and so is every wall of a tenant that is lost,
 * of a cluster whose prover is in doubt, or whose objects are not known to be as
 * planned at this moment. What objects show to be breached is breached, whatever the
 * last proof has shown. A breach stays one until a proof that was begun later shows
 * otherwise.
 */
export function wallStates(
  last: ProofSummary | undefined,
  options: {
    now: number;
    maxAgeMs: number;
    lost?: Said;
    /** Why the cluster's proofs can't be believed */
    doubt?: Said;
    /** Walls that objects have shown to be breached since */
    turned?: TurnedWall[];
    /** What objects show at this moment; absent where that is not known */
    state?: Pick<WallVerdict, 'wall' | 'status' | keyof Said>[];
  },
): WallState[] {
  const { now, maxAgeMs, lost, doubt, turned = [], state } = options;
  const provedAt = last?.finishedAt;
  const stale = provedAt ? now > Date.parse(provedAt) + maxAgeMs : false;
  return WALLS.map(wall => {
    const verdict = last?.verdicts.find(v => v.wall === wall);
    if (!last || !provedAt || !verdict) {
      return {
        wall,
        status: 'unproven',
        stale: false,
        ...(lost ?? say(last ? 'notJudged' : 'noProof')),
      };
    }
    const { status } = verdict;
    const since = turned.find(t => t.wall === wall);
    if (since) {
      return {
        wall,
        status: 'breached',
        stale: false,
        ...saidBy(lost ?? since),
        provedAt: toIso(since.at),
        ...(since.proofId && { proofId: since.proofId }),
      };
    }
    const seen = state?.find(s => s.wall === wall);
    if (seen?.status === 'breached' && lost === undefined) {
      return {
        wall,
        status: 'breached',
        stale: false,
        ...saidBy(seen),
        provedAt,
      };
    }
    const because =
      lost ??
      (status === 'holds'
        ? doubt ??
          (seen?.status === 'holds' ? undefined : seen ?? say('notCompared'))
        : undefined);
    const isOver = status === 'holds' && (stale || because !== undefined);
    return {
      wall,
      status: isOver ? 'unproven' : status,
      stale,
      ...saidBy(because ?? verdict),
      provedAt,
      ...(isOver && { lastStatus: status }),
    };
  });
}

function saidBy({ summary, wording }: Said): Said {
  return { summary, ...(wording && { wording }) };
}
