import {
  Alert,
  Box,
  Flex,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  QuotaUse,
  TenantUsage,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { Polled } from '../../hooks';
import { RetryAlert, TitledCard } from '../Shared';
import { QuotaBar } from './QuotaBar';
import styles from './QuotaCard.module.css';

/** What each of a tenant's quotas is for. */
const PURPOSES = {
  'tenant-quota': 'quota.pods',
  'tenant-objects': 'quota.objects',
  'tenant-probe-quota': 'quota.proofPod',
} as const;

/** What a tenant uses of what it may use, a bar a resource. */
export function QuotaCard(props: { usage: Polled<TenantUsage> }) {
  const { value, error, loading, refresh } = props.usage;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <TitledCard title={t('quota.title')}>
      {loading && (
        <Flex role="status">
          <VisuallyHidden>{t('quota.loading')}</VisuallyHidden>
          <Skeleton height={232} />
        </Flex>
      )}
      {!value && error && (
        <RetryAlert
          title={t('quota.errorTitle')}
          error={error}
          onRetry={refresh}
        />
      )}
      {value && (
        <Flex direction="column" gap="3">
          {error && (
            <Alert
              status="warning"
              icon
              role="status"
              title={t('card.refreshErrorTitle')}
              description={error.message}
            />
          )}
          {value.quotas.length === 0 && <Text>{t('quota.none')}</Text>}
          <Box className={styles.quotas}>
            {quotasOf(value).map(([name, uses]) => (
              <Quota key={name} name={name} uses={uses} />
            ))}
          </Box>
        </Flex>
      )}
    </TitledCard>
  );
}

function Quota(props: { name: string; uses: QuotaUse[] }) {
  const { name, uses } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
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

/** The resources of each quota, ours in their order and then any other. */
function quotasOf(usage: TenantUsage): [name: string, uses: QuotaUse[]][] {
  const names = [
    ...Object.keys(PURPOSES),
    ...usage.quotas.map(({ quota }) => quota),
  ];
  return [...new Set(names)].flatMap(name => {
    const uses = usage.quotas.filter(({ quota }) => quota === name);
    return uses.length ? [[name, uses] as [string, QuotaUse[]]] : [];
  });
}
