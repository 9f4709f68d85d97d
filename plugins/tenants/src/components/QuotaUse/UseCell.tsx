import { Flex, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiErrorWarningFill } from '@remixicon/react';
import { TenantUsageSummary } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { isNearlyFull, mostUsed, percentOf } from './ratio';
import { UseBar } from './UseBar';
import styles from './UseCell.module.css';

const PARTS = {
  cpu: 'form.cpu',
  memory: 'form.memory',
  pods: 'form.pods',
} as const;

/** What a tenant has used most of; the other figures on hover. */
export function UseCell(props: { usage?: TenantUsageSummary }) {
  const { usage } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  if (!usage) {
    return (
      <Text as="span" color="secondary">
        {t('tab.unknown')}
      </Text>
    );
  }
  const [part, ratio] = mostUsed(usage);
  const text = (Object.keys(PARTS) as (keyof typeof PARTS)[])
    .map(key => `${t(PARTS[key])} ${percentOf(usage[key])}`)
    .join(', ');
  return (
    <Flex direction="column" gap="1" title={text} className={styles.cell}>
      <Flex align="center" gap="1">
        <Text as="span" variant="body-small">
          {t(PARTS[part])} {percentOf(ratio)}
        </Text>
        {isNearlyFull(ratio) && (
          <RiErrorWarningFill
            size={14}
            className={styles.full}
            role="img"
            aria-label={t(ratio >= 1 ? 'quota.full' : 'quota.nearlyFull')}
          />
        )}
      </Flex>
      <UseBar ratio={ratio} label={t('page.use')} text={text} />
    </Flex>
  );
}
