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
  /** Only in the full run */
  full?: boolean;
  /** Breaks it; what it took away the scene puts back */
  apply(scene: Scene): Promise<void>;
}
