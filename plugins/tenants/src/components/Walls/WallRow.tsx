import { ReactNode, useState } from 'react';
import {
  Accordion,
  AccordionPanel,
  AccordionTrigger,
  Box,
  Text,
} from '@backstage/ui';
import { Proof, WallState } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { Loading, RelativeTime, WallStatusLabel } from '../Shared';
import { useCheckWords } from './checks';
import { WallReceipts } from './Receipts';
import styles from './Walls.module.css';

/** One wall: its status, what was tried and when; its receipts underneath. */
export function WallRow(props: {
  wall: WallState;
  /** Unset when there was no proof yet */
  proofId?: string;
  proof: Loading<Proof>;
  /** The wall's last hours */
  strip?: ReactNode;
  /** The name of a receipt to open */
  open?: string;
  /** Whether it opens by itself; a breached wall does */
  isOpen?: boolean;
}) {
  const { wall, proofId, proof, strip, open } = props;
  const t = useText();
  const { said } = useCheckWords();
  const [toggled, setToggled] = useState<boolean>();
  // By itself until the user says otherwise, also where it is breached later.
  const isExpanded = toggled ?? props.isOpen ?? wall.status === 'breached';
  return (
    <Accordion
      className={styles.wall}
      isExpanded={isExpanded}
      onExpandedChange={setToggled}
    >
      <AccordionTrigger level={4}>
        <Box className={styles.row}>
          <Text weight="bold" data-area="name">
            {t(`wall.${wall.wall}`)}
          </Text>
          <Box data-area="status">
            <WallStatusLabel status={wall.status} stale={wall.stale} />
          </Box>
          <Text data-area="summary">{said(wall.wording, wall.summary)}</Text>
          {strip && <Box data-area="strip">{strip}</Box>}
          <Text variant="body-small" color="secondary" data-area="age">
            {wall.provedAt ? (
              <RelativeTime iso={wall.provedAt} />
            ) : (
              t('time.never')
            )}
          </Text>
        </Box>
      </AccordionTrigger>
      <AccordionPanel>
        {/* Receipts are many: they are drawn when they are looked at. */}
        {isExpanded && (
          <Box className={styles.receipts}>
            <WallReceipts
              wall={wall.wall}
              proofId={proofId}
              proof={proof}
              open={open}
            />
          </Box>
        )}
      </AccordionPanel>
    </Accordion>
  );
}
