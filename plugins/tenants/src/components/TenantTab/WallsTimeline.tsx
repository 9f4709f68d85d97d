import { useMemo, useState } from 'react';
import {
  Box,
  Flex,
  Link,
  Text,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useLocation } from 'react-router-dom';
import { WALLS, WallStatus } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useProofsSince } from '../../hooks';
import { useExactTime } from '../WallStatus';
import { Slot, slotsOf } from './timeline';
import styles from './WallsTimeline.module.css';

const DAY_MS = 24 * 60 * 60_000;
const WINDOWS = { day: DAY_MS, week: 7 * DAY_MS };
const SLOTS = 48;

/** A sign beside the colour; what holds needs none. */
const SIGN: Record<WallStatus, string> = {
  holds: '',
  breached: '!',
  unproven: '?',
};

/** The three walls over the last day or week; a slot leads to its receipts. */
export function WallsTimeline(props: {
  tenantName: string;
  /** A new one makes the timeline load again */
  lastProofId?: string;
}) {
  const { tenantName, lastProofId } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const [span, setSpan] = useState<keyof typeof WINDOWS>('day');
  const windowMs = WINDOWS[span];
  const { proofs, now } = useProofsSince(tenantName, windowMs, lastProofId);
  const slots = useMemo(
    () => slotsOf(proofs, { now, windowMs, count: SLOTS }),
    [proofs, now, windowMs],
  );

  return (
    <Flex direction="column" gap="2">
      <Flex justify="between" align="center" gap="3">
        <Text as="h4" weight="bold">
          {t('tab.timeline')}
        </Text>
        <ToggleButtonGroup
          selectionMode="single"
          disallowEmptySelection
          aria-label={t('tab.timeline')}
          selectedKeys={[span]}
          onSelectionChange={keys =>
            setSpan([...keys][0] as keyof typeof WINDOWS)
          }
        >
          <ToggleButton id="day">{t('tab.day')}</ToggleButton>
          <ToggleButton id="week">{t('tab.week')}</ToggleButton>
        </ToggleButtonGroup>
      </Flex>
      <Box className={styles.timeline}>
        <Box className={styles.names}>
          {WALLS.map(wall => (
            <Text key={wall} variant="body-small" color="secondary">
              {t(`wall.${wall}Short`)}
            </Text>
          ))}
        </Box>
        <Box
          className={styles.slots}
          role="group"
          aria-label={t('tab.timeline')}
        >
          {slots.map(slot => (
            <SlotLink key={slot.start} slot={slot} />
          ))}
        </Box>
      </Box>
    </Flex>
  );
}

function SlotLink(props: { slot: Slot }) {
  const { start, walls, proofId } = props.slot;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { pathname } = useLocation();
  const time = useExactTime()(new Date(start).toISOString());
  const cells = WALLS.map(wall => {
    const status = walls[wall];
    return (
      <Box key={wall} className={`${styles.cell} ${status && styles[status]}`}>
        {status ? SIGN[status] : ''}
      </Box>
    );
  });
  if (!proofId) {
    return (
      <Box className={styles.slot} title={t('tab.noProof', { time })}>
        {cells}
      </Box>
    );
  }
  const [network, secret, resource] = WALLS.map(wall => {
    const status = walls[wall];
    return status ? t(`status.${status}`) : '';
  });
  const label = t('tab.timelineSlot', { time, network, secret, resource });
  return (
    <Link
      className={styles.slot}
      href={`${pathname}?proof=${encodeURIComponent(proofId)}`}
      aria-label={label}
      title={label}
    >
      {cells}
    </Link>
  );
}
