import { Flex, Text } from '@backstage/ui';
import {
  RiCheckLine,
  RiCloseCircleFill,
  RiErrorWarningFill,
  RiQuestionFill,
  RiShieldCheckFill,
  RiSubtractLine,
  RiTimeFill,
} from '@remixicon/react';
import {
  Outcome,
  WallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import styles from './Status.module.css';

const STATUS = {
  holds: { color: 'success', Icon: RiShieldCheckFill },
  breached: { color: 'danger', Icon: RiErrorWarningFill },
  unproven: { color: 'warning', Icon: RiQuestionFill },
  old: { color: 'secondary', Icon: RiTimeFill },
} as const;

/** The colours of what has a `data-look`. */
export const LOOK = styles.look;

/** How a status looks: what held when it was last proved, long ago, is not green. */
export function lookOf(status: WallStatus, stale = false): keyof typeof STATUS {
  return stale && status === 'holds' ? 'old' : status;
}

/** The icon of a status, in its colour; the word has to stand beside it. */
export function WallStatusIcon(props: {
  status: WallStatus;
  stale?: boolean;
  size?: number;
}) {
  const { color, Icon } = STATUS[lookOf(props.status, props.stale)];
  return (
    <Icon
      aria-hidden="true"
      size={props.size ?? 18}
      color={`var(--bui-fg-${color})`}
      className={styles.icon}
    />
  );
}

/** A status as icon, word and colour, and whether it is stale. */
export function WallStatusLabel(props: {
  status: WallStatus;
  stale?: boolean;
  /** Where the row says by itself that it is stale */
  isShort?: boolean;
}) {
  const { status, stale, isShort } = props;
  const t = useText();
  return (
    <Flex align="center" gap="2" className={styles.label}>
      <Flex
        align="center"
        gap="1"
        className={`${styles.pill} ${LOOK}`}
        data-look={lookOf(status, stale)}
      >
        <WallStatusIcon status={status} stale={stale} size={16} />
        <Text variant="body-small" weight="bold" className={styles.word}>
          {t(`status.${status}`)}
        </Text>
      </Flex>
      {stale && !isShort && <StaleLabel />}
    </Flex>
  );
}

/** Says that a status rests on an old proof. */
export function StaleLabel() {
  const t = useText();
  return (
    <Flex align="center" gap="0.5" title={t('status.staleHint')}>
      <WallStatusIcon status="holds" stale size={14} />
      <Text variant="body-small" color="secondary">
        {t('status.stale')}
      </Text>
    </Flex>
  );
}

const OUTCOME = {
  asExpected: { color: 'success', Icon: RiCheckLine },
  breached: { color: 'danger', Icon: RiErrorWarningFill },
  failed: { color: 'danger', Icon: RiCloseCircleFill },
  inconclusive: { color: 'warning', Icon: RiQuestionFill },
  notApplicable: { color: 'secondary', Icon: RiSubtractLine },
} as const;

/** What came of a check, as an icon with a name. */
export function OutcomeIcon(props: { outcome: Outcome }) {
  const t = useText();
  const { color, Icon } = OUTCOME[props.outcome];
  return (
    <Icon
      role="img"
      aria-label={t(`outcome.${props.outcome}`)}
      size={18}
      color={`var(--bui-fg-${color})`}
      className={styles.icon}
    />
  );
}

/** What the signs of a picture mean. */
export function Legend(props: {
  entries: [sign: JSX.Element, meaning: string][];
}) {
  return (
    <Flex gap="3" style={{ flexWrap: 'wrap' }}>
      {props.entries.map(([sign, meaning]) => (
        <Flex key={meaning} align="center" gap="1">
          {sign}
          <Text variant="body-small">{meaning}</Text>
        </Flex>
      ))}
    </Flex>
  );
}

/** A line that says what went wrong: in a red that can be read in both themes. */
export function Problem(props: { children: string }) {
  return (
    <Text variant="body-small" className={styles.problem}>
      {props.children}
    </Text>
  );
}
