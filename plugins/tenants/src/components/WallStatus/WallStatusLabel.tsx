import { Flex, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  RiErrorWarningFill,
  RiQuestionFill,
  RiShieldCheckFill,
  RiTimeFill,
} from '@remixicon/react';
import { WallStatus } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import styles from './WallStatus.module.css';

const LOOK = {
  holds: { color: 'success', Icon: RiShieldCheckFill },
  breached: { color: 'danger', Icon: RiErrorWarningFill },
  unproven: { color: 'warning', Icon: RiQuestionFill },
} as const;

/** The icon of a status, in its colour; the word has to stand beside it. */
export function WallStatusIcon(props: { status: WallStatus; size?: number }) {
  const { color, Icon } = LOOK[props.status];
  return (
    <Icon
      aria-hidden="true"
      size={props.size ?? 18}
      color={`var(--bui-fg-${color})`}
      style={{ flexShrink: 0 }}
    />
  );
}

/** A status as icon, word and colour, and whether it is stale. */
export function WallStatusLabel(props: {
  status: WallStatus;
  stale?: boolean;
}) {
  const { status, stale } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Flex align="center" gap="2" className={styles.label}>
      <Flex
        align="center"
        gap="1"
        className={`${styles.pill} ${styles[status]}`}
      >
        <WallStatusIcon status={status} size={16} />
        <Text
          as="span"
          variant="body-small"
          weight="bold"
          className={styles.word}
        >
          {t(`status.${status}`)}
        </Text>
      </Flex>
      {stale && <StaleLabel />}
    </Flex>
  );
}

/** Says that a status rests on an old proof. */
export function StaleLabel() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Flex align="center" gap="0.5" title={t('status.staleHint')}>
      <RiTimeFill
        aria-hidden="true"
        size={14}
        color="var(--bui-fg-secondary)"
        style={{ flexShrink: 0 }}
      />
      <Text as="span" variant="body-small" color="secondary">
        {t('status.stale')}
      </Text>
    </Flex>
  );
}
