import { ButtonLink } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { tenantCreatePermission } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { useTemplates } from './useTemplates';

/** Shown where the portal has the template and the user may use it. */
export function CreateLink() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { allowed } = usePermission({ permission: tenantCreatePermission });
  const href = useTemplates().href('create-tenant');
  return allowed && href ? (
    <ButtonLink variant="primary" href={href}>
      {t('page.create')}
    </ButtonLink>
  ) : null;
}
