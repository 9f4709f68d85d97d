import {
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { TENANT_ANNOTATION } from '@threewalls/backstage-plugin-tenants-common';
import { WallsCard } from './WallsCard';

/** The card of the tenant that the entity's annotation names. */
export function EntityWallsCard() {
  const { entity } = useEntity();
  const tenantName = entity.metadata.annotations?.[TENANT_ANNOTATION];
  // An adopter may have replaced the extension's filter.
  return tenantName ? (
    <WallsCard key={tenantName} tenantName={tenantName} />
  ) : (
    <MissingAnnotationEmptyState annotation={TENANT_ANNOTATION} />
  );
}
