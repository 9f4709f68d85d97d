import { Flex, Text } from '@backstage/ui';
import { RiLoader4Line } from '@remixicon/react';
import {
  ProofSummary,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useAge, useDuration, useExactTime } from '../Shared';
import styles from './Walls.module.css';

/**
 * One line on what goes on: the apply or the proof under way, or what the last
 * proof was. They share a place, so that the card does not jump when one starts.
 */
export function ProofLine(props: { tenant: Tenant }) {
  const { lastProof, currentProof, currentOperation } = props.tenant;
  const t = useText();
  const isApplied = currentOperation?.kind === 'apply';
  const isUnderWay = isApplied || Boolean(currentProof);
  function text() {
    if (isApplied) {
      const isQueued = currentOperation.state === 'queued';
      return t(isQueued ? 'restore.queued' : 'restore.running');
    }
    if (currentProof) {
      return <Progress proof={currentProof} />;
    }
    return lastProof ? <LastProof proof={lastProof} /> : t('card.neverProved');
  }
  return (
    <Flex align="center" gap="2" role="status" className={styles.line}>
      {isUnderWay && (
        <RiLoader4Line
          aria-hidden="true"
          size={16}
          className={styles.spinner}
        />
      )}
      <Text variant="body-small" color={isUnderWay ? 'primary' : 'secondary'}>
        {text()}
      </Text>
    </Flex>
  );
}

/** Phases of a proof as the backend names them, and their words here. */
const PHASES = {
  'waiting for the proof pods': 'prove.waitingForPods',
  attacking: 'prove.attacking',
} as const;

function Progress(props: { proof: ProofSummary }) {
  const { state, progress } = props.proof;
  const t = useText();
  const key = PHASES[progress?.phase as keyof typeof PHASES];
  const phase = progress
    ? // One that is newer than this plugin speaks for itself.
      t('prove.phase', { phase: key ? t(key) : progress.phase })
    : t('prove.running');
  const checks =
    progress && progress.total > 0
      ? t('prove.checks', {
          done: String(progress.done),
          total: String(progress.total),
        })
      : undefined;
  return (
    <>
      {state === 'queued'
        ? t('prove.queued')
        : [phase, checks].filter(Boolean).join(', ')}
    </>
  );
}

function LastProof(props: { proof: ProofSummary }) {
  const { neighbour, finishedAt, startedAt, durationMs } = props.proof;
  const t = useText();
  const at = finishedAt ?? startedAt;
  const age = useAge(at);
  const exact = useExactTime();
  const duration = useDuration()(durationMs ?? 0);
  return (
    <span title={exact(at)}>
      {neighbour
        ? t('card.lastProofWith', { age, duration, neighbour })
        : t('card.lastProof', { age, duration })}
    </span>
  );
}

/** Whether the proofs themselves were seen to find a breach, and when. */
export function ProverLine(props: { tenant: Tenant }) {
  const { caughtAt, lastDrill } = props.tenant.prover ?? {};
  const t = useText();
  const ways = lastDrill?.walls.map(({ wall, way }) => `${wall}: ${way}`);
  return (
    <Text variant="body-small" color="secondary">
      {caughtAt ? (
        <Caught at={caughtAt} ways={ways} />
      ) : (
        t('card.proverUntried')
      )}
    </Text>
  );
}

function Caught(props: { at: string; ways?: string[] }) {
  const { at, ways = [] } = props;
  const t = useText();
  return (
    <span title={[useExactTime()(at), ...ways].join('\n')}>
      {t('card.proverCaught', { age: useAge(at) })}
    </span>
  );
}
