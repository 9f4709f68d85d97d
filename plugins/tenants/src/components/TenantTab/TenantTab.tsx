import { lazy, ReactNode, Suspense, useEffect } from 'react';
import { Button, ButtonLink, Flex, Skeleton } from '@backstage/ui';
import {
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { useLocation } from 'react-router-dom';
import {
  isProofOnly,
  Tenant,
  TENANT_ANNOTATION,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useProof, useTenant, useUsage } from '../../queries';
import {
  asLastKnown,
  Loaded,
  TitledCard,
  useIsCurrent,
  ReportLink,
  useTenantForms,
  Notice,
} from '../Shared';
import { Attention, Headline, Picture, useRestoring } from '../Walls';
import { Changes } from './Changes';
import { Details } from './Details';
import { UsageCard } from './Usage';

const WallsTimeline = lazy(() => import('../Timeline/WallsTimeline'));
const Proofs = lazy(() => import('./Proofs'));
const Operations = lazy(() => import('./Operations'));
const Neighbours = lazy(() => import('./Neighbours'));

/** The tab of the tenant that the entity's annotation names. */
export function EntityTenantTab() {
  const { entity } = useEntity();
  const tenantName = entity.metadata.annotations?.[TENANT_ANNOTATION];
  // An adopter may have replaced the extension's filter.
  return tenantName ? (
    <TenantTab key={tenantName} tenantName={tenantName} />
  ) : (
    <MissingAnnotationEmptyState annotation={TENANT_ANNOTATION} />
  );
}

/** What a tenant's proofs have shown over time, and what it consists of. */
export function TenantTab(props: { tenantName: string }) {
  const t = useText();
  const query = useTenant(props.tenantName);
  const isCurrent = useIsCurrent(query);
  return (
    <Loaded
      query={query}
      failed={message => t('card.errorTitle', { message })}
      skeleton={
        <>
          <Skeleton height={320} />
          <Skeleton height={220} />
        </>
      }
    >
      {tenant => <Parts tenant={isCurrent ? tenant : asLastKnown(tenant)} />}
    </Loaded>
  );
}

function Parts(props: { tenant: Tenant }) {
  const { tenant } = props;
  const t = useText();
  const usage = useUsage(tenant.name);
  useScrollToPart();
  return (
    <Flex direction="column" gap="4">
      <Now tenant={tenant} />
      <Later title={t('timeline.title')} height={170}>
        <WallsTimeline tenant={tenant} />
      </Later>
      <Later title={t('tab.historyTitle')} height={480}>
        <Proofs tenant={tenant} />
      </Later>
      <Later title={t('operations.title')} height={160}>
        <Operations
          tenantName={tenant.name}
          current={tenant.currentOperation}
        />
      </Later>
      {tenant.phase === 'active' && !isProofOnly(tenant.spec) && (
        <Changes
          tenantName={tenant.name}
          isApplying={tenant.currentOperation?.kind === 'apply'}
        />
      )}
      <Later title={t('matrix.neighboursTitle')} height={240}>
        <Neighbours tenant={tenant} />
      </Later>
      <UsageCard usage={usage} />
      <Details tenant={tenant} workload={usage.data?.n8n} />
    </Flex>
  );
}

/** How the walls stand now, and what can be done with the tenant. */
function Now(props: { tenant: Tenant }) {
  const { tenant } = props;
  const t = useText();
  const proof = useProof(tenant.name, tenant.lastProof?.id);
  const { resize, offboard } = useTenantForms(tenant);
  const { restore, isRestoring, error } = useRestoring(tenant);
  const link = (href: string | undefined, label: string, color?: string) =>
    href && (
      <ButtonLink variant="secondary" href={href} style={{ color }}>
        {label}
      </ButtonLink>
    );
  return (
    <TitledCard
      title={t('card.title')}
      actions={
        <>
          <ReportLink names={[tenant.name]} />
          {restore && (
            <Button
              variant="secondary"
              isPending={isRestoring}
              onPress={restore}
            >
              {t('operations.restore')}
            </Button>
          )}
          {link(resize, t('operations.resize'))}
          {link(
            offboard,
            t('tab.offboard'),
            // Backstage's red by itself is too dark on a dark button.
            'color-mix(in srgb, var(--bui-negative-fg-subdued), var(--bui-fg-primary) 35%)',
          )}
        </>
      }
    >
      <Flex direction="column" gap="3">
        <Headline tenant={tenant} role="status" />
        {error && (
          <Notice
            status="danger"
            title={t('restore.failed', { message: error.message })}
          />
        )}
        <Attention tenant={tenant} />
        <Picture tenant={tenant} proof={proof.data} size="large" />
      </Flex>
    </TitledCard>
  );
}

/** A part that loads by itself, and keeps its place until it is there. */
function Later(props: { title: string; height: number; children: ReactNode }) {
  const { title, height, children } = props;
  return (
    <Suspense
      fallback={
        <TitledCard title={title}>
          <Skeleton height={height} />
        </TitledCard>
      }
    >
      {children}
    </Suspense>
  );
}

/** Goes to the part of the tab that the address names. */
function useScrollToPart() {
  const { hash } = useLocation();
  useEffect(() => {
    const part = document.getElementById(hash.slice(1));
    part?.scrollIntoView?.({ block: 'start' });
  }, [hash]);
}
