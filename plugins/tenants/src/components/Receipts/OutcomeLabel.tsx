import { Flex, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  RiCheckLine,
  RiCloseCircleFill,
  RiErrorWarningFill,
  RiQuestionFill,
  RiSubtractLine,
} from '@remixicon/react';
import { Outcome } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import styles from './OutcomeLabel.module.css';

const LOOK = {
  asExpected: { color: 'success', Icon: RiCheckLine },
  breached: { color: 'danger', Icon: RiErrorWarningFill },
  failed: { color: 'danger', Icon: RiCloseCircleFill },
  inconclusive: { color: 'warning', Icon: RiQuestionFill },
  notApplicable: { color: 'secondary', Icon: RiSubtractLine },
} as const;

/** What a check came to, as icon, word and colour. */
export function OutcomeLabel(props: { outcome: Outcome }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { color, Icon } = LOOK[props.outcome];
  return (
    <Flex align="center" gap="1" style={{ whiteSpace: 'nowrap' }}>
      <Icon
        aria-hidden="true"
        size={16}
        color={`var(--bui-fg-${color})`}
        style={{ flexShrink: 0 }}
      />
      <Text
        as="span"
        variant="body-small"
        weight="bold"
        className={styles[props.outcome]}
      >
        {t(`outcome.${props.outcome}`)}
      </Text>
    </Flex>
  );
}
