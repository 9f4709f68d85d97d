import { ButtonLink, Flex, Text } from '@backstage/ui';
import { RiExternalLinkLine } from '@remixicon/react';
import {
  isProofOnly,
  Tenant,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useUsage } from '../../queries';
import { Mono } from '../Shared';

/** Where a tenant's n8n is, whether it is ready, and how to sign in. */
export function OpenN8n(props: { tenant: Tenant }) {
  const { name, url, spec, phase, names } = props.tenant;
  const t = useText();
  const n8n = useUsage(name).data?.n8n;
  if (phase !== 'active' || isProofOnly(spec)) {
    return null;
  }
  const sentences = [
    url && new URL(url).host,
    n8n && t(n8n.ready ? 'n8n.ready' : 'n8n.notReady'),
    spec.email
      ? t('n8n.signInAs', { email: spec.email })
      : t('n8n.signInUnknown'),
    !url && t('n8n.notExposed'),
  ].filter(Boolean);
  return (
    <Flex align="center" gap="2" style={{ flexWrap: 'wrap' }}>
      {url && (
        <ButtonLink
          variant="secondary"
          href={url}
          target="_blank"
          iconEnd={<RiExternalLinkLine aria-hidden="true" />}
        >
          {t('n8n.open')}
        </ButtonLink>
      )}
      <Text variant="body-small" color="secondary">
        {sentences.join('. ')}{' '}
        {!url && (
          <Mono>{`kubectl -n ${names.namespace} port-forward svc/n8n 5678`}</Mono>
        )}
      </Text>
    </Flex>
  );
}
