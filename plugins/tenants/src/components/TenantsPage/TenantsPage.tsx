import { lazy, Suspense, useMemo } from 'react';
import {
  Box,
  Card,
  CardBody,
  Container,
  Flex,
  Grid,
  Header,
  Skeleton,
  Text,
} from '@backstage/ui';
import {
  HealthProblem,
  Tenant,
  TenantsHealth,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { Route, Routes } from 'react-router-dom';
import { reportRouteRef } from '../../routes';
import { useText } from '../../translation';
import {
  useHealth,
  useOwnerTitles,
  useOwnRefs,
  useTenants,
} from '../../queries';
import { MatrixSkeleton } from '../Matrix';
import {
  asLastKnown,
  changed,
  CreateLink,
  RetryAlert,
  TitledCard,
  useExactTime,
  useIsCurrent,
  ReportLink,
  WallStatusIcon,
  Notice,
} from '../Shared';
import { useCheckWords } from '../Walls';
import { FailuresCard, useFailures } from './Failures';
import { matchesStatus, STATUS_FILTERS, StatusFilter } from './filters';
import { ImpostorsCard, RolloutsCard } from './Rollouts';
import { TenantsTable } from './TenantsTable';
import { TenantsQuery, useTenantsQuery } from './useTenantsQuery';
import styles from './TenantsPage.module.css';

const MatrixCard = lazy(() => import('../Matrix/MatrixCard'));
const ReportPage = lazy(() => import('../Report/ReportPage'));

/** The pages of the plugin: all tenants, and a report on some of them. */
export function TenantsRoutes() {
  return (
    <Routes>
      <Route path="/" element={<TenantsPage />} />
      <Route
        path={reportRouteRef.path}
        element={
          <Suspense fallback={<Skeleton height={480} />}>
            <ReportPage />
          </Suspense>
        }
      />
    </Routes>
  );
}

/** All tenants, with their walls. */
export function TenantsPage() {
  const t = useText();
  const query = useTenants();
  const { data, error, refetch } = query;
  const isCurrent = useIsCurrent(query);
  const tenants = useMemo(
    () => (isCurrent ? data : data?.map(asLastKnown)),
    [data, isCurrent],
  );
  const health = useHealth().data;
  return (
    <Box as="main">
      <Header
        title={t('page.title')}
        customActions={
          <Flex gap="2">
            <ReportLink names={[]} />
            <CreateLink />
          </Flex>
        }
      />
      <Container>
        <Flex direction="column" gap="4">
          <HealthBanner health={health} />
          {tenants && !isCurrent && (
            <Notice
              status="warning"
              title={t('card.refreshErrorTitle')}
              description={error?.message}
            />
          )}
          {!tenants && error ? (
            <RetryAlert
              title={t('page.errorTitle', { message: error.message })}
              onRetry={refetch}
            />
          ) : (
            <Content
              tenants={tenants}
              isComplete={!health || health.status === 'ok'}
            />
          )}
        </Flex>
      </Container>
    </Box>
  );
}

function Content(props: { tenants?: Tenant[]; isComplete: boolean }) {
  const { tenants, isComplete } = props;
  const t = useText();
  const query = useTenantsQuery();
  const failures = useFailures(tenants);
  const ownerTitles = useOwnerTitles(tenants);
  const ownRefs = useOwnRefs();
  const context = useMemo(
    () => ({ ownRefs, ownerTitles, failing: failures.byCheck }),
    [ownRefs, ownerTitles, failures.byCheck],
  );
  const { cluster } = query.filter;
  const statuses = useMemo(
    () =>
      new Map(
        (tenants ?? [])
          .filter(tenant => !cluster || tenant.cluster === cluster)
          .map(({ name, walls }) => [name, overallStatus(walls)]),
      ),
    [tenants, cluster],
  );
  return (
    <>
      <Summary tenants={tenants} query={query} />
      <FailuresCard failures={failures} query={query} />
      <RolloutsCard tenants={tenants} />
      <ImpostorsCard />
      <Card>
        <CardBody>
          <TenantsTable
            tenants={tenants}
            query={query}
            context={context}
            isComplete={isComplete}
          />
        </CardBody>
      </Card>
      {tenants && tenants.length > 1 && (
        // The matrix comes later, and should not push anything around then.
        <Suspense
          fallback={
            <TitledCard level="h2" title={t('matrix.title')}>
              <MatrixSkeleton names={[...statuses.keys()]} />
            </TitledCard>
          }
        >
          <MatrixCard key={cluster} cluster={cluster} statuses={statuses} />
        </Suspense>
      )}
    </>
  );
}

/** How many tenants are in each status; each count shows those, or all again. */
function Summary(props: { tenants?: Tenant[]; query: TenantsQuery }) {
  const { tenants, query } = props;
  const t = useText();
  return (
    <Grid.Root
      columns={{ initial: '2', md: '4' }}
      gap="3"
      role="group"
      aria-label={t('page.summary')}
    >
      {STATUS_FILTERS.map(status => {
        const isSelected = query.filter.status === status;
        const search = changed(query.text, {
          status: isSelected ? undefined : status,
        });
        return (
          <Card
            key={status}
            href={`?${search}`}
            label={labelOf(status, isSelected)}
            className={isSelected ? styles.selectedCard : undefined}
          >
            <CardBody>
              <Flex align="center" gap="3">
                <WallStatusIcon
                  status={status === 'stale' ? 'holds' : status}
                  stale={status === 'stale'}
                  size={28}
                />
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
        );
      })}
    </Grid.Root>
  );

  function labelOf(status: StatusFilter, isSelected: boolean) {
    if (isSelected) {
      return t('page.showAll', { status: t(`status.${status}`) });
    }
    return status === 'holds'
      ? t('page.showHolds')
      : t('page.showOnly', { status: t(`status.${status}`) });
  }
}

/** What the backend can't reach, so that walls can't be proved; and what is not as it has to be. */
function HealthBanner(props: { health?: TenantsHealth }) {
  const { health } = props;
  const t = useText();
  const { said } = useCheckWords();
  const exact = useExactTime();
  const alert = (
    what: 'warning' | 'away',
    { part, wording, since, message }: HealthProblem,
  ) => (
    <Notice
      key={`${what} ${part}`}
      status={
        what === 'away' && health?.status !== 'unavailable'
          ? 'warning'
          : 'danger'
      }
      role="status"
      title={t(`health.${what}`, {
        part: said(wording, part),
        time: exact(since),
      })}
      description={what === 'away' ? t('health.meaning', { message }) : message}
    />
  );
  return (
    <>
      {health?.warnings.map(found => alert('warning', found))}
      {health?.problems.map(found => alert('away', found))}
    </>
  );
}
