import { Card, CardBody, Flex, Grid, Skeleton, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { RiTimeFill } from '@remixicon/react';
import { useLocation } from 'react-router-dom';
import { tenantsTranslationRef } from '../../translation';
import { WallStatusIcon } from '../Shared';
import { matchesStatus, STATUS_FILTERS, StatusFilter } from './filters';

/** How many tenants are in each status; each count is a link to those. */
export function TenantsSummary(props: { tenants?: Tenant[] }) {
  const { tenants } = props;
  const { pathname } = useLocation();
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Grid.Root
      columns={{ initial: '2', md: '4' }}
      gap="3"
      role="group"
      aria-label={t('page.summary')}
    >
      {STATUS_FILTERS.map(status => (
        <Card
          key={status}
          href={`${pathname}?status=${status}`}
          label={
            status === 'holds'
              ? t('page.showHolds')
              : t('page.showOnly', { status: t(`status.${status}`) })
          }
        >
          <CardBody>
            <Flex align="center" gap="3">
              <StatusIcon status={status} />
              <Flex direction="column" gap="0.5">
                {tenants ? (
                  <Text variant="title-small" weight="bold">
                    {tenants.filter(x => matchesStatus(x, status)).length}
                  </Text>
                ) : (
                  <Skeleton width={24} height={28} />
                )}
                <Text variant="body-small" color="secondary">
                  {t(`status.${status}`)}
                </Text>
              </Flex>
            </Flex>
          </CardBody>
        </Card>
      ))}
    </Grid.Root>
  );
}

function StatusIcon(props: { status: StatusFilter }) {
  return props.status === 'stale' ? (
    <RiTimeFill aria-hidden="true" size={28} color="var(--bui-fg-secondary)" />
  ) : (
    <WallStatusIcon status={props.status} size={28} />
  );
}
