import { useState } from 'react';
import { Button, Flex, Text } from '@backstage/ui';
import {
  Tenant,
  tenantAdministerPermission,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useAttention, useMay } from '../../queries';
import {
  AskDialog,
  By,
  Notice,
  OneOf,
  RelativeTime,
  useExactTime,
} from '../Shared';
import styles from './Walls.module.css';

const HOUR_MS = 60 * 60_000;

/** How long a tenant can be muted for with a click. */
const SPANS = { hour: 1, hours: 4, day: 24, week: 168 } as const;

/**
 * What the platform team has said of a tenant, and for that team the buttons to
 * say it. Neither changes a status.
 */
export function Attention(props: { tenant: Tenant }) {
  const { tenant } = props;
  const { acknowledged, muted, name, walls, phase } = tenant;
  const t = useText();
  const allowed = useMay(tenantAdministerPermission, name);
  const [asked, setAsked] = useState<'acknowledge' | 'mute'>();
  const unmute = useAttention(name);
  const exact = useExactTime();
  const isFailing = overallStatus(walls) !== 'holds';
  const isOpen = walls.some(
    ({ wall, status }) =>
      status !== 'holds' && !acknowledged?.walls.includes(wall),
  );
  if (
    phase === 'removing' ||
    !(acknowledged || muted || (allowed && isFailing))
  ) {
    return null;
  }
  const button = (kind: 'acknowledge' | 'mute') => (
    <Button variant="secondary" onPress={() => setAsked(kind)}>
      {t(`attention.${kind}`)}
    </Button>
  );
  return (
    <Flex
      direction="column"
      gap="1"
      className={acknowledged || muted ? styles.attention : undefined}
    >
      {acknowledged && (
        <Text variant="body-small">
          {t('attention.acknowledged')} <RelativeTime iso={acknowledged.at} />
          <By entityRef={acknowledged.by} />
          {`: ${acknowledged.reason}`}
        </Text>
      )}
      {muted && (
        <Text variant="body-small">
          {t('attention.muted', { until: exact(muted.until) })}
          <By entityRef={muted.by} />
          {`: ${muted.reason}`}
        </Text>
      )}
      {unmute.error && <Notice status="danger" title={unmute.error.message} />}
      {allowed && (
        <Flex gap="2" style={{ flexWrap: 'wrap' }}>
          {isOpen && button('acknowledge')}
          {muted ? (
            <Button
              variant="secondary"
              isPending={unmute.isPending}
              onPress={() => unmute.mutate(api => api.unmute(name))}
            >
              {t('attention.unmute')}
            </Button>
          ) : (
            button('mute')
          )}
        </Flex>
      )}
      {asked && (
        <Ask tenant={name} kind={asked} onClose={() => setAsked(undefined)} />
      )}
    </Flex>
  );
}

/** Asks for the reason, and for a mute when it ends. */
function Ask(props: {
  tenant: string;
  kind: 'acknowledge' | 'mute';
  onClose: () => void;
}) {
  const { tenant, kind, onClose } = props;
  const t = useText();
  const [span, setSpan] = useState<keyof typeof SPANS>('hours');
  const { mutate, isPending, error } = useAttention(tenant);

  function say(reason: string) {
    const until = new Date(Date.now() + SPANS[span] * HOUR_MS).toISOString();
    mutate(
      api =>
        kind === 'mute'
          ? api.mute(tenant, { until, reason })
          : api.acknowledge(tenant, { reason }),
      { onSuccess: onClose },
    );
  }

  return (
    <AskDialog
      title={t(`attention.${kind}Title`, { name: tenant })}
      hint={t(`attention.${kind}Hint`)}
      label={t('receipts.reason')}
      description={t('attention.reasonHint')}
      maxLength={500}
      button={t(`attention.${kind}Button`)}
      isPending={isPending}
      error={error}
      onDone={say}
      onClose={onClose}
    >
      {kind === 'mute' && (
        <OneOf
          label={t('attention.for')}
          options={SPANS}
          value={span}
          text={id => t(`attention.${id}`)}
          onChange={setSpan}
        />
      )}
    </AskDialog>
  );
}
