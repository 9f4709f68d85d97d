import { Box, Flex, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiErrorWarningFill } from '@remixicon/react';
import { QuotaUse } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { quantityText } from '../../quantities';
import { isNearlyFull, percentOf, UseBar } from '../QuotaUse';
import styles from './QuotaCard.module.css';

const RESOURCES = {
  'requests.cpu': 'quota.requestsCpu',
  'limits.cpu': 'quota.limitsCpu',
  'requests.memory': 'quota.requestsMemory',
  'limits.memory': 'quota.limitsMemory',
  pods: 'quota.podCount',
  persistentvolumeclaims: 'quota.volumeClaims',
  'requests.storage': 'quota.storage',
  'services.loadbalancers': 'quota.loadBalancers',
  'services.nodeports': 'quota.nodePorts',
} as const;

/** One resource under a quota: its bar, and the figures beside it. */
export function QuotaBar(props: { use: QuotaUse }) {
  const { resource, used, hard, ratio } = props.use;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const key = RESOURCES[resource as keyof typeof RESOURCES];
  const name = key ? t(key) : resource;
  const isForbidden = Number(hard) === 0;
  const figures = isForbidden
    ? t('quota.forbidden')
    : t('quota.used', {
        used: quantityText(resource, used),
        hard: quantityText(resource, hard),
      });
  return (
    <Box className={styles.row}>
      <Text as="span" variant="body-small" className={styles.resource}>
        {name}
      </Text>
      {!isForbidden && (
        <UseBar
          ratio={ratio}
          label={name}
          text={`${figures}, ${percentOf(ratio)}`}
        />
      )}
      <Flex align="center" gap="2" className={styles.figures}>
        <Text as="span" variant="body-small">
          {figures}
        </Text>
        {!isForbidden && (
          <Text as="span" variant="body-small" color="secondary">
            {percentOf(ratio)}
          </Text>
        )}
        {!isForbidden && isNearlyFull(ratio) && (
          <Flex align="center" gap="0.5" className={styles.full}>
            <RiErrorWarningFill size={16} aria-hidden="true" />
            <Text as="span" variant="body-small" weight="bold">
              {t(ratio >= 1 ? 'quota.full' : 'quota.nearlyFull')}
            </Text>
          </Flex>
        )}
      </Flex>
    </Box>
  );
}
