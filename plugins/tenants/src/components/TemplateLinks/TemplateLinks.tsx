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

  const { spec, owner, entityRef } = props.tenant;
  const links = [
    {
      template: 'create-tenant',
      label: t('tab.reapply'),
      allowed: resize.allowed,
      // All of it: what is left out of the form, the tenant would lose.
      formData: {
        name,
        owner,
        cluster: spec.cluster,
        size: spec.size,
        egressHosts: spec.egress.hosts,
        egressCidrs: spec.egress.cidrs,
        allowInternet: spec.allowInternet,
        email: spec.email,
      },
    },
    {
      template: 'resize-tenant',
      label: t('tab.resize'),
      allowed: resize.allowed,
      formData: { tenant: entityRef, size: spec.size },
    },
    {
      template: 'offboard-tenant',
      label: t('tab.offboard'),
      allowed: remove.allowed,
      formData: { tenant: entityRef },
    },
  ];
  return (
    <Flex gap="2" style={{ flexWrap: 'wrap' }}>
      {links
        .filter(({ template, allowed }) => allowed && templates.href(template))
        .map(({ template, label, formData }) => (
          <ButtonLink
            key={template}
            size="small"
            variant="secondary"
            href={`${templates.href(template)}?${query(formData)}`}
          >
            {label}
          </ButtonLink>
        ))}
    </Flex>
  );
}

/** The query by which the scaffolder fills in a form. */
function query(formData: object): string {
  return new URLSearchParams({ formData: JSON.stringify(formData) }).toString();
}
