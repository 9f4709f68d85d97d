import { ButtonLink, Flex } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  Tenant,
  tenantRemovePermission,
  tenantResizePermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useTemplates } from './useTemplates';

/**
 * Links to the templates that change a tenant. One that this portal does not
 * have, or that the user may not use, is not shown: a button has to work.
 */
export function TemplateLinks(props: { tenant: Tenant }) {
  const { name, phase } = props.tenant;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const resize = usePermission({
    permission: tenantResizePermission,
    resourceRef: name,
  });
  const remove = usePermission({
    permission: tenantRemovePermission,
    resourceRef: name,
  });
  const templates = useTemplates();
  if (phase === 'removing') {
    return null;
  }

  const wanted = [
    { template: 'create-tenant', label: t('tab.reapply'), may: resize.allowed },
    { template: 'resize-tenant', label: t('tab.resize'), may: resize.allowed },
    {
      template: 'offboard-tenant',
      label: t('tab.offboard'),
      may: remove.allowed,
    },
  ];
  return (
    <Flex gap="2" style={{ flexWrap: 'wrap' }}>
      {wanted
        .filter(({ template, may }) => may && templates.href(template))
        .map(({ template, label }) => (
          <ButtonLink
            key={template}
            size="small"
            variant="secondary"
            href={`${templates.href(template)}?${prefilled(props.tenant)}`}
          >
            {label}
          </ButtonLink>
        ))}
    </Flex>
  );
}

/** The query by which the scaffolder fills in a form. */
function prefilled({ name, owner, cluster, spec }: Tenant): string {
  const formData = JSON.stringify({ name, owner, cluster, size: spec.size });
  return new URLSearchParams({ formData }).toString();
}
