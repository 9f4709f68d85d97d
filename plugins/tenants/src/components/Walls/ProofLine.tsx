import { ReactNode } from 'react';
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
  if (currentOperation?.kind === 'apply') {
    return (
      <UnderWay>
        <Text variant="body-small">
          {t(
            `restore.${
              currentOperation.state === 'queued' ? 'queued' : 'running'
            }`,
          )}
        </Text>
      </UnderWay>
    );
  }
  return currentProof ? (
    <UnderWay>
      <Progress proof={currentProof} />
    </UnderWay>
  ) : (
    <Flex align="center" gap="2" role="status" className={styles.line}>
      <Text variant="body-small" color="secondary">
        {lastProof ? <LastProof proof={lastProof} /> : t('card.neverProved')}
      </Text>
    </Flex>
  );
}

function UnderWay(props: { children: ReactNode }) {
  return (
    <Flex align="center" gap="2" role="status" className={styles.line}>
      <RiLoader4Line aria-hidden="true" size={16} className={styles.spinner} />
      {props.children}
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
    <Text variant="body-small">
      {state === 'queued'
        ? t('prove.queued')
        : [phase, checks].filter(Boolean).join(', ')}
    </Text>
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
  const exact = useExactTime();
  const ways = lastDrill?.walls.map(({ wall, way }) => `${wall}: ${way}`);
  return (
    <Text variant="body-small" color="secondary">
      {caughtAt ? (
        <span title={[exact(caughtAt), ...(ways ?? [])].join('\n')}>
          <ProverAge at={caughtAt} />
        </span>
      ) : (
        t('card.proverUntried')
      )}
    </Text>
  );
}

function ProverAge(props: { at: string }) {
  const t = useText();
  return <>{t('card.proverCaught', { age: useAge(props.at) })}</>;
}
