import { KeyboardEvent, useMemo, useState } from 'react';
import { DateTime } from 'luxon';
import { Box, Flex, Skeleton, Text } from '@backstage/ui';
import { appLanguageApiRef, useApi } from '@backstage/frontend-plugin-api';
import { Link } from 'react-router-dom';
import {
  Known,
  sharesOf,
  Tenant,
  Timeline,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useTimeline } from '../../queries';
import { Legend, Loaded, OneOf, TitledCard, useExactTime } from '../Shared';
import { shareText } from './Strip';
import { Slot, slotsOf } from './timeline';
import styles from './Timeline.module.css';

const DAY_MS = 24 * 60 * 60_000;

/** Stretches of time to look at: how long, in how many slots, and days between the axis' marks. */
export const SPANS = {
  day: { windowMs: DAY_MS, count: 48, every: 0.25, format: 'HH:mm' },
  week: { windowMs: 7 * DAY_MS, count: 56, every: 1, format: 'ccc d' },
  month: { windowMs: 30 * DAY_MS, count: 60, every: 6, format: 'd LLL' },
} as const;

/** A sign beside the colour; what holds needs none. */
const SIGN: Record<Known, string> = {
  holds: '',
  breached: '!',
  unproven: '?',
  gap: '',
};

/** A tenant's walls over a stretch of time: strips of it share what is loaded. */
export function useSpan(tenant: Tenant, span: keyof typeof SPANS) {
  const { windowMs, count } = SPANS[span];
  const query = useTimeline(tenant, windowMs, windowMs / count);
  const { data } = query;
  const drawn = useMemo(
    () => data && { timeline: data, slots: slotsOf(data, { windowMs, count }) },
    [data, windowMs, count],
  );
  return { ...query, data: drawn };
}

/** The three walls over the last day, week or month; a slot leads to its receipts. */
export default function WallsTimeline(props: { tenant: Tenant }) {
  const { tenant } = props;
  const t = useText();
  const [span, setSpan] = useState<keyof typeof SPANS>('day');
  const query = useSpan(tenant, span);
  return (
    <TitledCard
      title={t('timeline.title')}
      actions={
        <OneOf
          label={t('timeline.title')}
          options={SPANS}
          value={span}
          text={id => t(`timeline.${id}`)}
          onChange={setSpan}
        />
      }
    >
      <Loaded
        query={query}
        failed={message => t('timeline.errorTitle', { message })}
        skeleton={<Skeleton className={styles.skeleton} />}
      >
        {({ timeline, slots }) => (
          <Drawn timeline={timeline} slots={slots} span={span} />
        )}
      </Loaded>
    </TitledCard>
  );
}

function Drawn(props: {
  timeline: Timeline;
  slots: Slot[];
  span: keyof typeof SPANS;
}) {
  const { timeline, slots, span } = props;
  const t = useText();
  const last = slots.reduce((found, slot, i) => (slot.proofId ? i : found), -1);

  // One stop for the Tab key, and the arrows inside.
  function move(event: KeyboardEvent) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const link = (event.target as Element).closest('a');
    if (!step || !link) {
      return;
    }
    event.preventDefault();
    const links = [...event.currentTarget.querySelectorAll('a')];
    links[links.indexOf(link) + step]?.focus();
  }

  return (
    <Flex direction="column" gap="3">
      <Box className={styles.timeline}>
        <Box className={styles.names}>
          {WALLS.map(wall => (
            <Text key={wall} variant="body-small">
              {t(`wall.${wall}Short`)}
            </Text>
          ))}
        </Box>
        {/* The links in it are what is focused; it only hears of the keys. */}
        {/* eslint-disable-next-line jsx-a11y/interactive-supports-focus */}
        <div
          className={styles.slots}
          role="toolbar"
          aria-label={t('timeline.slots')}
          onKeyDown={move}
        >
          {slots.map((slot, i) => (
            <SlotLink key={slot.from} slot={slot} isStop={i === last} />
          ))}
        </div>
        <Box className={styles.names}>
          {WALLS.map(wall => (
            <Text key={wall} variant="body-small" className={styles.share}>
              {t('timeline.held', {
                share: shareText(sharesOf(timeline.walls[wall]).holds),
              })}
            </Text>
          ))}
        </Box>
        <Axis timeline={timeline} span={span} />
      </Box>
      <Signs />
    </Flex>
  );
}

function Axis(props: { timeline: Timeline; span: keyof typeof SPANS }) {
  const { to } = props.timeline;
  const { windowMs, every, format } = SPANS[props.span];
  const { language: locale } = useApi(appLanguageApiRef).getLanguage();
  const from = DateTime.fromMillis(to - windowMs, { locale });
  // From midnight on: marks are at full hours. One at the end has no room for its time.
  const marks = Array.from({ length: 9 }, (_, i) =>
    from.startOf('day').plus({ days: i * every }),
  ).filter(mark => mark > from && +mark < to - windowMs / 12);
  const label = (text: string | null, left = 0) => (
    <Text
      key={left}
      variant="body-x-small"
      color="secondary"
      style={{ left: `${left}%` }}
    >
      {text}
    </Text>
  );
  return (
    <>
      <Box className={styles.axis} aria-hidden="true">
        {marks.map(mark =>
          label(mark.toFormat(format), (100 * +mark.diff(from)) / windowMs),
        )}
      </Box>
      {label(from.offsetNameShort)}
    </>
  );
}

function Signs() {
  const t = useText();
  return (
    <Legend
      entries={(['holds', 'breached', 'unproven', 'gap'] as const).map(
        known => [
          <span aria-hidden="true" className={styles.key} data-known={known}>
            {SIGN[known]}
          </span>,
          t(known === 'gap' ? 'timeline.gap' : `status.${known}`),
        ],
      )}
    />
  );
}

function SlotLink(props: { slot: Slot; isStop: boolean }) {
  const { from, walls, proofId } = props.slot;
  const t = useText();
  const time = useExactTime()(new Date(from).toISOString());
  const word = (known: Known | undefined) =>
    !known || known === 'gap' ? t('timeline.gap') : t(`status.${known}`);
  const cells = WALLS.map(wall => {
    const known = walls[wall];
    return (
      <Box key={wall} className={styles.cell} data-known={known}>
        {known && SIGN[known]}
      </Box>
    );
  });
  if (!proofId) {
    return (
      <Box className={styles.slot} title={t('timeline.noProof', { time })}>
        {cells}
      </Box>
    );
  }
  const label = t('timeline.slot', {
    time,
    network: word(walls.network),
    secret: word(walls.secret),
    resource: word(walls.resource),
  });
  return (
    <Link
      className={styles.slot}
      to={`?proof=${encodeURIComponent(proofId)}`}
      aria-label={label}
      title={label}
      tabIndex={props.isStop ? 0 : -1}
    >
      {cells}
    </Link>
  );
}
