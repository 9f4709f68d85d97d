import {
  Known,
  KNOWN_WORST_FIRST,
  sharesOf,
  Timeline,
  Wall,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { percentOf } from '../Shared';
import { Slot, worstTimeline } from './timeline';
import styles from './Timeline.module.css';

const HEIGHT = 14;

/**
 * The last hours of one wall, or the worst of all three, as a strip of small bars;
 * what it says is its name.
 */
export function WallStrip(props: {
  /** Default the worst of all */
  wall?: Wall;
  timeline: Timeline;
  slots: Slot[];
}) {
  const { wall, timeline, slots } = props;
  const t = useText();
  const shares = sharesOf(
    wall ? timeline.walls[wall] : worstTimeline(timeline),
  );
  // For how much of the time it was shown to hold, and what was wrong.
  const label = (['holds', 'breached', 'unproven', 'gap'] as const)
    .filter(known => known === 'holds' || shares[known] > 0)
    .map(known =>
      t(`timeline.share.${known}`, { share: shareText(shares[known]) }),
    )
    .join(', ');
  // One path a status: a page has many strips.
  const paths = new Map<Known, string>();
  slots.forEach((slot, i) => {
    const known = wall ? slot.walls[wall] : worstOfSlot(slot);
    if (known) {
      // What is wrong is taller: colour alone does not tell.
      const inset = known === 'holds' ? 3 : 0;
      const bar = `M${i} ${inset}h1v${HEIGHT - 2 * inset}h-1z`;
      paths.set(known, (paths.get(known) ?? '') + bar);
    }
  });
  return (
    <svg
      role="img"
      aria-label={label}
      className={styles.strip}
      viewBox={`0 0 ${slots.length} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <title>{label}</title>
      {[...paths].map(([known, path]) => (
        <path key={known} d={path} data-known={known} />
      ))}
    </svg>
  );
}

/** The worst that was known of any wall. */
function worstOfSlot({ walls }: Slot): Known | undefined {
  return KNOWN_WORST_FIRST.find(known => WALLS.some(w => walls[w] === known));
}

/** A share as a percentage that never rounds away what was wrong, or up to all. */
export function shareText(share: number): string {
  if (share > 0.995 && share < 1) {
    return `${(Math.floor(share * 1_000) / 10).toFixed(1)}%`;
  }
  return share > 0 && share < 0.005 ? '<1%' : percentOf(share);
}
