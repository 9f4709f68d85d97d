import { Button, Flex, Text } from '@backstage/ui';
import {
  Rollout,
  Tenant,
  tenantAdministerPermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import {
  useImpostors,
  useMay,
  useRollouts,
  useRolloutOrder,
} from '../../queries';
import { By, Problem, RelativeTime, TitledCard, UseBar } from '../Shared';
import styles from './TenantsPage.module.css';

/** Roll-outs that have ended are shown for a day. */
const SHOWN_MS = 24 * 60 * 60_000;

/** Roll-outs that run, or ran lately, for who administers tenants. */
export function RolloutsCard(props: { tenants?: Tenant[] }) {
  const t = useText();
  const allowed = useMay(tenantAdministerPermission, props.tenants?.[0]?.name);
  const rollouts = (useRollouts(allowed).data ?? []).filter(
    ({ finishedAt }) =>
      !finishedAt || Date.now() - Date.parse(finishedAt) < SHOWN_MS,
  );
  return rollouts.length === 0 ? null : (
    <TitledCard level="h2" title={t('rollouts.title')}>
      <ul className={styles.failures}>
        {rollouts.map(rollout => (
          <Row key={rollout.id} rollout={rollout} />
        ))}
      </ul>
    </TitledCard>
  );
}

function Row(props: { rollout: Rollout }) {
  const { id, state, done, total, wave, waves, reason } = props.rollout;
  const { requestedBy, createdAt } = props.rollout;
  const t = useText();
  const { mutate, isPending } = useRolloutOrder();
  const progress = t('rollouts.progress', {
    done: String(done),
    total: String(total),
    wave: String(Math.min(wave + 1, waves.length)),
    waves: String(waves.length),
  });
  const button = (
    to: 'paused' | 'running' | 'cancelled',
    label: 'pause' | 'resume' | 'cancel',
  ) => (
    <Button
      variant="secondary"
      isDisabled={isPending}
      onPress={() => mutate(api => api.updateRollout(id, to))}
    >
      {t(`rollouts.${label}`)}
    </Button>
  );
  return (
    <li>
      <Text weight="bold">{t(`rollouts.${state}`)}</Text>
      <span className={styles.progress}>
        <UseBar
          ratio={total > 0 ? done / total : 0}
          label={t('rollouts.title')}
          text={progress}
        />
      </span>
      <Text variant="body-small">{progress}</Text>
      <Text variant="body-small" color="secondary">
        {t('rollouts.about')} <RelativeTime iso={createdAt} />
        {requestedBy?.includes(':') && <By entityRef={requestedBy} />}
      </Text>
      {state === 'running' && button('paused', 'pause')}
      {(state === 'paused' || state === 'stopped') &&
        button('running', 'resume')}
      {['running', 'paused', 'stopped'].includes(state) &&
        button('cancelled', 'cancel')}
      {reason && <Problem>{reason}</Problem>}
    </li>
  );
}

/** Namespaces that only look like tenants: nobody else is shown them. */
export function ImpostorsCard() {
  const t = useText();
  const impostors = useImpostors();
  return impostors.length === 0 ? null : (
    <TitledCard level="h2" title={t('impostors.title')}>
      <Flex direction="column" gap="2">
        <Text variant="body-small" color="secondary">
          {t('impostors.hint')}
        </Text>
        <ul className={styles.failures}>
          {impostors.map(({ uid, namespace, cluster, problem }) => (
            <li key={uid}>
              <Text weight="bold">{namespace}</Text>
              <Text color="secondary">{cluster}</Text>
              <Text variant="body-small">{problem}</Text>
            </li>
          ))}
        </ul>
      </Flex>
    </TitledCard>
  );
}
