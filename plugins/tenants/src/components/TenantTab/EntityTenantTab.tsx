import {
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { TENANT_ANNOTATION } from '@threewalls/backstage-plugin-tenants-common';
import { TenantTab } from './TenantTab';

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
