import {
  Alert,
  Box,
  Button,
  Flex,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { DriftItem } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../../api';
import { tenantsTranslationRef } from '../../translation';
import { usePolled } from '../../hooks';
import { FieldChanges, TitledCard } from '../Shared';

/** A dry run of each of a tenant's objects: not to be asked for all the time. */
const INTERVAL_MS = 10 * 60_000;

/** What of a tenant is not as planned, with the fields that differ. */
export function DriftCard(props: { tenantName: string }) {
  const { tenantName } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const api = useApi(tenantsApiRef);
  const { value, error, loading, refresh } = usePolled(
    tenantName,
    signal => api.getDrift(tenantName, { signal }),
    () => INTERVAL_MS,
  );
  const items = value?.items;
  return (
    <TitledCard
      title={t('drift.title')}
      actions={
        <Button
          size="small"
          variant="secondary"
          isDisabled={loading}
          onPress={refresh}
        >
          {t('drift.check')}
        </Button>
      }
    >
      {loading && (
        <Box role="status">
          <VisuallyHidden>{t('drift.loading')}</VisuallyHidden>
          <Skeleton height={48} />
        </Box>
      )}
      {error && (
        <ResponseErrorPanel
          title={t('drift.errorTitle', { message: error.message })}
          error={error}
        />
      )}
      {items && !error && (
        <Flex direction="column" gap="3">
          <Alert
            status={items.length ? 'warning' : 'success'}
            icon
            role="status"
            title={t(items.length ? 'drift.some' : 'drift.none')}
          />
          {items.map(item => (
            <Difference key={item.id} item={item} />
          ))}
        </Flex>
      )}
    </TitledCard>
  );
}

function Difference(props: { item: DriftItem }) {
  const { id, change, fields } = props.item;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Box role="group" aria-label={id}>
      <Text as="h4">
        <Text as="span" weight="bold">
          {id}
        </Text>{' '}
        {t(`drift.${change}`)}
      </Text>
      <FieldChanges of={id} fields={fields} />
    </Box>
  );
}
