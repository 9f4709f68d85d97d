import { Alert, Flex } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  HealthProblem,
  TenantsHealth,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { RelativeTime } from '../Shared';

/** What the backend does not reach: its tenants' walls can't be proved now. */
export function HealthBanner(props: { health?: TenantsHealth }) {
  const { health } = props;
  return health?.problems.length ? (
    <Flex direction="column" gap="2">
      {health.problems.map(problem => (
        <Problem
          key={problem.part}
          problem={problem}
          isFatal={health.status === 'unavailable'}
        />
      ))}
    </Flex>
  ) : null;
}

function Problem(props: { problem: HealthProblem; isFatal: boolean }) {
  const { part, message, since } = props.problem;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Alert
      status={props.isFatal ? 'danger' : 'warning'}
      icon
      role="status"
      title={
        <>
          {t('health.away', { part })} <RelativeTime iso={since} />
        </>
      }
      description={`${t('health.meaning')} ${message}`}
    />
  );
}
