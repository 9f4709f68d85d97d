import { Alert, Button, ButtonLink, Flex, Text } from '@backstage/ui';
import {
  isProofOnly,
  Proof,
  Receipt,
  Tenant,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { isStale, RelativeTime, useTabLink } from '../Shared';
import { Explanation, explanationOf, useCheckWords } from './checks';
import { doubtsOf } from './Headline';
import { Proving, useRestoring } from './useProving';
import styles from './Walls.module.css';

/** Why a tenant's walls are not shown to hold, and what helps. */
export interface Cause {
  /** Key of what to do about it */
  advice:
    | Explanation
    | 'notEnforced'
    | 'doubt'
    | 'never'
    | 'old'
    | 'lost'
    | 'unknown';
  /** The receipt that shows it */
  receipt?: Receipt;
}

/** What explains more comes first: the rest follows from it. */
const EXPLAINS_MOST: readonly (Explanation | undefined)[] = [
  'changed',
  'added',
  'granted',
  undefined,
];

/** Why a tenant's walls are not shown to hold; nothing where they are. */
export function causeOf(tenant: Tenant, proof?: Proof): Cause | undefined {
  if (tenant.phase === 'lost') {
    return { advice: 'lost' };
  }
  const status = overallStatus(tenant.walls);
  if (status === 'holds') {
    if (tenant.changed?.length) {
      return { advice: 'changed' };
    }
    return isStale(tenant) ? { advice: 'old' } : undefined;
  }
  if (!tenant.lastProof) {
    return { advice: 'never' };
  }
  if (!proof) {
    return { advice: 'unknown' };
  }
  const breaches = proof.receipts
    .filter(r => r.outcome === 'breached')
    .map(receipt => ({ receipt, advice: explanationOf(receipt.check) }))
    .sort(
      (a, b) =>
        EXPLAINS_MOST.indexOf(a.advice) - EXPLAINS_MOST.indexOf(b.advice),
    );
  if (breaches.length > 0) {
    const [{ receipt, advice }] = breaches;
    const own = tenant.changed?.length ? 'changed' : 'notEnforced';
    // Without a plan there is nothing to compare with, nor to restore.
    return isProofOnly(tenant.spec) && advice !== 'granted'
      ? { advice: 'doubt', receipt }
      : { advice: advice ?? own, receipt };
  }
  const [receipt] = doubtsOf(proof.receipts);
  const isInDoubt = receipt || tenant.prover?.problem;
  return { advice: isInDoubt ? 'doubt' : 'unknown', receipt };
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
  const t = useText();
  const words = useCheckWords();
  const tabLink = useTabLink();
  const { restore, isRestoring, error } = useRestoring(tenant);
  const isBreached = overallStatus(tenant.walls) === 'breached';
  const isRestorable =
    advice === 'changed' || (isBreached && advice === 'notEnforced');
  const story = receipt && words.story(receipt);
  // How it got through is said by the receipt; what explains it, and why it could
  // not be told, is not.
  const { lost, prover } = tenant;
  const said = lost
    ? words.said(lost.wording, lost.reason)
    : prover?.problem && words.said(prover.wording, prover.problem);
  const isSaid =
    receipt?.outcome === 'breached' && !explanationOf(receipt.check);
  const reason =
    lost || !receipt
      ? said
      : !isSaid &&
        receipt.reason &&
        words.said(receipt.wording, receipt.reason);
  return (
    <Alert
      icon
      status={isBreached ? 'danger' : 'warning'}
      role="group"
      aria-label={t('advice.title')}
      title={story ?? t('advice.title')}
      description={
        <Flex direction="column" gap="3">
          <Text variant="body-small" className={styles.advice}>
            {[reason, t(`advice.${advice}`)].filter(Boolean).join('. ')}
          </Text>
          {advice === 'changed' && <WhoChanged tenant={tenant} />}
          {error && (
            <Text variant="body-small" weight="bold" className={styles.advice}>
              {t('restore.failed', { message: error.message })}
            </Text>
          )}
          <Flex gap="2" style={{ flexWrap: 'wrap' }}>
            {isRestorable && restore && (
              <Button isPending={isRestoring} onPress={restore}>
                {t('operations.restore')}
              </Button>
            )}
            {isRestorable && (
              <ButtonLink
                variant="secondary"
                href={tabLink(tenant.name, { part: 'changes' })}
              >
                {t('advice.seeChanges')}
              </ButtonLink>
            )}
            {!proving.reason && !proving.isProving && advice !== 'lost' && (
              <Button
                variant="secondary"
                isDisabled={proving.isLoading}
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

/** As many changed objects are named here; the tab has all of them. */
const NAMED = 3;

/** Which objects others have changed: which fields, who and when. */
function WhoChanged(props: { tenant: Tenant }) {
  const { changed = [] } = props.tenant;
  const t = useText();
  return changed.length === 0 ? null : (
    <ul className={styles.changed}>
      {changed.slice(0, NAMED).map(({ id, change, fields }) => {
        const [first] = fields;
        return (
          <li key={id}>
            <Text variant="body-small" className={styles.advice}>
              <b>{id}</b>{' '}
              {change === 'create'
                ? t('drift.create')
                : fields.map(({ field }) => field).join(', ')}
              {first?.manager && ` ${t('advice.by', { name: first.manager })}`}
              {first?.since && (
                <>
                  {' '}
                  <RelativeTime iso={first.since} />
                </>
              )}
            </Text>
          </li>
        );
      })}
      {changed.length > NAMED && (
        <li>
          <Text variant="body-small" className={styles.advice}>
            {t('advice.more', { count: changed.length - NAMED })}
          </Text>
        </li>
      )}
    </ul>
  );
}
