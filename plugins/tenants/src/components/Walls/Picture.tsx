import { useId } from 'react';
import { Box, Link, Text, useBreakpoint, VisuallyHidden } from '@backstage/ui';
import {
  Proof,
  Tenant,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { lookOf, OutcomeIcon, useTabLink } from '../Shared';
import { receiptNames } from './checks';
import {
  Arrow,
  arrowsOf,
  at,
  CORE,
  lineOf,
  Point,
  RADIUS,
  RINGS,
  Target,
  TARGETS,
} from './picture';
import styles from './Picture.module.css';

/**
 * Half of the picture's width and height, where on it the targets are, and how
 * large the rings are.
 */
const SIZE = {
  small: { x: 222, y: 126, rx: 112, ry: 96, scale: 0.62 },
  large: { x: 330, y: 200, rx: 220, ry: 168, scale: 1 },
};

/**
 * The tenant inside its three walls, with an arrow for each direction of attack:
 * a blocked one stops at its wall, one that got through crosses it.
 */
export function Picture(props: {
  tenant: Tenant;
  /** Without it the walls are drawn, and no attack */
  proof?: Proof;
  size: 'small' | 'large';
}) {
  const { tenant, proof } = props;
  const t = useText();
  const { up } = useBreakpoint();
  const isLarge = props.size === 'large';
  const arrows = arrowsOf(proof?.receipts ?? []);
  const drawing = (
    <Drawing
      tenant={tenant}
      arrows={arrows}
      // On a telephone the large one would be too small to be read.
      size={isLarge && up('md') ? 'large' : 'small'}
    />
  );
  const list = proof && (
    <ArrowList proof={proof} arrows={arrows} isLinked={isLarge} />
  );
  return isLarge ? (
    <Box className={styles.both}>
      {drawing}
      {list}
    </Box>
  ) : (
    <Box role="group" aria-label={t('picture.title')}>
      {drawing}
      {list && <VisuallyHidden>{list}</VisuallyHidden>}
    </Box>
  );
}

function Drawing(props: {
  tenant: Tenant;
  arrows: Arrow[];
  size: 'small' | 'large';
}) {
  const { tenant, arrows, size } = props;
  const t = useText();
  const head = useId();
  const { x, y, rx, ry, scale } = SIZE[size];
  const isLarge = size === 'large';
  const lookOfWall = (name: (typeof WALLS)[number]) => {
    const wall = tenant.walls.find(w => w.wall === name);
    return wall ? lookOf(wall.status, wall.stale) : 'unproven';
  };
  return (
    // The list beside it says the same in words.
    <svg
      aria-hidden="true"
      viewBox={`${-x} ${-0.75 * y} ${2 * x} ${1.75 * y}`}
      className={styles.drawing}
    >
      <defs>
        <marker
          id={head}
          viewBox="0 0 8 8"
          refX="6"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0L8 4L0 8z" fill="context-stroke" />
        </marker>
      </defs>
      {RINGS.map(wall => (
        <circle
          key={wall}
          r={RADIUS[wall] * scale}
          data-look={lookOfWall(wall)}
        />
      ))}
      {isLarge &&
        RINGS.map(wall => (
          <text key={wall} y={-RADIUS[wall] + 14} data-part="wall">
            {t(`wall.${wall}Short`)}
          </text>
        ))}
      <circle r={CORE * scale} data-part="core" />
      <text y="4" data-part="tenant">
        n8n
      </text>
      {TARGETS.map(target => (
        <TargetMark
          key={target.id}
          target={target}
          arrows={arrows.filter(arrow => arrow.target === target.id)}
          point={at(target.angle, rx, ry)}
          head={head}
          scale={scale}
        />
      ))}
    </svg>
  );
}

function TargetMark(props: {
  target: Target;
  arrows: Arrow[];
  point: Point;
  head: string;
  scale: number;
}) {
  const { target, arrows, point, head, scale } = props;
  const t = useText();
  const isTried = arrows.some(({ state }) => state !== 'absent');
  const isReached = arrows.some(({ state }) => state === 'through');
  const anchor =
    (Math.abs(point.x) < 20 && 'middle') || (point.x < 0 ? 'end' : 'start');
  const isMiddle = anchor === 'middle';
  return (
    <g
      data-target={(isReached && 'reached') || (isTried ? 'tried' : 'untried')}
    >
      {arrows
        .filter(({ state }) => state !== 'absent')
        .map(arrow => {
          const { from, to } = lineOf(arrow, point, {
            isPair: arrows.length > 1,
            scale,
          });
          return (
            <g key={arrow.direction} data-state={arrow.state}>
              <line
                x1={from.x}
                y1={from.y}
                x2={to.x}
                y2={to.y}
                markerEnd={
                  arrow.state === 'blocked' ? undefined : `url(#${head})`
                }
              />
              {arrow.state === 'blocked' && <Stop at={to} target={point} />}
            </g>
          );
        })}
      <circle cx={point.x} cy={point.y} r="7" />
      <text
        x={point.x + (isMiddle ? 0 : Math.sign(point.x) * 13)}
        y={point.y + (isMiddle ? 22 : 4)}
        textAnchor={anchor}
      >
        {t(`picture.target.${target.id}`)}
      </text>
    </g>
  );
}

/** The short bar across the end of an arrow that was stopped. */
function Stop(props: { at: Point; target: Point }) {
  const { at: end, target } = props;
  const length = Math.hypot(target.x, target.y);
  const across = { x: (-target.y / length) * 4, y: (target.x / length) * 4 };
  return (
    <line
      x1={end.x - across.x}
      y1={end.y - across.y}
      x2={end.x + across.x}
      y2={end.y + across.y}
    />
  );
}

/** The same as a list: what was attacked, which way, and what came of it. */
function ArrowList(props: {
  proof: Proof;
  arrows: Arrow[];
  /** A link that nobody sees must not take the focus */
  isLinked: boolean;
}) {
  const { proof, arrows, isLinked } = props;
  const t = useText();
  const link = useTabLink();
  const names = receiptNames(proof.receipts);
  return (
    <Box as="ul" className={styles.list} aria-label={t('picture.title')}>
      {arrows.map(({ target, direction, state, receipt }) => (
        <li key={`${target} ${direction}`}>
          <OutcomeIcon outcome={receipt.outcome} />
          <Text variant="body-small">
            {t(`picture.${direction}`, {
              target: t(`picture.target.${target}`),
            })}
            {': '}
            {isLinked ? (
              <Link
                variant="body-small"
                href={link(proof.tenant, {
                  proof: proof.id,
                  receipt: names.get(receipt),
                })}
              >
                {t(`picture.state.${state}`)}
              </Link>
            ) : (
              t(`picture.state.${state}`)
            )}
          </Text>
        </li>
      ))}
    </Box>
  );
}
