import { Box, Flex, Skeleton, Text } from '@backstage/ui';
import { RiErrorWarningFill } from '@remixicon/react';
import {
  QuotaUse,
  TenantUsage,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { quantityText } from '../../quantities';
import {
  NEARLY_FULL,
  Loaded,
  Loading,
  percentOf,
  TitledCard,
  UseBar,
} from '../Shared';
import styles from './Usage.module.css';

/** What each of a tenant's quotas is for. */
const PURPOSES = {
  'tenant-quota': 'quota.pods',
  'tenant-objects': 'quota.objects',
} as const;

/** The quota of proof pods is the portal's own affair, not the tenant's. */
const NOT_THE_TENANTS = 'tenant-probe-quota';

const RESOURCES = {
  'requests.cpu': 'quota.requestsCpu',
  'limits.cpu': 'quota.limitsCpu',
  'requests.memory': 'quota.requestsMemory',
  'limits.memory': 'quota.limitsMemory',
  pods: 'form.pods',
  persistentvolumeclaims: 'quota.volumeClaims',
  'requests.storage': 'form.storage',
  'services.loadbalancers': 'quota.loadBalancers',
  'services.nodeports': 'quota.nodePorts',
} as const;

/** What a tenant uses of what it may use, a bar a resource. */
export function UsageCard(props: { usage: Loading<TenantUsage> }) {
  const t = useText();
  return (
    <TitledCard title={t('quota.title')}>
      <Loaded
        query={props.usage}
        failed={message => t('quota.errorTitle', { message })}
        skeleton={<Skeleton height={232} />}
      >
        {usage => (
          <>
            {usage.quotas.length === 0 && <Text>{t('quota.none')}</Text>}
            <Box className={styles.quotas}>
              {quotasOf(usage).map(([name, uses]) => (
                <Quota key={name} name={name} uses={uses} />
              ))}
            </Box>
          </>
        )}
      </Loaded>
    </TitledCard>
  );
}

function Quota(props: { name: string; uses: QuotaUse[] }) {
  const { name, uses } = props;
  const t = useText();
  const key = PURPOSES[name as keyof typeof PURPOSES];
  return (
    <Box role="group" aria-label={name}>
      <Text as="h4" variant="body-small" color="secondary">
        <span className={styles.name}>{name}</span> {key && t(key)}
      </Text>
      {uses.map(use => (
        <QuotaBar key={use.resource} use={use} />
      ))}
    </Box>
  );
}

/** One resource under a quota: its bar, and the figures beside it. */
function QuotaBar(props: { use: QuotaUse }) {
  const { resource, used, hard, ratio } = props.use;
  const t = useText();
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
      <Text variant="body-small" className={styles.resource}>
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
        <Text variant="body-small">{figures}</Text>
        {!isForbidden && (
          <Text variant="body-small" color="secondary">
            {percentOf(ratio)}
          </Text>
        )}
        {!isForbidden && ratio >= NEARLY_FULL && (
          <Flex align="center" gap="0.5" className={styles.full}>
            <RiErrorWarningFill size={16} aria-hidden="true" />
            <Text variant="body-small" weight="bold">
              {t(ratio >= 1 ? 'quota.full' : 'quota.nearlyFull')}
            </Text>
          </Flex>
        )}
      </Flex>
    </Box>
  );
}

/** The resources of each quota, ours in their order and then any other. */
function quotasOf(usage: TenantUsage): [name: string, uses: QuotaUse[]][] {
  const names = [
    ...Object.keys(PURPOSES),
    ...usage.quotas.map(({ quota }) => quota),
  ].filter(name => name !== NOT_THE_TENANTS);
  return [...new Set(names)].flatMap(name => {
    const uses = usage.quotas.filter(({ quota }) => quota === name);
    return uses.length ? [[name, uses] as [string, QuotaUse[]]] : [];
  });
}
