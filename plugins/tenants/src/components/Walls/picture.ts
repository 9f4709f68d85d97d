import {
  Receipt,
  Wall,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';

/** Who or what is on the other side of a wall. */
export type TargetId =
  | 'neighbour'
  | 'canary'
  | 'internet'
  | 'metadata'
  | 'kubeApi'
  | 'kubelet'
  | 'vault'
  | 'owners'
  | 'node';

/**
 * What became of the attacks in one direction: `blocked` where all were,
 * `through` where any got through, `doubt` where any could not be verified, and
 * `absent` where there is nothing to attack.
 */
export type ArrowState = 'blocked' | 'through' | 'doubt' | 'absent';

export interface Arrow {
  target: TargetId;
  /** As the tenant sees it */
  direction: 'out' | 'in';
  wall: Wall;
  state: ArrowState;
  /** The receipt that decided */
  receipt: Receipt;
}

export interface Target {
  id: TargetId;
  /** Degrees on the dial of the picture, clockwise from the right */
  angle: number;
  /** Ids of the checks that attack it from the tenant */
  out?: readonly string[];
  /** Ids of the checks that attack the tenant from it */
  in?: readonly string[];
}

/** The targets, and the checks that attack them. */
export const TARGETS: readonly Target[] = [
  {
    id: 'canary',
    angle: 162,
    out: ['net.canary-egress'],
    in: ['net.canary-ingress'],
  },
  {
    id: 'neighbour',
    angle: 198,
    out: ['net.neighbour-service', 'net.neighbour-pod'],
    in: ['net.neighbour-ingress'],
  },
  {
    id: 'internet',
    angle: 234,
    out: ['net.internet', 'net.dns-elsewhere', 'net.dns-names'],
  },
  { id: 'kubeApi', angle: 306, out: ['net.kube-api'] },
  { id: 'kubelet', angle: 342, out: ['net.kubelet'] },
  { id: 'metadata', angle: 126, out: ['net.metadata'] },
  {
    id: 'vault',
    angle: 18,
    out: [
      'sec.token-policies',
      'sec.canary-data',
      'sec.canary-metadata',
      'sec.canary-list',
      'sec.canary-subkeys',
      'sec.neighbour-data',
      'sec.list-root',
      'sec.neighbour-role',
      'sec.wrong-audience',
      'sec.prefix-twin',
      'sec.capabilities',
      'sec.escalate',
      'sec.eso-neighbour',
      'sec.k8s-secrets',
    ],
  },
  {
    id: 'owners',
    angle: 54,
    in: ['net.who-can', 'sec.who-can', 'res.who-can'],
  },
  {
    id: 'node',
    angle: 90,
    out: [
      'res.container-max',
      'res.init-container-max',
      'res.pod-level',
      'res.quota-memory',
      'res.quota-cpu',
      'res.quota-objects',
      'res.privileged',
      'res.host-namespaces',
      'res.host-path',
    ],
  },
];

/** Worst first. */
const STATES: readonly ArrowState[] = ['through', 'doubt', 'blocked', 'absent'];

const STATE_OF: Record<Receipt['outcome'], ArrowState> = {
  breached: 'through',
  failed: 'doubt',
  inconclusive: 'doubt',
  asExpected: 'blocked',
  notApplicable: 'absent',
};

/**
 * The attacks of a proof as arrows, at most two a target. Baseline checks are no
 * attacks: what they say is in the status of their wall.
 */
export function arrowsOf(receipts: Receipt[]): Arrow[] {
  const attacks = receipts.filter(({ kind }) => kind === 'barrier');
  return TARGETS.flatMap(target =>
    (['out', 'in'] as const).flatMap(direction => {
      const own = attacks
        .filter(({ check }) => target[direction]?.includes(check))
        .map(receipt => ({ receipt, state: STATE_OF[receipt.outcome] }))
        .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
      const [worst] = own;
      return worst
        ? [{ target: target.id, direction, wall: worst.receipt.wall, ...worst }]
        : [];
    }),
  );
}

/** Measures of the picture, in its own units. */
export const RADIUS: Record<Wall, number> = {
  resource: 56,
  secret: 86,
  network: 116,
};

/** Radius of the tenant itself. */
export const CORE = 30;

/** The rings from the inside, so that the outer ones are drawn first. */
export const RINGS: readonly Wall[] = [...WALLS].sort(
  (a, b) => RADIUS[b] - RADIUS[a],
);

export interface Point {
  x: number;
  y: number;
}

/** A point at a distance from the middle. */
export function at(angle: number, rx: number, ry = rx): Point {
  const radians = (angle * Math.PI) / 180;
  return { x: rx * Math.cos(radians), y: ry * Math.sin(radians) };
}

/**
 * Where an arrow is drawn. A blocked one ends at its wall's ring, coming from
 * whichever side; one that got through goes all the way.
 *
 * @param target - where the target is
 * @param options - whether there is one in the other direction, beside which it
 *   runs; and how large the rings are drawn
 */
export function lineOf(
  arrow: Pick<Arrow, 'direction' | 'wall' | 'state'>,
  target: Point,
  options: { isPair: boolean; scale: number },
): { from: Point; to: Point } {
  const length = Math.hypot(target.x, target.y);
  const unit = { x: target.x / length, y: target.y / length };
  const { isPair, scale } = options;
  const side = (isPair ? 5 : 0) * (arrow.direction === 'out' ? 1 : -1);
  const along = (distance: number) => ({
    x: unit.x * distance - unit.y * side,
    y: unit.y * distance + unit.x * side,
  });
  const ring = RADIUS[arrow.wall] * scale;
  const isThrough = arrow.state === 'through';
  const core = CORE * scale + 3;
  const edge = length - 12;
  return arrow.direction === 'out'
    ? { from: along(core), to: along(isThrough ? edge : ring - 4) }
    : { from: along(edge), to: along(isThrough ? core : ring + 4) };
}
