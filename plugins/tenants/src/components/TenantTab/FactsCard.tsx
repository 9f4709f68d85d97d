import { ReactNode } from 'react';
import { Box, Card, CardBody, CardHeader, Flex, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { RelativeTime } from '../WallStatus';
import { OwnerLink } from '../OwnerLink';
import { TemplateLinks } from '../TemplateLinks';
import { ReportMenu } from './ReportMenu';
import styles from './TenantTab.module.css';

/** Where a tenant is, whose it is, and what its objects are called. */
export function FactsCard(props: { tenant: Tenant }) {
  const { name, namespace, cluster, spec, owner, createdAt } = props.tenant;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const facts: [string, ReactNode][] = [
    [t('tab.owner'), <OwnerLink key="owner" entityRef={owner} />],
    [t('tab.cluster'), cluster],
    [t('tab.namespace'), <Mono key="namespace">{namespace}</Mono>],
    [t('tab.size'), spec.size],
    [t('tab.vaultPath'), <Mono key="path">{`secret/${namespace}`}</Mono>],
    [t('tab.vaultRole'), <Mono key="role">{`tenant-${name}`}</Mono>],
    [t('tab.serviceAccount'), <Mono key="account">{`n8n-${name}`}</Mono>],
    [t('tab.egress'), <Egress key="egress" tenant={props.tenant} />],
    [t('tab.created'), <RelativeTime key="created" iso={createdAt} />],
  ];
  return (
    <Card>
      <CardHeader>
        <Flex
          justify="between"
          align="center"
          gap="3"
          style={{ flexWrap: 'wrap' }}
        >
          <Text as="h3" variant="title-x-small" weight="bold">
            {t('tab.factsTitle')}
          </Text>
          <Flex gap="2" style={{ flexWrap: 'wrap' }}>
            <ReportMenu tenantName={name} />
            <TemplateLinks tenant={props.tenant} />
          </Flex>
        </Flex>
      </CardHeader>
      <CardBody>
        <Box as="dl" className={styles.facts}>
          {facts.map(([term, value]) => (
            <Box key={term}>
              <Box as="dt">
                <Text variant="body-small" color="secondary">
                  {term}
                </Text>
              </Box>
              <Box as="dd" className={styles.value}>
                <Text>{value}</Text>
              </Box>
            </Box>
          ))}
        </Box>
      </CardBody>
    </Card>
  );
}

function Egress(props: { tenant: Tenant }) {
  const { egress, allowInternet } = props.tenant.spec;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const allowed = [...egress.hosts, ...egress.cidrs];
  if (allowInternet) {
    allowed.push(t('tab.egressInternet'));
  }
  return allowed.length > 0 ? (
    <Mono>{allowed.join(', ')}</Mono>
  ) : (
    <>{t('tab.egressNone')}</>
  );
}

function Mono(props: { children: string }) {
  return (
    <Text as="span" className={styles.mono}>
      {props.children}
    </Text>
  );
}
