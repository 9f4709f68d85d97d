import {
  Known,
  MatrixFleet,
  Operation,
  Proof,
  sharesOf,
  Tenant,
  TenantTimeline,
  Wall,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { askedFor } from '../Shared';

/** A stretch of time, in ISO 8601. */
export interface Period {
  from: string;
  to: string;
}

/** What a period has shown of one wall. */
export interface WallReport {
  wall: Wall;
  /** As of the end of the period */
  status: Known;
  /** Of the period for which each was known, from 0 to 1 */
  shares: Record<Known, number>;
}

/** A breach, and how long it took to find and to repair. */
export interface BreachReport {
  wall: Wall;
  /** When a proof found it */
  foundAt: string;
  /** Milliseconds since a proof had shown the wall to hold; absent where none had */
  foundWithinMs?: number;
  /** When a proof showed the wall to hold again; absent while it lasts */
  repairedAt?: string;
  repairedAfterMs?: number;
  proofId: string;
}

/** What a period has shown of one tenant. */
export interface TenantReport
  extends Pick<Tenant, 'name' | 'owner' | 'cluster' | 'namespace' | 'prover'> {
  size: string;
  /** The part of the period in which the tenant existed and proofs are kept */
  period: Period;
  /** Proofs that ended in it */
  proofs: number;
  walls: WallReport[];
  breaches: BreachReport[];
  /** Times for which no proof says how the walls stood */
  gaps: Period[];
  /** What was done with it in that time, the newest first; proofs are counted above */
  operations: OperationReport[];
  /** The proof whose receipts are shown */
  proof?: Proof;
}

/** Who did what, and when. */
export interface OperationReport
  extends Pick<Operation, 'id' | 'state' | 'error'> {
  kind: ReturnType<typeof askedFor>;
  /** ISO 8601, its end */
  at: string;
  /** Entity ref of who asked for it, or `schedule` */
  by: string;
  /** How many objects were created, changed, removed or kept */
  objects?: Record<string, number>;
}

/**
 * A report for an auditor, apart from how it is shown: as a page to print, as
 * Markdown or as JSON.
 */
export interface Report {
  /** ISO 8601 */
  generatedAt: string;
  period: Period;
  tenants: TenantReport[];
  /**
   * Ordered pairs of tenants, and those that were tried against each other, when
   * the report was made; of one tenant where the report is about one
   */
  coverage?: Pick<MatrixFleet, 'pairs' | 'proved' | 'breachedAtMost'>;
  notCovered: readonly string[];
  /** Of what the walls are made of, by cluster, when the report was made */
  versions: Record<string, Record<string, string>>;
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Reports on one tenant. */
export function tenantReportOf(
  tenant: Tenant,
  timeline: TenantTimeline,
  operations: Operation[] = [],
  proof?: Proof,
): TenantReport {
  const { name, owner, cluster, namespace, spec, prover } = tenant;
  return {
    prover,
    name,
    owner,
    cluster,
    namespace,
    size: spec.size,
    period: { from: iso(timeline.from), to: iso(timeline.to) },
    proofs: timeline.proofs,
    walls: WALLS.map(wall => {
      const segments = timeline.walls[wall];
      return {
        wall,
        status: segments[segments.length - 1]?.known ?? 'gap',
        shares: sharesOf(segments),
      };
    }),
    breaches: timeline.breaches.map(
      ({ wall, from, to, foundAfterMs, proofId }) => ({
        wall,
        foundAt: iso(from),
        foundWithinMs: foundAfterMs,
        repairedAt: to === undefined ? undefined : iso(to),
        repairedAfterMs: to === undefined ? undefined : to - from,
        proofId,
      }),
    ),
    // A proof says something of all walls, so that their gaps are the same.
    gaps: timeline.walls.network
      .filter(({ known }) => known === 'gap')
      .map(gap => ({ from: iso(gap.from), to: iso(gap.to) })),
    operations: operations
      .map(operationReportOf)
      .filter(
        ({ at }) =>
          Date.parse(at) >= timeline.from && Date.parse(at) <= timeline.to,
      ),
    proof,
  };
}

function operationReportOf(operation: Operation): OperationReport {
  const { id, requestedBy, createdAt, finishedAt, state, error } = operation;
  const { applied, certificate } = operation;
  return {
    id,
    kind: askedFor(operation),
    at: finishedAt ?? createdAt,
    by: requestedBy ?? 'schedule',
    state,
    error,
    objects:
      (certificate && {
        removed: certificate.removed.length,
        kept: certificate.kept.length,
      }) ??
      (applied && { created: applied.created, changed: applied.updated }),
  };
}

/** An exact time as a report has it: UTC, to the second. */
export function utc(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}

/** A share to two places, never rounded up to all or down to nothing. */
export function percentOf(share: number): string {
  const percent = share * 100;
  const text =
    (percent > 50 ? Math.floor(percent * 100) : Math.ceil(percent * 100)) / 100;
  return `${text.toFixed(2)}%`;
}
