import { Alert, Button, ButtonLink, Flex, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Proof,
  Receipt,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { isStale, overallStatus, useTabLink, useTenantForms } from '../Shared';
import { comparesWithPlan, useCheckWords } from './checks';
import { doubtsOf } from './headline';
import type { Proving } from './useProving';
import styles from './Walls.module.css';

/** Why a tenant's walls are not shown to hold, and what helps. */
export interface Cause {
  /** Key of what to do about it */
  advice: 'changed' | 'notEnforced' | 'doubt' | 'never' | 'old' | 'unknown';
  /** The receipt that shows it */
  receipt?: Receipt;
}

/** Why a tenant's walls are not shown to hold; nothing where they are. */
export function causeOf(tenant: Tenant, proof?: Proof): Cause | undefined {
  const status = overallStatus(tenant.walls);
  if (status === 'holds') {
    return isStale(tenant) ? { advice: 'old' } : undefined;
  }
  if (!tenant.lastProof) {
    return { advice: 'never' };
  }
  if (!proof) {
    return { advice: 'unknown' };
  }
  const breaches = proof.receipts.filter(r => r.outcome === 'breached');
  if (breaches.length > 0) {
    // What was changed explains what gets through, not the other way round.
    const change = breaches.find(({ check }) => comparesWithPlan(check));
    return change
      ? { advice: 'changed', receipt: change }
      : { advice: 'notEnforced', receipt: breaches[0] };
  }
  const [doubt] = doubtsOf(proof.receipts);
  return doubt ? { advice: 'doubt', receipt: doubt } : { advice: 'unknown' };
}

interface AdviceProps {
  tenant: Tenant;
  proof?: Proof;
  proving: Proving;
}

/** What to do about walls that are not shown to hold, for whoever may do it. */
export function Advice(props: AdviceProps) {
  const { tenant, proof } = props;
  const cause = causeOf(tenant, proof);
  return cause && tenant.phase !== 'removing' ? (
    <AdviceFor {...props} cause={cause} />
  ) : null;
}

function AdviceFor(props: AdviceProps & { cause: Cause }) {
  const { tenant, proving, cause } = props;
  const { advice, receipt } = cause;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const words = useCheckWords();
  const tabLink = useTabLink();
  const { restore } = useTenantForms(tenant);
  const isBreached = overallStatus(tenant.walls) === 'breached';
  const story = receipt && words.story(receipt);
  // How it got through is said by the receipt, why it could not be told is not.
  const reason = isBreached ? undefined : receipt?.reason;
  return (
    <Alert
      status={isBreached ? 'danger' : 'warning'}
      role="group"
      aria-label={t('advice.title')}
      title={story ?? t('advice.title')}
      description={
        <Flex direction="column" gap="3">
          <Text variant="body-small" className={styles.advice}>
            {[reason, t(`advice.${advice}`)].filter(Boolean).join('. ')}
          </Text>
          <Flex gap="2" style={{ flexWrap: 'wrap' }}>
            {isBreached && restore && (
              <ButtonLink size="small" variant="primary" href={restore}>
                {t('tab.reapply')}
              </ButtonLink>
            )}
            {isBreached && (
              <ButtonLink
                size="small"
                variant="secondary"
                href={tabLink(tenant.name, { part: 'changes' })}
              >
                {t('advice.seeChanges')}
              </ButtonLink>
            )}
            {!proving.reason && (
              <Button
                size="small"
                variant="secondary"
                isDisabled={proving.isProving || proving.isLoading}
                onPress={proving.prove}
              >
                {t('advice.proveAgain')}
              </Button>
            )}
          </Flex>
        </Flex>
      }
    />
  );
}
