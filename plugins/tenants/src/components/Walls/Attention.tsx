import { useState } from 'react';
import {
  Alert,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
  Text,
  TextField,
} from '@backstage/ui';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  Tenant,
  tenantAdministerPermission,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useAttention } from '../../queries';
import { By, OneOf, RelativeTime, useExactTime } from '../Shared';
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
  const { allowed } = usePermission({
    permission: tenantAdministerPermission,
    resourceRef: name,
  });
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
      {unmute.error && (
        <Alert status="danger" role="alert" title={unmute.error.message} />
      )}
      {allowed && (
        <Flex gap="2" style={{ flexWrap: 'wrap' }}>
          {isOpen && (
            <Button
              size="small"
              variant="secondary"
              onPress={() => setAsked('acknowledge')}
            >
              {t('attention.acknowledge')}
            </Button>
          )}
          {muted ? (
            <Button
              size="small"
              variant="secondary"
              isPending={unmute.isPending}
              onPress={() => unmute.mutate({ kind: 'unmute' })}
            >
              {t('attention.unmute')}
            </Button>
          ) : (
            <Button
              size="small"
              variant="secondary"
              onPress={() => setAsked('mute')}
            >
              {t('attention.mute')}
            </Button>
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
  const [reason, setReason] = useState('');
  const [span, setSpan] = useState<keyof typeof SPANS>('hours');
  const { mutate, isPending, error } = useAttention(tenant);
  const isMute = kind === 'mute';

  function say() {
    const until = new Date(Date.now() + SPANS[span] * HOUR_MS).toISOString();
    mutate(isMute ? { kind, reason, until } : { kind, reason }, {
      onSuccess: onClose,
    });
  }

  return (
    <Dialog isOpen onOpenChange={onClose} width="28rem">
      <DialogHeader>
        {t(isMute ? 'attention.muteTitle' : 'attention.acknowledgeTitle', {
          name: tenant,
        })}
      </DialogHeader>
      <DialogBody>
        <Flex direction="column" gap="3">
          <Text variant="body-small">
            {t(isMute ? 'attention.muteHint' : 'attention.acknowledgeHint')}
          </Text>
          {isMute && (
            <OneOf
              label={t('attention.for')}
              options={SPANS}
              value={span}
              text={id => t(`attention.${id}`)}
              onChange={setSpan}
            />
          )}
          <TextField
            label={t('receipts.reason')}
            description={t('attention.reasonHint')}
            value={reason}
            onChange={setReason}
            maxLength={500}
            isRequired
          />
          {error && (
            <Alert status="danger" role="alert" title={error.message} />
          )}
        </Flex>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" slot="close">
          {t('rollouts.cancel')}
        </Button>
        <Button isDisabled={!reason.trim()} isPending={isPending} onPress={say}>
          {t(isMute ? 'attention.muteButton' : 'attention.acknowledgeButton')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
