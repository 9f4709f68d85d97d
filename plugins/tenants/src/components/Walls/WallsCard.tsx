import { useId } from 'react';
import {
  Box,
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  DialogTrigger,
  Flex,
  Skeleton,
  Text,
} from '@backstage/ui';
import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { RiSwordLine } from '@remixicon/react';
import {
  Tenant,
  TENANT_ANNOTATION,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useProof, useTenant } from '../../queries';
import { asLastKnown, Loaded, useIsCurrent, Notice } from '../Shared';
import { useSpan, WallStrip } from '../Timeline';
import { Advice } from './Advice';
import { Attention } from './Attention';
import { useNotCovered } from './checks';
import { Headline } from './Headline';
import { OpenN8n } from './OpenN8n';
import { Picture } from './Picture';
import { ProverLine } from './ProofLine';
import { Proving, useProving } from './useProving';
import { WallRow } from './WallRow';
import styles from './Walls.module.css';

/** The card of the tenant that the entity's annotation names. */
export function EntityWallsCard() {
  const { entity } = useEntity();
  const tenantName = entity.metadata.annotations?.[TENANT_ANNOTATION];
  // An adopter may have replaced the extension's filter.
  return tenantName ? (
    <Box className={styles.card}>
      <WallsCard key={tenantName} tenantName={tenantName} />
    </Box>
  ) : (
    <MissingAnnotationEmptyState annotation={TENANT_ANNOTATION} />
  );
}

/** The three walls of a tenant, with their receipts, as an entity card. */
export function WallsCard(props: { tenantName: string }) {
  const { tenantName } = props;
  const t = useText();
  const query = useTenant(tenantName);
  const tenant = query.data;
  const isCurrent = useIsCurrent(query);
  const proving = useProving(tenantName, tenant);
  const reasonId = useId();
  return (
    <EntityInfoCard
      title={t('card.title')}
      headerActions={
        <Button
          variant="secondary"
          className={styles.prove}
          iconStart={<RiSwordLine aria-hidden="true" />}
          isPending={proving.isProving}
          isDisabled={!tenant || proving.isLoading || Boolean(proving.reason)}
          aria-describedby={proving.reason ? reasonId : undefined}
          onPress={proving.prove}
        >
          {t(proving.isProving ? 'prove.proving' : 'prove.button')}
        </Button>
      }
    >
      <Flex direction="column" gap="3" className={styles.walls}>
        {proving.error && (
          <Notice
            status="danger"
            title={t('prove.failedTitle')}
            description={proving.error.message}
          />
        )}
        <Loaded
          query={query}
          failed={message => t('card.errorTitle', { message })}
          skeleton={<WallsSkeleton />}
        >
          {data => (
            <Walls
              tenant={isCurrent ? data : asLastKnown(data)}
              proving={proving}
            />
          )}
        </Loaded>
        {proving.reason && (
          <Text id={reasonId} variant="body-small" color="secondary">
            {proving.reason}
          </Text>
        )}
      </Flex>
    </EntityInfoCard>
  );
}

function Walls(props: { tenant: Tenant; proving: Proving }) {
  const { tenant, proving } = props;
  const t = useText();
  const proofId = tenant.lastProof?.id;
  const proof = useProof(tenant.name, proofId);
  const day = useSpan(tenant, 'day').data;
  return (
    <>
      {tenant.phase === 'removing' && (
        <Notice
          status="warning"
          title={t('card.removingTitle')}
          description={t('card.removingText')}
        />
      )}
      <Box className={styles.head}>
        <Flex direction="column" gap="2">
          <Headline tenant={tenant} />
          <OpenN8n tenant={tenant} />
        </Flex>
        <Picture tenant={tenant} proof={proof.data} size="small" />
      </Box>
      <Advice tenant={tenant} proof={proof.data} proving={proving} />
      <Attention tenant={tenant} />
      <Box>
        {tenant.walls.map(wall => (
          <WallRow
            key={wall.wall}
            wall={wall}
            proofId={proofId}
            proof={proof}
            strip={day && <WallStrip wall={wall.wall} {...day} />}
          />
        ))}
      </Box>
      <Flex justify="between" align="center">
        <ProverLine tenant={tenant} />
        <NotCovered />
      </Flex>
    </>
  );
}

/** The card before anything is known: about as high as it will be. */
function WallsSkeleton() {
  return (
    <>
      <Box className={styles.head}>
        <Flex direction="column" gap="2">
          <Skeleton width="16rem" height={28} />
          <Skeleton width="14rem" height={14} />
        </Flex>
        <Skeleton className={styles.picture} />
      </Box>
      <Box>
        {WALLS.map(wall => (
          <Box key={wall} className={styles.wall}>
            <Skeleton height={20} width="80%" />
          </Box>
        ))}
      </Box>
      <Skeleton width="10rem" height={24} />
    </>
  );
}

/** A button, and behind it what a proof does not show. */
function NotCovered() {
  const t = useText();
  const notCovered = useNotCovered();
  return (
    <DialogTrigger>
      <Button variant="tertiary">{t('notCovered.button')}</Button>
      <Dialog width="36rem">
        <DialogHeader>{t('notCovered.button')}</DialogHeader>
        <DialogBody>
          <Flex direction="column" gap="3">
            <Text>{t('notCovered.intro')}</Text>
            <Box as="ul" m="0" pl="5">
              {notCovered.map(item => (
                <Box as="li" key={item} mb="2">
                  <Text>{item}</Text>
                </Box>
              ))}
            </Box>
          </Flex>
        </DialogBody>
        <DialogFooter>
          <Button variant="secondary" slot="close">
            {t('notCovered.close')}
          </Button>
        </DialogFooter>
      </Dialog>
    </DialogTrigger>
  );
}
