import { ReactNode } from 'react';
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Box,
  Text,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { WallState } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { RelativeTime, WallStatusLabel } from '../WallStatus';
import styles from './WallsCard.module.css';

/** One wall: its status, what was shown and when; its receipts underneath. */
export function WallRow(props: {
  wall: WallState;
  isExpanded?: boolean;
  onExpandedChange?: (isExpanded: boolean) => void;
  children: ReactNode;
}) {
  const { wall, isExpanded, onExpandedChange, children } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Accordion
      className={styles.wall}
      isExpanded={isExpanded}
      onExpandedChange={onExpandedChange}
    >
      <AccordionTrigger level={4}>
        <Box className={styles.row}>
          <Text as="span" weight="bold" className={styles.name}>
            {t(`wall.${wall.wall}`)}
          </Text>
          <Box className={styles.status}>
            <WallStatusLabel status={wall.status} stale={wall.stale} />
          </Box>
          <Text as="span" className={styles.summary}>
            {wall.summary}
          </Text>
          <Text
            as="span"
            variant="body-small"
            color="secondary"
            className={styles.age}
          >
            {wall.provedAt ? (
              <RelativeTime iso={wall.provedAt} />
            ) : (
              t('time.never')
            )}
          </Text>
        </Box>
      </AccordionTrigger>
      <AccordionPanel>
        <Box className={styles.receipts}>{children}</Box>
      </AccordionPanel>
    </Accordion>
  );
}
