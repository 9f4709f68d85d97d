import { useId, useState } from 'react';
import { Alert, Box, Button, Flex, Text } from '@backstage/ui';
import { ResponseErrorPanel } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityInfoCard } from '@backstage/plugin-catalog-react';
import { usePermission } from '@backstage/plugin-permission-react';
import { RiSwordLine } from '@remixicon/react';
import {
  Tenant,
  tenantProvePermission,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useProof, useTenant } from '../../hooks';
import { WallReceipts } from '../Receipts';
import { NotCovered } from './NotCovered';
import { ProofLine } from './ProofLine';
import { WallRow } from './WallRow';
import { WallsCardSkeleton } from './WallsCardSkeleton';
import styles from './WallsCard.module.css';

/** The three walls of a tenant, with their receipts, as an entity card. */
export function WallsCard(props: { tenantName: string }) {
  const { tenantName } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { tenant, loading, error, startError, ...proving } =
    useTenant(tenantName);
  const permission = usePermission({
    permission: tenantProvePermission,
    resourceRef: tenantName,
  });
  const reasonId = useId();

  const isProving = proving.starting || Boolean(proving.currentProof);
  const reason = reasonNotToProve();

  function reasonNotToProve() {
    if (tenant?.phase === 'removing') {
      return t('prove.removing');
    }
    return permission.loading || permission.allowed
      ? undefined
      : t('prove.notPermitted');
  }

  return (
    <EntityInfoCard
      title={t('card.title')}
      headerActions={
        <Button
          variant="secondary"
          size="small"
          iconStart={<RiSwordLine aria-hidden="true" />}
          isPending={isProving}
          isDisabled={!tenant || permission.loading || Boolean(reason)}
          aria-describedby={reason ? reasonId : undefined}
          onPress={proving.prove}
        >
          {t(isProving ? 'prove.proving' : 'prove.button')}
        </Button>
      }
    >
      <Flex direction="column" gap="3">
        {startError && (
          <Alert
            status="danger"
            icon
            role="alert"
            title={t('prove.failedTitle')}
            description={startError.message}
          />
        )}
        {tenant && error && (
          <Alert
            status="warning"
            icon
            role="status"
            title={t('card.refreshErrorTitle')}
            description={error.message}
          />
        )}
        {tenant?.phase === 'removing' && (
          <Alert
            status="warning"
            icon
            title={t('card.removingTitle')}
            description={t('card.removingText')}
          />
        )}
        {loading && <WallsCardSkeleton />}
        {!tenant && error && (
          <ResponseErrorPanel
            title={t('card.errorTitle', { message: error.message })}
            error={error}
          />
        )}
        {tenant && (
          <Box>
            <Walls tenant={tenant} />
            <Flex
              className={styles.footer}
              align="center"
              justify="between"
              gap="3"
              mt="2"
              style={{ flexWrap: 'wrap' }}
            >
              <ProofLine tenant={tenant} currentProof={proving.currentProof} />
              <NotCovered />
            </Flex>
            {reason && (
              <Text id={reasonId} variant="body-small" color="secondary">
                {reason}
              </Text>
            )}
          </Box>
        )}
      </Flex>
    </EntityInfoCard>
  );
}

function Walls(props: { tenant: Tenant }) {
  const { tenant } = props;
  const [open, setOpen] = useState<readonly Wall[]>([]);
  const proofId = tenant.lastProof?.id;
  // Receipts are many and long: they are asked for when a row is opened.
  const receipts = useProof(tenant.name, open.length ? proofId : undefined);
  return (
    <Box className={styles.walls}>
      {tenant.walls.map(wall => (
        <WallRow
          key={wall.wall}
          wall={wall}
          isExpanded={open.includes(wall.wall)}
          onExpandedChange={isExpanded =>
            setOpen(walls =>
              isExpanded
                ? [...walls, wall.wall]
                : walls.filter(w => w !== wall.wall),
            )
          }
        >
          {open.includes(wall.wall) && (
            <WallReceipts wall={wall.wall} proofId={proofId} {...receipts} />
          )}
        </WallRow>
      ))}
    </Box>
  );
}
