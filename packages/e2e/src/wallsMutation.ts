import { Wall } from '@threewalls/backstage-plugin-tenants-common';
import { TenantPlan } from '@threewalls/backstage-plugin-tenants-node';
import { Hands } from './wallsHands';

/** What a mutation works upon: a pair, of which it is `a` that is looked at. */
export type Scene = Hands & { a: TenantPlan; b: TenantPlan };

/** One way to break a wall, or to take away what a proof stands on. */
export interface Mutation {
  /** A sentence */
  title: string;
  /** Of tenant `a` */
  wall: Wall;
  status: 'breached' | 'unproven' | 'holds';
  /** Whose receipts turned */
  checks: string[];
  /** What each receipt that turned has to say why; anything, where it is not given */
  says?: RegExp;
  /** Walls that may turn with it; any other holds */
  also?: Wall[];
  /** The other tenant's walls go on holding */
  neighbourHolds?: boolean;
  /** Touches what every tenant of the lab uses: alone, and only in the full run */
  shared?: boolean;
  /** Proved without a memory: one that is in step stays so until its watch ends */
  isForgotten?: boolean;
  /** Also in CI, and not only in the full run */
  inCi?: boolean;
  /** Breaks it; what it took away the scene puts back */
  apply(scene: Scene): Promise<void>;
}

/** A row as it stands in the table of its wall. */
export type Row = Pick<Mutation, 'title' | 'checks' | 'apply'> &
  Partial<Mutation>;

/** Rows that are of one wall and have to turn it alike, unless they say otherwise. */
export function rowsOf(
  wall: Wall,
  status: Mutation['status'],
  rows: Row[],
): Mutation[] {
  return rows.map(row => ({ wall, status, ...row }));
}
