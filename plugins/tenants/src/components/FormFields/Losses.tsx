import { ReactNode } from 'react';
import { Alert, Flex, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import useAsync from 'react-use/esm/useAsync';
import { tenantsApiRef } from '../../api';
import { tenantsTranslationRef } from '../../translation';
import { usePolled } from '../../hooks';
import { quantityText } from '../../quantities';
import { Facts, Mono, RetryAlert } from '../Shared';
import {
  overallStatus,
  provedAt,
  RelativeTime,
  WallStatusLabel,
} from '../WallStatus';
import styles from './FormFields.module.css';

const INTERVAL_MS = 60_000;

interface LossesProps {
  name: string;
  keepData: boolean;
  kvMount: string;
}

/** What goes with a tenant, and what stays when its data is kept. */
export function Losses(props: LossesProps) {
  const { name } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const api = useApi(tenantsApiRef);
  const { value, error, refresh } = usePolled(
    name,
    signal => api.getTenant(name, { signal }),
    () => INTERVAL_MS,
  );
  if (value) {
    return <LossesOf {...props} tenant={value} />;
  }
  return error ? (
    <RetryAlert
      title={t('removal.errorTitle', { name })}
      error={error}
      onRetry={refresh}
    />
  ) : (
    <div role="status">
      <VisuallyHidden>{t('removal.loading')}</VisuallyHidden>
      <Skeleton height={180} />
    </div>
  );
}

function LossesOf(props: LossesProps & { tenant: Tenant }) {
  const { tenant, keepData, kvMount } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const at = provedAt(tenant);
  return (
    <Flex direction="column" gap="3">
      <Alert
        status={keepData ? 'warning' : 'danger'}
        icon
        role="status"
        title={t(keepData ? 'removal.keepTitle' : 'removal.loseTitle', {
          name: tenant.name,
        })}
        description={t(keepData ? 'removal.keepText' : 'removal.loseText')}
      />
      <Facts
        facts={[
          [
            t('removal.volume'),
            <Fate key="volume" isKept={keepData}>
              <Volume tenant={tenant} />
            </Fate>,
          ],
          [
            t('tab.vaultPath'),
            <Fate key="path" isKept={keepData}>
              <Mono>{`${kvMount}/${tenant.namespace}`}</Mono>
            </Fate>,
          ],
          [
            t(keepData ? 'removal.others' : 'removal.objects'),
            <Fate key="objects" isKept={false}>
              {keepData ? t('removal.workload') : <Objects tenant={tenant} />}
            </Fate>,
          ],
          [
            t('removal.lastProof'),
            <Flex key="proof" align="center" gap="2">
              <WallStatusLabel status={overallStatus(tenant.walls)} />
              {at ? <RelativeTime iso={at} /> : t('time.never')}
            </Flex>,
          ],
        ]}
      />
    </Flex>
  );
}

/** A thing, and beside it whether it is kept or lost. */
function Fate(props: { isKept: boolean; children: ReactNode }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <>
      {props.children}
      <Text
        as="span"
        weight="bold"
        className={`${styles.fate} ${props.isKept ? styles.kept : styles.lost}`}
      >
        {t(props.isKept ? 'removal.kept' : 'removal.lost')}
      </Text>
    </>
  );
}

/** The size of n8n's volume, as the quota has it. */
function Volume(props: { tenant: Tenant }) {
  const api = useApi(tenantsApiRef);
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { name } = props.tenant;
  const { value, error } = useAsync(() => api.getUsage(name), [api, name]);
  const storage = value?.quotas.find(q => q.resource === 'requests.storage');
  if (error || (value && !storage)) {
    return <>{t('removal.unknown')}</>;
  }
  return storage ? (
    <>{quantityText('requests.storage', storage.used)}</>
  ) : (
    <>…</>
  );
}

/** How many objects there are: all of the plan but those that are missing. */
function Objects(props: { tenant: Tenant }) {
  const api = useApi(tenantsApiRef);
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { spec } = props.tenant;
  const { value, error } = useAsync(
    () => api.previewTenant(spec),
    [api, spec.name],
  );
  if (error) {
    return <>{t('removal.unknown')}</>;
  }
  return value ? (
    <>{value.resources.filter(r => r.change !== 'create').length}</>
  ) : (
    <>…</>
  );
}
